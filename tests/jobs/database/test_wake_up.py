"""A call of one process wakes the workers of the others, on both databases; a lost one costs nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from core.errors import StoreUnavailable
from jobs.database.database import Database, database_at
from jobs.database.wake_up import WakeUp
from tests.browser.running_app import free_port
from tests.postgres import Postgres
from tests.waiting import until


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        return server.url_of("postgres")
    (tmp_path / "workers").mkdir()
    return f"sqlite:///{tmp_path / 'jobs.db'}"


@contextmanager
def listening(database: Database, name: str = "worker-1") -> Iterator[WakeUp]:
    """A worker that listens until the block ends."""
    worker, stopped, ended = WakeUp(database), Event(), Future[None]()

    def listen() -> None:
        try:
            worker.listen(name, stopped.is_set)
            ended.set_result(None)
        except BaseException as problem:
            ended.set_exception(problem)

    Thread(target=listen, daemon=True).start()
    try:
        yield worker
    finally:
        stopped.set()
        ended.result(timeout=30)


def calls(database: Database) -> bool:
    WakeUp(database).set()
    return True


def test_a_call_wakes_every_worker_of_the_database(address: str) -> None:
    here, there = database_at(address), database_at(address)
    with listening(here, "worker-1") as one, listening(here, "worker-2") as two:
        caller = WakeUp(there)

        def woken() -> bool:
            caller.set()  # until both listen, a call is lost
            return one.mine.is_set() and two.mine.is_set()

        until(woken)
        assert caller.mine.is_set()
    here.close()
    there.close()


def test_nobody_listens(address: str, tmp_path: Path) -> None:
    """Also where a worker was killed, and left its pipe."""
    if address.startswith("sqlite"):
        os.mkfifo(tmp_path / "workers" / "worker-1.wake")
    database = database_at(address)
    caller = WakeUp(database)
    caller.set()
    assert caller.mine.is_set()
    database.close()


def test_a_worker_takes_over_the_pipe_of_one_that_was_killed(tmp_path: Path) -> None:
    folder = tmp_path / "workers"
    folder.mkdir()
    os.mkfifo(folder / "worker-1.wake")
    database = database_at(f"sqlite:///{tmp_path / 'jobs.db'}")
    with listening(database) as worker:
        until(lambda: calls(database) and worker.mine.is_set())
    assert list(folder.iterdir()) == []
    database.close()


def test_a_database_that_is_gone_wakes_nobody_and_raises_nothing() -> None:
    database = database_at(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    worker = WakeUp(database)
    worker.set()
    assert worker.mine.is_set()
    with pytest.raises(StoreUnavailable):
        worker.listen("worker-1", lambda: False)
    database.close()
