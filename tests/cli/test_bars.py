"""What a person at a terminal sees of a job: a bar that lives, the parts of a render, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from cli import terminal
from cli.bars import ProgressBars
from cli.terminal import progress_bar
from jobs.service.service import JobService
from render.waiting import Progress
from tests.jobs.conftest import run_service as run_service
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService
from tests.waiting import until

RunService = Callable[..., RunningService]


@dataclass
class Clock:
    now: float = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(terminal, "time", clock)
    return clock


def test_the_bar_is_drawn_again_while_the_percentage_stands(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("render") as on_progress:
        for left in (90, 60, 30):
            clock.now += 30
            on_progress(Progress("in_progress", 54, seconds_left=left, part="decoding"))
            assert f"decoding picture and sound, about {left // 60}:{left % 60:02} left" in capsys.readouterr().err
        clock.now += 1
        on_progress(Progress("in_progress", 54, seconds_left=29, part="decoding"))  # too soon where nobody watches
        assert not capsys.readouterr().err


def test_each_part_is_said_at_once(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("render") as on_progress:
        on_progress(Progress("queued", 0))
        on_progress(Progress("in_progress", 0, part="encoding"))
        on_progress(Progress("in_progress", 2, part="denoising", step=1, steps=50))
        on_progress(Progress("in_progress", 99, seconds_left=0, part="decoding"))
        on_progress(Progress("completed", 100))
    text = capsys.readouterr().err
    said = ("waiting in the server's queue", "encoding the prompt and the first frame", "denoising, step 1 of 50")
    assert all(words in text for words in (*said, "decoding picture and sound, longer than usual", "done"))


def shown(service: JobService, job: str, *until_said: str) -> list[str]:
    """What is said of a job until all of this was, in half a minute at most."""
    said: list[str] = []
    with ProgressBars(service, lambda words: said.append(str(words))) as bars:
        for seen in islice(service.queue.follow(job), 30):
            bars.show(seen)
            if all(any(words in one for one in said) for words in until_said):
                return said
    raise AssertionError(said)


def test_a_job_behind_a_given_up_one_says_so_although_it_is_alone(run_service: RunService) -> None:
    running = run_service()
    given_up = running.rendering()
    assert running.service.stop_waiting(given_up)
    (job,) = running.ordered()
    assert shown(running.service, job, "Queued: 1 of 1", "a job that nobody waits for any more")


def test_a_job_behind_another_one_says_so_although_it_is_alone(run_service: RunService) -> None:
    running = run_service()
    running.rendering()
    (job,) = running.ordered("bob")
    said = shown(running.service, job, "Queued: 1 of 1", "Renders before it: 1.")
    assert not any("nobody" in one for one in said)


def test_a_job_that_stands_still_is_said_once(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, percent=lambda job: 50))
    job = running.rendering()
    until(lambda: running.service.get(job).stage == "in_progress")
    long_ago = datetime.now(UTC) - timedelta(seconds=370)
    running.worker.store.jobs.update(job, moved=long_ago)
    said = shown(running.service, job, "No progress on gpu-0 for 6:1", f"resume {job} --retry")
    assert sum("No progress" in one for one in said) == 1
