"""Stores for the tests: every test that asks for ``store`` or ``address`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.store import Store, open_store
from tests.postgres import WHY_MISSING, Postgres, programs, throwaway_postgres

# Quicker than a database for each test; what is not named is emptied with the jobs.
_EMPTIED = ("jobs", "job_search", "turns", "pauses", "render_times", "job_days")
_EMPTY = "; ".join(f"DELETE FROM {table}" for table in _EMPTIED)  # noqa: S608


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    binaries = programs()
    if binaries is None:
        pytest.skip(WHY_MISSING)
    with throwaway_postgres(binaries) as server:
        open_store(server.url).close()
        yield server


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with tables and without rows."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "jobs.db")
        return f"sqlite:///{tmp_path / 'jobs.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    server.execute(_EMPTY)
    return server.url


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    opened = open_store(address)
    yield opened
    opened.close()
