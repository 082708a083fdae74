"""Which job goes to which server, and when: through the worker, not only in the tables."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jobs.model.records import QueuePosition
from jobs.model.request import QueueKey
from tests.jobs.conftest import RunService
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService, job_of, tag
from tests.waiting import until


def held(**changes: Any) -> VideoServer:
    """A server whose jobs take until they are told to end."""
    return VideoServer(seconds=None, **changes)


def sent(running: RunningService, server: int = 0) -> list[str]:
    """The ids of our jobs in the order in which a server got them."""
    return [job_of(one) for one in running.servers[server].accepted]


def test_two_servers_of_a_model_share_one_line(run_service: RunService) -> None:
    running = run_service(held(), held())
    first, second, third = running.ordered("ann", "bob", "cid")
    for job in (first, second):
        running.becomes(job, "rendering")
    running.stays(third, "queued")
    free = running.servers[[sent(running, n) for n in (0, 1)].index([second])]
    free.finish()
    assert running.becomes(third, "rendering").server == running.service.get(second).server
    assert sorted(len(sent(running, n)) for n in (0, 1)) == [1, 2]


def test_the_emptier_server_takes_the_next_job(run_service: RunService) -> None:
    running = run_service(held(), held(), ahead=2)
    running.service.queue.pause()
    jobs = running.ordered("ann", "ann")
    until(lambda: all(map(running.worker.monitor.seems_well, running.worker.registry.servers)))
    running.service.queue.resume()
    for job in jobs:
        running.becomes(job, "rendering")
    assert [len(sent(running, n)) for n in (0, 1)] == [1, 1]


def test_a_server_gets_as_many_jobs_ahead_as_it_may(run_service: RunService) -> None:
    running = run_service(held(), ahead=2)
    jobs = running.ordered("ann", "ann", "ann")
    for job in jobs[:2]:
        running.becomes(job, "rendering")
    running.stays(jobs[2], "queued")
    running.server.finish(tag(jobs[0]))
    running.becomes(jobs[2], "rendering")
    assert running.server.most_at_once == 2


def test_a_server_of_another_resolution_never_gets_the_job(run_service: RunService) -> None:
    running = run_service(held(model="mova-720p"), held())
    jobs = running.ordered("ann", "bob")
    until(lambda: sent(running, 1))
    running.servers[1].finish()
    until(lambda: len(sent(running, 1)) == 2)
    assert sorted(sent(running, 1)) == sorted(jobs)
    assert sent(running, 0) == []


def test_a_server_that_warms_up_is_waited_for(run_service: RunService) -> None:
    running = run_service(held(health=lambda: (503, None)))
    (job,) = running.ordered()
    until(lambda: running.server.requests["GET /health"])
    running.stays(job, "queued")
    assert running.server.posts() == 0
    running.server.health = VideoServer.health
    running.becomes(job, "rendering")


def test_a_server_that_is_not_there_is_waited_for(run_service: RunService) -> None:
    running = run_service(held())
    running.server.stop()
    (job,) = running.ordered()
    running.stays(job, "queued")
    running.server.start()
    running.becomes(job, "rendering")


@pytest.mark.long
def test_a_server_that_hangs_holds_up_no_other(run_service: RunService) -> None:
    over = threading.Event()

    def hangs() -> tuple[int, Any]:
        over.wait(60)
        return 200, {"status": "ok"}

    running = run_service(held(health=hangs), VideoServer(seconds=0.1))
    jobs = running.ordered(*["ann"] * 6)
    for job in jobs:
        running.becomes(job, "completed")
    assert sent(running, 0) == []
    over.set()


def test_a_line_whose_server_is_gone_holds_up_no_other(run_service: RunService) -> None:
    running = run_service()
    (stranded,) = running.ordered("ann", server="a-former-server")
    (other,) = running.ordered("bob", server="gpu-0")
    running.becomes(other, "rendering")
    running.stays(stranded, "queued")
    assert running.service.cancel(stranded)


def test_jobs_for_one_server_only_take_turns_with_those_for_any(run_service: RunService) -> None:
    running = run_service()
    running.service.queue.pause()
    anywhere = running.ordered(*["ann"] * 4)
    first = running.ordered("bob", "bob", server="gpu-0")
    running.service.queue.resume()
    for done in range(4):
        until(lambda: len(sent(running)) > done)  # noqa: B023
        running.server.finish()
    assert set(sent(running)[:4]) == {*anywhere[:2], *first}


def test_a_paused_line_sends_nothing_and_what_is_on_servers_goes_on(run_service: RunService) -> None:
    running = run_service()
    first, second = running.ordered("ann", "ann")
    running.becomes(first, "rendering")
    running.service.queue.pause(QueueKey("mova-360p"))
    running.server.finish()
    running.becomes(first, "completed")
    running.stays(second, "queued")
    assert running.server.posts() == 1
    running.service.queue.resume(QueueKey("mova-360p"))
    running.becomes(second, "rendering")


def test_jobs_are_moved_in_the_line(run_service: RunService) -> None:
    running = run_service()
    running.service.queue.pause()
    a, b, c, d = running.ordered(*["ann"] * 4)
    assert running.service.queue.move(d, "top")  # d a b c
    assert running.service.queue.move(a, "down")  # d b a c
    assert running.service.queue.move(c, "up")  # d b c a
    assert running.service.queue.move(d, "bottom")  # b c a d
    assert not running.service.queue.move(d, "down")
    assert running.service.queue.progress(a).place == QueuePosition(position=3, of=4)
    running.service.queue.resume()
    for done in range(4):
        until(lambda: len(sent(running)) > done)  # noqa: B023
        running.server.finish()
    assert sent(running) == [b, c, a, d]


def test_owners_take_turns_at_the_servers(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=0.05))
    running.service.queue.pause()
    jobs = {job: owner for owner in ("ann", "bob", "cid") for job in running.ordered(*[owner] * 3)}
    running.service.queue.resume()
    for job in jobs:
        running.becomes(job, "completed")
    owners = [jobs[job] for job in sent(running)]
    assert [sorted(owners[n : n + 3]) for n in (0, 3, 6)] == [["ann", "bob", "cid"]] * 3
