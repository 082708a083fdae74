"""A job is run once at a time, whoever wants to start it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jobs.execution import engine
from tests.waiting import until


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
    until(lambda: work.begun == ["job"], 10, 0.01)
    assert engine.unfinished() == {"job": "worker-1"}
    engine.start("render", "job")
    engine.start("render", "other")
    until(lambda: work.begun == ["job", "other"], 10, 0.01)


def test_it_is_run_again_when_that_is_over(work: WaitingStep) -> None:
    work.may_end.set()
    for times in (1, 2):
        engine.start("render", "job")
        until(lambda: not engine.unfinished(), 10, 0.01)
        assert work.begun == ["job"] * times
