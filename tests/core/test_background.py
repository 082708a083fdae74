"""Work beside the pages: once at a time under a name, with its progress, and what came of it."""

from __future__ import annotations

import threading
import time

import pytest

from core.background import BackgroundTask, BackgroundTasks, OnStep, in_background
from core.errors import DiskQuota

_KEY = "sk-secret"


def waited_for(task: BackgroundTask) -> BackgroundTask:
    deadline = time.monotonic() + 20
    while not task.done:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return task


def test_asked_for_twice_it_is_done_once_and_what_it_found_stays_while_it_looks_again() -> None:
    gate, entered, tasks = threading.Event(), threading.Semaphore(0), BackgroundTasks()

    def slow(on_step: OnStep) -> str:
        on_step(1, 4)
        entered.release()
        gate.wait(20)
        return "found"

    first = tasks.begin("look", slow, of=4)
    assert entered.acquire(timeout=20)
    assert (tasks.begin("look", slow) is first, first.percent, tasks.last_ended("look")) == (True, 25, None)
    gate.set()
    assert (waited_for(first).result, tasks.last_ended("look")) == ("found", first)
    gate.clear()
    second = tasks.begin("look", slow)
    assert entered.acquire(timeout=20)
    assert (tasks.of("look"), tasks.last_ended("look")) == (second, first)
    gate.set()
    waited_for(second)


def test_a_failure_is_the_persons_error_and_a_strangers_message_is_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log says where a fault of ours is, also without the message."""

    def refused(_on_step: OnStep) -> None:
        raise DiskQuota(used=2, limit=1)

    def broken(_on_step: OnStep) -> None:
        raise RuntimeError(_KEY)

    assert isinstance(waited_for(in_background("one", refused)).error, DiskQuota)
    strange = waited_for(in_background("two", broken)).error
    assert strange is not None
    assert _KEY not in f"{strange} {strange.raw} {caplog.text}"
    assert "RuntimeError" in caplog.text
    assert "in broken" in caplog.text
