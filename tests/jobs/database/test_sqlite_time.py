"""The engine's database over any SQLite, made by any Python: DBOS writes its clock by the version of Python alone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jobs.database.sqlite_time import ClockedConnection
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import running_service

# What DBOS 3.4 writes into its tables on Python 3.11, and from 3.12 on.
BY_3_11 = "(strftime('%s','now') * 1000)"
BY_3_12 = "(unixepoch('subsec') * 1000)"
UNIX_TIME = "unixepoch('subsec')"


def test_the_milliseconds_are_there_whatever_the_library_is() -> None:
    with closing(sqlite3.connect(":memory:", factory=ClockedConnection)) as database:
        database.execute(f"CREATE TABLE events (id INTEGER PRIMARY KEY, at INTEGER NOT NULL DEFAULT {BY_3_12})")
        database.execute("INSERT INTO events (id) VALUES (1)")
        since, now = database.execute(f"SELECT at - strftime('%s', 'now') * 1000, {UNIX_TIME} FROM events").fetchone()  # noqa: S608
    assert abs(since) < 60_000
    assert now * 1000 == pytest.approx(round(now * 1000))


@pytest.mark.parametrize("clock", [BY_3_11, BY_3_12])
def test_an_engine_database_made_by_another_python_goes_on(tmp_path: Path, clock: str) -> None:
    folder = tmp_path / "outputs"
    with running_service(folder, VideoServer(seconds=0)) as first:
        (job,) = first.ordered()
        first.becomes(job, "completed")
    (file,) = folder.glob("*-engine.db")
    with closing(sqlite3.connect(file)) as database:
        tables = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
        as_made = {name: re.sub(f"{re.escape(BY_3_11)}|{re.escape(BY_3_12)}", clock, sql) for name, sql in tables}
        assert any(clock in sql for sql in as_made.values())
        database.execute("PRAGMA writable_schema = ON")
        database.executemany("UPDATE sqlite_master SET sql = ? WHERE name = ?", [(s, n) for n, s in as_made.items()])
        database.commit()
    with running_service(folder, VideoServer(seconds=0)) as second:
        (another,) = second.ordered()
        second.becomes(another, "completed")
        assert second.service.get(job).state == "completed"
