"""``python -m jobs.backup``: the copy is whole, was looked at, and works when it is put back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import config
from config import Settings
from core.errors import BackupFailed
from jobs.backup import back_up
from jobs.store.store import open_store
from tests.jobs.samples import new_job


@pytest.fixture(params=["outputs", "My%20Videos", "what?x"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OUTPUT_DIR", str(tmp_path / request.param))
    found = config.fresh()
    store = open_store(found.database_address)
    ids = [store.jobs.create(new_job()).id for _ in range(3)]
    store.close()
    for job in ids:
        (found.output_dir / job).mkdir()
        (found.output_dir / job / "video.mp4").write_bytes(job.encode())
    (found.output_dir / ids[1] / "video.mp4").unlink()
    (found.output_dir / ids[1] / "video.mp4").hardlink_to(found.output_dir / ids[0] / "video.mp4")
    (found.output_dir / ids[0] / ".video.mp4.1.part").touch()
    (found.output_dir / "workers").mkdir()
    return found


def test_a_copy_is_an_output_folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = open_store(settings.database_address)  # the program runs
    held.jobs.create(new_job())
    assert back_up(settings, tmp_path / "copy") == (4, 3)
    held.close()
    monkeypatch.setenv("OUTPUT_DIR", str(tmp_path / "copy"))
    store = open_store(config.fresh().database_address)
    assert store.pages.count() == 4
    store.close()
    videos = sorted((tmp_path / "copy").glob("*/video.mp4"))
    assert sorted(video.stat().st_nlink for video in videos) == [1, 2, 2]
    assert not list((tmp_path / "copy").rglob("*.part"))
    assert not (tmp_path / "copy" / "workers").exists()


def test_nothing_is_made_where_there_is_nothing_to_copy(settings: Settings, tmp_path: Path) -> None:
    gone = settings.model_copy(update={"output_dir": tmp_path / "typing mistake"})
    with pytest.raises(BackupFailed, match="there is no job database"):
        back_up(gone, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("damage", [b"A letter.", b""])
def test_a_damaged_database_is_no_backup(settings: Settings, tmp_path: Path, damage: bytes) -> None:
    for file in settings.output_dir.glob("jobs.db*"):
        file.unlink()
    (settings.output_dir / "jobs.db").write_bytes(damage)
    with pytest.raises(BackupFailed):
        back_up(settings, tmp_path / "copy")
    assert {path.name for path in tmp_path.iterdir()} == {settings.output_dir.name}


def test_a_database_whose_inside_is_damaged_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    file = settings.output_dir / "jobs.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'jobs'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * size)
        opened.write(b"Z" * size)
    with pytest.raises(BackupFailed):
        back_up(settings, tmp_path / "copy")


def test_a_place_that_is_taken_or_inside_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    for place in (tmp_path / "taken", settings.output_dir / "copy"):
        with pytest.raises(BackupFailed):
            back_up(settings, place)
    assert not (settings.output_dir / "copy").exists()
