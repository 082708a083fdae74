"""A job is run once at a time, whoever wants to start it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jobs import engine


@dataclass
class Work:
    """What one step of a run does here: it waits until it may end."""

    begun: list[str] = field(default_factory=list)
    may_end: threading.Event = field(default_factory=threading.Event)

    def advance(self, job_id: str) -> bool:
        self.begun.append(job_id)
        self.may_end.wait(10)
        return False


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    work = Work()
    engine.launch(f"sqlite:///{tmp_path}/jobs.db", "worker-1", {"prepare": work.advance, "render": work.advance})
    yield work
    work.may_end.set()
    engine.stop()


def soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def test_a_job_that_is_being_run_is_not_run_beside_it(work: Work) -> None:
    for _ in range(3):
        engine.start("render", "job")
    assert soon(lambda: work.begun == ["job"])
    assert engine.unfinished() == {"job": "worker-1"}
    engine.start("render", "job")
    engine.start("render", "other")
    assert soon(lambda: work.begun == ["job", "other"])


def test_it_is_run_again_when_that_is_over(work: Work) -> None:
    work.may_end.set()
    for times in (1, 2):
        engine.start("render", "job")
        assert soon(lambda: not engine.unfinished())
        assert work.begun == ["job"] * times
