"""A job is run once at a time, whoever wants to start it."""

from __future__ import annotations

import inspect
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.pool import Pool

from jobs.execution import engine
from tests.waiting import until

if TYPE_CHECKING:
    from dbos import DBOS


@dataclass
class WaitingStep:
    """What one step of a run does here: it waits until it may end."""

    begun: list[str] = field(default_factory=list)
    may_end: threading.Event = field(default_factory=threading.Event)

    def advance(self, job_id: str) -> bool:
        self.begun.append(job_id)
        self.may_end.wait(10)
        return False


@pytest.fixture
def work(tmp_path: Path) -> Iterator[WaitingStep]:
    work = WaitingStep()
    engine.launch(f"sqlite:///{tmp_path}/jobs.db", "worker-1", {"prepare": work.advance, "render": work.advance})
    yield work
    work.may_end.set()
    engine.stop()


def test_a_job_that_is_being_run_is_not_run_beside_it(work: WaitingStep) -> None:
    for _ in range(3):
        engine.start("render", "job")
    until(lambda: work.begun == ["job"], every=0.01)
    assert engine.unfinished() == {"job": "worker-1"}
    engine.start("render", "job")
    engine.start("render", "other")
    until(lambda: work.begun == ["job", "other"], every=0.01)


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, name, _ in engine._RESTS])
def test_what_is_told_to_rest_longer_is_there_in_dbos(module: str, name: str) -> None:
    source = inspect.getsource(import_module(module))
    assert source.count(name) >= 2  # declared and used


def test_with_a_dbos_that_has_other_names_it_starts_nevertheless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_RESTS", (("dbos._elsewhere", "_REST", 1.0),))
    engine._rest_longer(cast("DBOS", object()))


def test_it_is_run_again_when_that_is_over(work: WaitingStep) -> None:
    work.may_end.set()
    for times in (1, 2):
        engine.start("render", "job")
        until(lambda: not engine.unfinished(), every=0.01)
        assert work.begun == ["job"] * times


@contextmanager
def files_without_the_right_to_write() -> Iterator[list[str]]:
    """What is opened now can only be read for as long as its connection lives; yields what was refused."""
    refused: list[str] = []

    def spoil(connection: sqlite3.Connection, *_more: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    def keep(context: ExceptionContext) -> None:
        refused.append(str(context.original_exception))

    event.listen(Pool, "checkout", spoil)
    event.listen(Engine, "handle_error", keep)
    try:
        yield refused
    finally:
        event.remove(Engine, "handle_error", keep)
        event.remove(Pool, "checkout", spoil)


def test_what_could_only_be_read_is_opened_again_and_the_run_goes_on(
    work: WaitingStep, caplog: pytest.LogCaptureFixture
) -> None:
    engine.start("render", "job")
    until(lambda: work.begun == ["job"], every=0.01)
    with files_without_the_right_to_write() as refused:
        work.may_end.set()
        until(lambda: refused, every=0.01)
    until(lambda: not engine.unfinished(), every=0.01)
    assert work.begun == ["job"]
    assert set(refused) == {"attempt to write a readonly database"}
    assert not caplog.records


def test_what_breaks_a_run_off_is_told_without_a_traceback_and_it_is_found(
    work: WaitingStep, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupt(connection: sqlite3.Connection, *_more: object) -> None:
        connection.set_progress_handler(lambda: 1, 1)

    engine.start("render", "job")
    until(lambda: work.begun == ["job"], every=0.01)
    event.listen(Pool, "checkout", interrupt)
    try:
        work.may_end.set()
        until(lambda: caplog.records, every=0.01)
    finally:
        event.remove(Pool, "checkout", interrupt)
    assert "will go on" in caplog.text
    assert "Traceback" not in caplog.text
