"""Renders are followed together: one question a server, none held up by another, and by one process for all."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from jobs.execution import engine, poller
from jobs.store.jobs import Jobs
from jobs.worker import Worker
from tests.jobs.conftest import RunService
from tests.jobs.load.video_server import FakeJob, VideoServer
from tests.jobs.load.workers import environment, in_state, settings_of, white_order
from tests.jobs.running_service import running_service
from tests.waiting import until


def test_a_render_on_its_server_has_no_run(run_service: RunService) -> None:
    running = run_service()
    job = running.rendering()
    until(lambda: running.service.get(job).stage == "in_progress")
    until(lambda: not engine.unfinished())
    running.server.finish()
    running.becomes(job, "completed")


def test_one_question_answers_for_all_jobs_of_a_server(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None), ahead=5)
    jobs = running.ordered(*"abcde")
    for job in jobs:
        running.becomes(job, "rendering")
    asked = running.server.requests
    lists, singly = asked["GET /v1/videos"], asked["GET /v1/videos/ID"]
    until(lambda: asked["GET /v1/videos"] > lists + 5)
    assert asked["GET /v1/videos/ID"] - singly <= len(jobs)  # who was sent first was asked about alone at first
    running.server.finish()
    for job in jobs:
        running.becomes(job, "completed")
    assert running.server.posts() == len(jobs)


def test_what_comes_after_another_on_its_server_is_asked_about_at_once(
    run_service: RunService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "CALM", 600.0)
    running = run_service()
    for job in running.ordered("ann", "bob"):
        running.becomes(job, "rendering")
        running.server.finish()
        running.becomes(job, "completed")


@pytest.mark.long
def test_a_server_that_hangs_delays_no_other(run_service: RunService) -> None:
    hangs = threading.Event()

    def percent(_: FakeJob) -> int:
        if hangs.is_set():
            time.sleep(60)
        return 0

    held = VideoServer(seconds=None, percent=percent)
    running = run_service(held, VideoServer(seconds=None))
    hanging, quick = running.ordered(server="gpu-0") + running.ordered(server="gpu-1")
    for job in (hanging, quick):
        running.becomes(job, "rendering")
    hangs.set()
    until(lambda: running.service.get(hanging).unreachable_since)
    running.servers[1].finish()
    running.becomes(quick, "completed")
    assert running.service.get(hanging).state == "rendering"


@pytest.mark.parametrize("answer", [(200, {"data": 5}), (200, {"data": [None, {"id": 7}]}), (200, [])])
def test_a_list_that_makes_no_sense_is_waited_out(run_service: RunService, answer: tuple[int, object]) -> None:
    running = run_service(VideoServer(seconds=None), ahead=2)
    jobs = running.ordered("ann", "bob")
    for job in jobs:
        running.becomes(job, "rendering")
    running.server.instead = answer
    until(lambda: all(running.service.get(job).unreachable_since for job in jobs))
    running.server.instead = None
    running.server.finish()
    for job in jobs:
        assert running.becomes(job, "completed").error is None


def test_progress_of_many_is_written_together(run_service: RunService, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    plain = Jobs.update_several

    def counted(self: Jobs, changes: dict[str, object], **more: object) -> None:
        written.append(len(changes))
        plain(self, changes, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Jobs, "update_several", counted)
    percent = [0]
    running = run_service(VideoServer(seconds=None, percent=lambda job: percent[0]), ahead=4)
    jobs = running.ordered(*"abcd")
    for job in jobs:
        running.becomes(job, "rendering")
    percent[0] = 40
    until(lambda: all(running.service.get(job).progress == 40 for job in jobs))
    assert max(written) == len(jobs)


def test_one_of_two_workers_follows_and_the_other_takes_its_place(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(VideoServer(seconds=None))
        settings = settings_of(environment(tmp_path, [server], ahead=2))
        first = Worker(settings)
        first.start()
        job = first.service.create(white_order("ann")).id
        first.service.start(job)
        in_state(first.service, job, "rendering")
        assert first._follower.role.mine == "renders"
        second = Worker(settings_of(environment(tmp_path, [server], ahead=2)))
        assert not second._follower.role.has_role("renders")
        first.stop()
        second.start()
        stack.callback(second.stop)
        until(lambda: second._follower.role.mine == "renders")
        server.finish()
        in_state(second.service, job, "completed")
        assert server.posts() == 1


def test_while_the_database_is_away_what_was_seen_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.errors import StoreUnavailable

    away = [False]
    plain = Jobs.move_to

    def refused(self: Jobs, *given: object, **more: object) -> bool:
        if away and away[0] and given[1] == "saving":
            away[0] = False
            raise StoreUnavailable(store="jobs.db")
        return plain(self, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Jobs, "move_to", refused)
    with running_service(tmp_path, VideoServer(seconds=None)) as running:
        job = running.rendering()
        away[0] = True
        running.server.finish()
        running.becomes(job, "completed")
        assert not away[0]
        assert running.server.posts() == 1
