"""A secrets.toml of a test's own, which Streamlit reads again whenever it was written, as its watcher makes it do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config as options

from ui.server import login_setup

CLIENT = 'client_id = "mova"\nclient_secret = "s"\nserver_metadata_url = "https://login.example.org/openid"\n'
SHARED = f'[auth]\nredirect_uri = "http://localhost:8500/oauth2callback"\ncookie_secret = "{"c" * 40}"\n'
WHOLE = SHARED + CLIENT


class SecretsFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, text: str | bytes) -> None:
        self.path.write_bytes(text.encode() if isinstance(text, str) else text)
        self._changed()

    def remove(self) -> None:
        self.path.unlink()
        self._changed()

    def _changed(self) -> None:
        with suppress(OSError, ValueError):
            st.secrets._on_secrets_changed(str(self.path))


@pytest.fixture
def secrets_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsFile]:
    """There is none before it is written. A new process knows of no login."""
    path, before = tmp_path / "secrets.toml", options.get_option("secrets.files")
    monkeypatch.setattr(login_setup, "_required", set())
    monkeypatch.setattr(st.secrets, "_secrets", None)
    monkeypatch.setattr(st.secrets, "_file_watchers_installed", True)
    options.set_option("secrets.files", [str(path)])
    yield SecretsFile(path)
    options.set_option("secrets.files", before)
