"""Servers that are added, moved and taken off while the program runs, and configurations that cannot be used."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from jobs.servers.registry import ServerRegistry

Write = Callable[..., None]
LAB = {"name": "lab", "base_url": "http://lab:30000", "model": "mova-360p"}
BOX = {"name": "box", "base_url": "http://box:30000", "model": "mova-360p", "token": "tok-1"}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a ``.env`` that this process reads."""
    file = tmp_path / ".env"
    monkeypatch.setenv("MOVA_ENV_FILE", str(file))
    monkeypatch.setitem(config.Settings.model_config, "env_file", str(file))

    def written(*servers: dict[str, str], text: str | None = None) -> None:
        file.write_text(text if text is not None else f"SGLANG_SERVERS='{json.dumps(servers)}'\n")

    return written


def names(registry: ServerRegistry) -> list[str]:
    return [server.name for server in registry.servers]


def test_a_server_that_is_added_is_taken_up(write: Write) -> None:
    write(LAB)
    registry = ServerRegistry(config.fresh())
    assert not registry.keep()
    write(LAB, BOX)
    assert registry.keep()
    assert names(registry) == ["lab", "box"]
    assert not registry.keep()


def test_the_servers_that_stay_are_the_same(write: Write) -> None:
    write(LAB)
    registry = ServerRegistry(config.fresh())
    (before,) = registry.servers
    write(LAB, BOX)
    registry.keep()
    assert registry.servers[0] == before
    assert hash(registry.servers[0]) == hash(before)
    assert isinstance(registry.servers[1], config.Server)


def test_a_server_that_was_taken_off_stays_known_with_its_token(write: Write) -> None:
    write(LAB, BOX)
    registry = ServerRegistry(config.fresh())
    write(LAB)
    assert registry.keep()
    assert names(registry) == ["lab"]
    former = registry.former("box", "http://box:30000")
    assert former is not None
    assert former.token is not None
    assert former.token.get_secret_value() == "tok-1"
    assert registry.former("box", "http://elsewhere:30000") is None


@pytest.mark.parametrize("text", ["SGLANG_SERVERS='[{'\n", "SGLANG_SERVERS='[]'\n", "NUM_FRAMES=18\n"])
def test_a_configuration_that_cannot_be_used_is_told_and_the_old_one_goes_on(write: Write, text: str) -> None:
    write(LAB)
    registry = ServerRegistry(config.fresh())
    write(text=text)
    assert not registry.keep()
    assert names(registry) == ["lab"]
    assert registry.error is not None
    write(BOX)
    assert registry.keep()
    assert names(registry) == ["box"]
    assert not registry.error


def test_the_short_addresses_count_and_make_them_no_defaults(write: Write) -> None:
    write(text="")
    registry = ServerRegistry(config.fresh())
    assert registry.settings.servers_are_defaults
    write(text="SGLANG_360P_URL=http://gpu:31000\n")
    assert registry.keep()
    assert registry.servers[0].base_url == "http://gpu:31000"
    assert not registry.settings.servers_are_defaults


def test_other_settings_wait_for_the_next_start(write: Write) -> None:
    write(LAB)
    registry = ServerRegistry(config.fresh())
    write(text=f"SGLANG_SERVERS='{json.dumps([BOX])}'\nSERVER_PATIENCE=5\n")
    assert registry.keep()
    assert registry.settings.server_patience == 900


@pytest.fixture
def form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config.py of the test's own."""
    file = tmp_path / "config.py"
    shutil.copy(str(config.__file__), file)
    monkeypatch.setattr(config, "__file__", str(file))
    return file


def test_an_edited_config_py_is_read_too(form: Path) -> None:
    registry = ServerRegistry(config.fresh())
    form.write_text(form.read_text().replace('"http://localhost:30000", model', '"http://gpu:31000", model'))
    assert registry.keep()
    assert registry.servers[0].base_url == "http://gpu:31000"
    assert isinstance(registry.servers[0], config.Server)


def test_a_config_py_that_is_not_python_is_told(form: Path) -> None:
    registry = ServerRegistry(config.fresh())
    form.write_text("sglang_servers = (\n")
    assert not registry.keep()
    assert registry.error is not None
    assert "config.py" in str(registry.error)
    assert registry.error.raw == "SyntaxError, line 1"
    assert names(registry) == ["mova-360p", "mova-720p"]


@pytest.mark.parametrize(
    "edit",
    [
        'Server(name="mova-360p", bearer="MARK3D", ',
        'Server(name="MARK3D MARK3D MARK3D", ',
        'int("MARK3D") or Server(name="mova-360p", ',
        '{}["MARK3D"] or Server(name="mova-360p", ',
    ],
)
def test_a_value_in_an_edited_config_py_is_not_quoted(form: Path, edit: str) -> None:
    registry = ServerRegistry(config.fresh())
    form.write_text(form.read_text().replace('Server(name="mova-360p", ', edit))
    assert not registry.keep()
    assert registry.error is not None
    assert "MARK3D" not in f"{registry.error} {registry.error.raw}"
    assert "line" in registry.error.raw
