"""Servers that come, go and die while jobs are on them: nothing is disturbed, lost, or sent to the dead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import config
import jobs.worker
from jobs.worker import Worker
from tests.jobs.conftest import RunService
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService, job_of, tag
from tests.waiting import until


def held() -> VideoServer:
    return VideoServer(seconds=None)


def of(running: RunningService, job: str) -> int:
    """The number of the server that has a job."""
    return int(str(running.service.get(job).server).removeprefix("gpu-"))


def two_with_one_job(run_service: RunService) -> tuple[RunningService, str, VideoServer, VideoServer]:
    """A job on one of two servers: the service, the job, its server, the other one."""
    running = run_service(held(), held())
    job = running.rendering()
    mine = of(running, job)
    return running, job, running.servers[mine], running.servers[1 - mine]


def died(server: VideoServer) -> None:
    """Its worker exits: what runs fails, and its health says so."""
    server.health = lambda: (503, {"status": "unhealthy", "error": "Scheduler worker exited; restart the server."})
    server.fail("Scheduler worker exited; restart the server.")


def test_a_dead_server_gets_nothing_new_and_its_line_goes_to_the_other(run_service: RunService) -> None:
    running, job, mine, other = two_with_one_job(run_service)
    (second,) = running.ordered("bob")
    running.becomes(second, "rendering")
    (third,) = running.ordered("cid")
    died(mine)
    running.becomes(job, "failed")
    running.stays(third, "queued")  # the only place that is free is on the dead one
    assert mine.posts() == 1
    other.finish()
    running.becomes(third, "rendering")
    assert [job_of(one) for one in other.accepted] == [second, third]


def test_a_job_whose_server_died_goes_to_another_with_its_seed(run_service: RunService) -> None:
    running, job, mine, other = two_with_one_job(run_service)
    died(mine)
    failed = running.becomes(job, "failed")
    assert failed.error is not None
    assert failed.error.kind == "WorkerDied"
    assert running.service.send_again(job) == job
    assert running.service.send_again(job) in (job, None)  # by then it may be on its way
    running.becomes(job, "rendering")
    assert (running.service.send_again(job), running.service.send_again(job, anywhere=True)) == (None, None)
    assert (running.service.get(job).state, running.service.get(job).attempts) == ("rendering", 1)
    (sent,) = other.accepted
    assert (sent.tag, sent.fields["seed"]) == (tag(job, 1), "7")
    other.finish()
    running.becomes(job, "completed")


def test_a_job_on_a_server_out_of_reach_goes_to_another_as_a_copy(run_service: RunService) -> None:
    running, job, mine, other = two_with_one_job(run_service)
    mine.stop()
    until(lambda: running.service.get(job).unreachable_since)
    copies = {running.service.send_again(job, anywhere=True) for _ in range(3)}
    (copy,) = copies - {None}
    assert copy is not None
    running.becomes(copy, "rendering")
    assert (running.service.get(job).state, running.service.get(copy).parent) == ("abandoned", job)
    assert [one.fields["seed"] for one in other.accepted] == ["7"]
    assert sorted(running.occupied) == sorted([job, copy])  # the GPU out of reach may still be at it
    other.finish()
    running.becomes(copy, "completed")
    mine.start()
    mine.finish()
    until(lambda: not running.occupied)


def test_a_lost_job_for_one_server_only_goes_anywhere_when_asked_to(run_service: RunService) -> None:
    running = run_service(held(), held())
    (job,) = running.ordered(server="gpu-0")
    running.becomes(job, "rendering")
    running.servers[0].forget_all()
    running.becomes(job, "lost")
    running.servers[0].stop()
    assert running.service.send_again(job, anywhere=True) == job
    assert running.becomes(job, "rendering").server == "gpu-1"


def test_a_job_that_waits_for_one_server_only_is_let_go_to_another(run_service: RunService) -> None:
    running = run_service(held(), held())
    running.stops(0)
    (job,) = running.ordered(server="gpu-0")
    running.stays(job, "queued")
    assert running.service.send_again(job, anywhere=True) == job
    assert running.becomes(job, "rendering").server == "gpu-1"
    assert running.servers[1].posts() == 1


def test_what_has_ended_well_is_not_sent_again(run_service: RunService) -> None:
    running = run_service()
    job = running.rendering()
    running.server.finish()
    running.becomes(job, "completed")
    assert running.service.send_again(job, anywhere=True) is None
    assert running.server.posts() == 1


# ---- the configuration ---------------------------------------------------------------------------------------------


class Configured:
    """A worker that reads its servers from a ``.env``."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / ".env"
        monkeypatch.setenv("MOVA_ENV_FILE", str(self.file))
        monkeypatch.setitem(config.Settings.model_config, "env_file", str(self.file))
        monkeypatch.setattr(jobs.worker, "_LOOK_AT_SERVERS", 0.1)

    def write(self, **servers: VideoServer) -> None:
        listed = [{"name": name, "base_url": one.url, "model": "mova-360p"} for name, one in servers.items()]
        part = self.file.with_suffix(".part")
        part.write_text(f"SGLANG_SERVERS='{json.dumps(listed)}'\n")
        part.replace(self.file)


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configured:
    return Configured(tmp_path, monkeypatch)


@pytest.fixture
def first() -> Iterator[VideoServer]:
    with held() as server:
        yield server


@pytest.fixture
def second() -> Iterator[VideoServer]:
    with held() as server:
        yield server


@pytest.fixture
def running(configured: Configured, first: VideoServer, second: VideoServer) -> Iterator[RunningService]:
    configured.write(**{"gpu-0": first})
    worker = Worker(config.fresh())
    worker.start()
    yield RunningService(worker, (first, second))
    worker.stop()


def test_a_server_that_is_added_takes_waiting_jobs_and_disturbs_none(
    running: RunningService, configured: Configured
) -> None:
    first, second = running.servers
    job = running.rendering()
    (waiting,) = running.ordered("bob")
    running.stays(waiting, "queued")
    configured.write(**{"gpu-0": first, "gpu-1": second})
    assert running.becomes(waiting, "rendering").server == "gpu-1"
    assert running.service.get(job).state == "rendering"
    first.finish()
    running.becomes(job, "completed")
    assert (first.posts(), second.posts()) == (1, 1)


def test_a_job_on_a_server_that_is_taken_off_goes_on_there(running: RunningService, configured: Configured) -> None:
    first, second = running.servers
    job = running.rendering()
    configured.write(**{"gpu-1": second})
    until(lambda: [one.name for one in running.worker.registry.servers] == ["gpu-1"])
    (next_one,) = running.ordered("bob")
    assert running.becomes(next_one, "rendering").server == "gpu-1"
    first.finish()
    assert running.becomes(job, "completed").server == "gpu-0"
    assert (first.posts(), second.posts()) == (1, 1)


def test_a_job_on_a_server_that_moves_is_followed_where_it_was_sent(
    running: RunningService, configured: Configured
) -> None:
    first, second = running.servers
    job = running.rendering()
    configured.write(**{"gpu-0": second})
    until(lambda: running.worker.registry.servers[0].base_url == second.url)
    first.finish()
    assert running.becomes(job, "completed").server_url == first.url
    (next_one,) = running.ordered("bob")
    assert running.becomes(next_one, "rendering").server_url == second.url


def test_a_configuration_that_cannot_be_used_stops_nothing(running: RunningService, configured: Configured) -> None:
    job = running.rendering()
    configured.file.write_text("SGLANG_SERVERS='[{'\n")
    until(lambda: running.worker.registry.error)
    running.server.finish()
    running.becomes(job, "completed")
    running.becomes(running.rendering(), "rendering")
