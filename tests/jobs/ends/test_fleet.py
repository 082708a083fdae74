"""Servers that come, go and die while jobs are on them: nothing is disturbed, lost, or sent to the dead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import config
import jobs.worker
from jobs.worker import Worker
from tests.jobs.ends.conftest import OpenHouse
from tests.jobs.ends.house import House, job_of, tag
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import until


def held() -> VideoServer:
    return VideoServer(seconds=None)


def of(home: House, job: str) -> int:
    """The number of the server that has a job."""
    return int(str(home.desk.get(job).server).removeprefix("gpu-"))


def two_with_one_job(open_house: OpenHouse) -> tuple[House, str, VideoServer, VideoServer]:
    """A job on one of two servers: the house, the job, its server, the other one."""
    home = open_house(held(), held())
    job = home.rendering()
    mine = of(home, job)
    return home, job, home.servers[mine], home.servers[1 - mine]


def died(server: VideoServer) -> None:
    """Its worker exits: what runs fails, and its health says so."""
    server.health = lambda: (503, {"status": "unhealthy", "error": "Scheduler worker exited; restart the server."})
    server.fail("Scheduler worker exited; restart the server.")


def test_a_dead_server_gets_nothing_new_and_its_line_goes_to_the_other(open_house: OpenHouse) -> None:
    home, job, mine, other = two_with_one_job(open_house)
    (second,) = home.ordered("bob")
    home.becomes(second, "rendering")
    (third,) = home.ordered("cid")
    died(mine)
    home.becomes(job, "failed")
    home.stays(third, "queued")  # the only place that is free is on the dead one
    assert mine.posts() == 1
    other.finish()
    home.becomes(third, "rendering")
    assert [job_of(one) for one in other.accepted] == [second, third]


def test_a_job_whose_server_died_goes_to_another_with_its_seed(open_house: OpenHouse) -> None:
    home, job, mine, other = two_with_one_job(open_house)
    died(mine)
    failed = home.becomes(job, "failed")
    assert failed.error is not None
    assert failed.error.kind == "WorkerDied"
    assert home.desk.send_again(job) == job
    assert home.desk.send_again(job) is None or home.desk.get(job).attempts == 1
    home.becomes(job, "rendering")
    (sent,) = other.accepted
    assert (sent.tag, sent.fields["seed"]) == (tag(job, 1), "7")
    other.finish()
    home.becomes(job, "completed")


def test_a_job_on_a_server_out_of_reach_goes_to_another_as_a_copy(open_house: OpenHouse) -> None:
    home, job, mine, other = two_with_one_job(open_house)
    mine.stop()
    until(lambda: home.desk.get(job).unreachable_since, 10)
    copies = {home.desk.send_again(job, anywhere=True) for _ in range(3)}
    (copy,) = copies - {None}
    assert copy is not None
    home.becomes(copy, "rendering")
    assert (home.desk.get(job).state, home.desk.get(copy).parent) == ("abandoned", job)
    assert [one.fields["seed"] for one in other.accepted] == ["7"]
    assert sorted(home.occupied) == sorted([job, copy])  # the GPU out of reach may still be at it
    other.finish()
    home.becomes(copy, "completed")
    mine.start()
    mine.finish()
    until(lambda: not home.occupied, 10)


def test_a_lost_job_for_one_server_only_goes_anywhere_when_asked_to(open_house: OpenHouse) -> None:
    home = open_house(held(), held())
    (job,) = home.ordered(line="mova-360p@gpu-0")
    home.becomes(job, "rendering")
    home.servers[0].forget_all()
    home.becomes(job, "lost")
    home.servers[0].stop()
    assert home.desk.send_again(job, anywhere=True) == job
    assert home.becomes(job, "rendering").server == "gpu-1"


def test_a_job_that_waits_for_one_server_only_is_let_go_to_another(open_house: OpenHouse) -> None:
    home = open_house(held(), held())
    home.servers[0].stop()
    (job,) = home.ordered(line="mova-360p@gpu-0")
    home.stays(job, "queued")
    assert home.desk.send_again(job, anywhere=True) == job
    assert home.becomes(job, "rendering").server == "gpu-1"
    assert home.servers[1].posts() == 1


def test_what_has_ended_well_is_not_sent_again(open_house: OpenHouse) -> None:
    home = open_house()
    job = home.rendering()
    home.server.finish()
    home.becomes(job, "completed")
    assert home.desk.send_again(job, anywhere=True) is None
    assert home.server.posts() == 1


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
def home(configured: Configured, first: VideoServer, second: VideoServer) -> Iterator[House]:
    configured.write(**{"gpu-0": first})
    worker = Worker(config.fresh())
    worker.start()
    yield House(worker, (first, second))
    worker.stop()


def test_a_server_that_is_added_takes_waiting_jobs_and_disturbs_none(home: House, configured: Configured) -> None:
    first, second = home.servers
    job = home.rendering()
    (waiting,) = home.ordered("bob")
    home.stays(waiting, "queued")
    configured.write(**{"gpu-0": first, "gpu-1": second})
    assert home.becomes(waiting, "rendering").server == "gpu-1"
    assert home.desk.get(job).state == "rendering"
    first.finish()
    home.becomes(job, "completed")
    assert (first.posts(), second.posts()) == (1, 1)


def test_a_job_on_a_server_that_is_taken_off_goes_on_there(home: House, configured: Configured) -> None:
    first, second = home.servers
    job = home.rendering()
    configured.write(**{"gpu-1": second})
    until(lambda: [one.name for one in home.worker.roster.servers] == ["gpu-1"], 10)
    (next_one,) = home.ordered("bob")
    assert home.becomes(next_one, "rendering").server == "gpu-1"
    first.finish()
    assert home.becomes(job, "completed").server == "gpu-0"
    assert (first.posts(), second.posts()) == (1, 1)


def test_a_job_on_a_server_that_moves_is_followed_where_it_was_sent(home: House, configured: Configured) -> None:
    first, second = home.servers
    job = home.rendering()
    configured.write(**{"gpu-0": second})
    until(lambda: home.worker.roster.servers[0].base_url == second.url, 10)
    first.finish()
    assert home.becomes(job, "completed").server_url == first.url
    (next_one,) = home.ordered("bob")
    assert home.becomes(next_one, "rendering").server_url == second.url


def test_a_configuration_that_cannot_be_used_stops_nothing(home: House, configured: Configured) -> None:
    job = home.rendering()
    configured.file.write_text("SGLANG_SERVERS='[{'\n")
    until(lambda: home.worker.roster.trouble, 10)
    home.server.finish()
    home.becomes(job, "completed")
    home.becomes(home.rendering(), "rendering")
