"""The database and its jobs: well, to be known of, and broken."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import config
from config import Settings
from doctor import database
from doctor.finding import Finding
from jobs.database.migrate import NEWEST
from jobs.database.state import DatabaseState
from jobs.store.store import open_store


@pytest.fixture
def settings() -> Settings:
    found = config.fresh()
    found.output_dir.mkdir()
    return found


def file_of(settings: Settings) -> Path:
    return settings.output_dir / "jobs.db"


def changed(settings: Settings, statement: str) -> None:
    with closing(sqlite3.connect(file_of(settings))) as connection:
        connection.execute(statement)
        connection.commit()


def first(settings: Settings) -> Finding:
    return database.database(settings)[0]


def test_a_database_that_is_not_there_yet_is_well_and_is_not_made(settings: Settings) -> None:
    (found,) = database.database(settings)
    assert (found.verdict, "first start" in found.says.text()) == ("ok", True)
    assert not file_of(settings).exists()


def test_a_new_database_is_well(settings: Settings) -> None:
    open_store(settings.database_address).close()
    tables, success = database.database(settings)
    assert (tables.verdict, tables.says.text()) == ("ok", "The job database jobs.db can be used: SQLite (WAL)")
    assert (success.verdict, success.says.text()) == ("ok", "No job was completed yet.")


def test_a_database_of_an_older_version_or_without_tables_or_wal_is_a_warning(settings: Settings) -> None:
    file_of(settings).touch()
    assert first(settings).verdict == "warning"
    open_store(settings.database_address).close()
    changed(settings, "PRAGMA journal_mode = DELETE")
    found = first(settings)
    assert (found.verdict, "not in WAL mode" in found.says.text()) == ("warning", True)
    changed(settings, "UPDATE alembic_version SET version_num = '0000'")
    found = first(settings)
    assert (found.verdict, "older version" in found.says.text()) == ("warning", True)


def test_a_database_of_a_newer_version_is_broken(settings: Settings) -> None:
    open_store(settings.database_address).close()
    changed(settings, "UPDATE alembic_version SET version_num = '9999'")
    (found,) = database.database(settings)
    assert (found.verdict, "9999" in found.says.text()) == ("broken", True)


def state(last: datetime | None, failed: int) -> DatabaseState:
    return DatabaseState(name="jobs.db", is_sqlite=True, revision=NEWEST, last_success=last, failed_since=failed)


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "failed", "verdict", "words"),
    [
        (None, 0, "ok", "No job was completed yet."),
        (None, 3, "warning", "No job was completed yet, and 3 have failed."),
        (timedelta(seconds=40), 2, "ok", "The last job was completed 40 s ago."),
        (timedelta(minutes=5), 0, "ok", "The last job was completed 5 min ago."),
        (timedelta(hours=3, minutes=2), 0, "ok", "The last job was completed 3 h 2 min ago."),
        (timedelta(days=4), 7, "warning", "The last job was completed 4 d ago, and 7 have failed since."),
    ],
)
def test_the_time_since_the_last_success(ago: timedelta | None, failed: int, verdict: str, words: str) -> None:
    found = database.last_success(state(NOW - ago if ago else None, failed), NOW)
    assert (found.verdict, found.says.text()) == (verdict, words)
    assert found.measured["seconds"] == (ago.total_seconds() if ago else None)
