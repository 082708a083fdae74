"""A preview engine that does not start: tried ever less often, its jobs say why they wait, and fail in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import jobs.servers.pool
from core.errors import PreviewError
from tests.jobs.conftest import RunService
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService
from tests.waiting import until

pytestmark = pytest.mark.long


class Broken:
    def __init__(self) -> None:
        self.starts = 0

    @contextmanager
    def engine(self, _model: str) -> Iterator[str]:
        self.starts += 1
        raise PreviewError("no module named numpy")
        yield ""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    found = Broken()
    monkeypatch.setattr(jobs.servers.pool, "preview_engine", found.engine)
    return found


def error_of(running: RunningService, job: str) -> str:
    error = running.service.get(job).error
    return error.kind if error else ""


def test_it_is_not_started_again_at_once_and_the_job_says_why_it_waits(run_service: RunService, broken: Broken) -> None:
    running = run_service()
    (job,) = running.ordered(server="preview")
    until(lambda: error_of(running, job))
    running.stays(job, "queued")
    assert (error_of(running, job), broken.starts) == ("PreviewError", 1)


def test_its_jobs_fail_in_the_end_and_others_go_on(
    run_service: RunService, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.servers.pool, "_FIRST_REST", 0.01)
    running = run_service()
    first, second = running.ordered("ann", "bob", server="preview")
    failed = [running.becomes(job, "failed") for job in (first, second)]
    assert [job.error and job.error.raw for job in failed] == ["no module named numpy"] * 2
    assert broken.starts == 5
    running.rendering()


def test_what_a_job_said_is_gone_once_the_engine_has_started(
    run_service: RunService, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.servers.pool, "_FIRST_REST", 0.5)
    running = run_service()
    (job,) = running.ordered(server="preview")
    until(lambda: error_of(running, job))
    monkeypatch.setattr(jobs.servers.pool, "preview_engine", working_engine)
    until(lambda: not error_of(running, job))


@contextmanager
def working_engine(_model: str) -> Iterator[str]:
    with VideoServer() as engine:
        yield engine.url


def test_one_that_dies_under_a_job_is_started_again_and_the_job_with_it(
    run_service: RunService, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = [VideoServer(seconds=None), VideoServer(seconds=0.1)]
    started: list[VideoServer] = []

    @contextmanager
    def engine(_model: str) -> Iterator[str]:
        started.append(engines[len(started)])
        with started[-1] as one:
            yield one.url

    monkeypatch.setattr(jobs.servers.pool, "preview_engine", engine)
    monkeypatch.setattr(jobs.servers.pool, "_FIRST_REST", 0.1)
    running = run_service()
    (job,) = running.ordered(server="preview")
    running.becomes(job, "rendering")
    engines[0].stop()
    running.becomes(job, "completed")
    assert (len(started), engines[1].posts()) == (2, 1)


def test_where_each_one_dies_at_once_its_jobs_fail_in_the_end(
    run_service: RunService, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = 0

    @contextmanager
    def engine(_model: str) -> Iterator[str]:
        nonlocal starts
        starts += 1
        yield f"http://127.0.0.1:{starts}"  # where nothing listens

    monkeypatch.setattr(jobs.servers.pool, "preview_engine", engine)
    monkeypatch.setattr(jobs.servers.pool, "_FIRST_REST", 0.01)
    running = run_service()
    (job,) = running.ordered(server="preview")
    failed = running.becomes(job, "failed")
    assert (failed.error and failed.error.kind, starts) == ("PreviewError", 5)
