"""Secrets that the program makes for itself: kept over a restart, readable by its own user alone, one for all."""

from __future__ import annotations

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.kept_secret import ADDRESSES, kept_secret


def test_the_secret_outlives_a_restart_and_is_the_apps_own(tmp_path: Path) -> None:
    first = kept_secret(tmp_path, ADDRESSES)
    assert len(first) > 40
    assert kept_secret(tmp_path, ADDRESSES) == first
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    assert kept_secret(tmp_path, ADDRESSES) != first


def test_the_secret_is_made_where_there_are_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)  # as exFAT and some network mounts do
    assert kept_secret(tmp_path, ADDRESSES) == kept_secret(tmp_path, ADDRESSES)


def test_processes_that_start_together_have_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(kept_secret, [tmp_path] * 8, [ADDRESSES] * 8))) == 1
    assert [path.name for path in tmp_path.iterdir()] == [".address-secret"]
