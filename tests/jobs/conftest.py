"""Stores for the tests: every test that asks for ``store`` or ``address`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import jobs.execution.render
import jobs.worker
from jobs.store.store import Store, open_store
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService, running_service
from tests.jobs.storage.buckets import Bucket, bucket_on, bucket_server
from tests.postgres import WHY_MISSING, Postgres, programs, throwaway_postgres
from tests.providers.fake_services import FakeServices

RunService = Callable[..., RunningService]

# Quicker than a database for each test; what is not named is emptied with the jobs.
_JOBS = ("jobs", "job_search", "turns", "pauses", "render_times", "job_days", "batch_rows")
_EMPTIED = (*_JOBS, "films", "film_jobs", "film_orders", "forms", "api_keys", "repeatable_requests", "webhooks")
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
def buckets() -> Iterator[str]:
    """One server of buckets a session, one bucket a test."""
    with bucket_server() as address:
        yield address


@pytest.fixture
def bucket(buckets: str) -> Iterator[Bucket]:
    with bucket_on(buckets) as made:
        yield made


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


@pytest.fixture
def services() -> Iterator[FakeServices]:
    with FakeServices() as fake:
        yield fake


@pytest.fixture
def run_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunService]:
    """Opens a running service with these servers, or one that holds its jobs."""
    monkeypatch.setattr(jobs.worker, "_LOOK_AT_SLOTS", 0.2)
    monkeypatch.setattr(jobs.worker, "_LOOK_AT_FILMS", 0.3)
    monkeypatch.setattr(jobs.execution.render, "SETTLE_SECONDS", 1.0)
    with ExitStack() as stack:

        def opened(*servers: VideoServer, **more: Any) -> RunningService:
            return stack.enter_context(
                running_service(tmp_path / "outputs", *servers or (VideoServer(seconds=None),), **more)
            )

        yield opened
