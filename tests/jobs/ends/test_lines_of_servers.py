"""Which job goes to which server, and when: through the worker, not only in the tables."""

from __future__ import annotations

import time
from typing import Any

from jobs.records import Place
from tests.jobs.ends.conftest import OpenHouse
from tests.jobs.ends.house import House, job_of, tag
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import until


def held(**changes: Any) -> VideoServer:
    """A server whose jobs take until they are told to end."""
    return VideoServer(seconds=None, **changes)


def sent(home: House, server: int = 0) -> list[str]:
    """The ids of our jobs in the order in which a server got them."""
    return [job_of(one) for one in home.servers[server].accepted]


def test_two_servers_of_a_model_share_one_line(open_house: OpenHouse) -> None:
    home = open_house(held(), held())
    first, second, third = home.ordered("ann", "bob", "cid")
    for job in (first, second):
        home.becomes(job, "rendering")
    home.stays(third, "queued")
    free = home.servers[[sent(home, n) for n in (0, 1)].index([second])]
    free.finish()
    assert home.becomes(third, "rendering").server == home.desk.get(second).server
    assert sorted(len(sent(home, n)) for n in (0, 1)) == [1, 2]


def test_the_emptier_server_takes_the_next_job(open_house: OpenHouse) -> None:
    home = open_house(held(), held(), ahead=2)
    home.desk.pause()
    jobs = home.ordered("ann", "ann")
    until(lambda: all(map(home.worker.watch.seems_well, home.worker.roster.servers)), 10)
    home.desk.resume()
    for job in jobs:
        home.becomes(job, "rendering")
    assert [len(sent(home, n)) for n in (0, 1)] == [1, 1]


def test_a_server_gets_as_many_jobs_ahead_as_it_may(open_house: OpenHouse) -> None:
    home = open_house(held(), ahead=2)
    jobs = home.ordered("ann", "ann", "ann")
    for job in jobs[:2]:
        home.becomes(job, "rendering")
    home.stays(jobs[2], "queued")
    home.server.finish(tag(jobs[0]))
    home.becomes(jobs[2], "rendering")
    assert home.server.most_at_once == 2


def test_a_server_of_another_resolution_never_gets_the_job(open_house: OpenHouse) -> None:
    home = open_house(held(model="mova-720p"), held())
    jobs = home.ordered("ann", "bob")
    until(lambda: sent(home, 1), 10)
    home.servers[1].finish()
    until(lambda: len(sent(home, 1)) == 2, 10)
    assert sorted(sent(home, 1)) == sorted(jobs)
    assert sent(home, 0) == []


def test_a_server_that_warms_up_is_waited_for(open_house: OpenHouse) -> None:
    home = open_house(held(health=lambda: (503, None)))
    (job,) = home.ordered()
    until(lambda: home.server.requests["GET /health"], 10)
    home.stays(job, "queued")
    assert home.server.posts() == 0
    home.server.health = VideoServer.health
    home.becomes(job, "rendering")


def test_a_server_that_is_not_there_is_waited_for(open_house: OpenHouse) -> None:
    home = open_house(held())
    home.server.stop()
    (job,) = home.ordered()
    home.stays(job, "queued")
    home.server.start()
    home.becomes(job, "rendering")


def test_a_server_that_hangs_holds_up_no_other(open_house: OpenHouse) -> None:
    def hangs() -> tuple[int, Any]:
        time.sleep(6)
        return 200, {"status": "ok"}

    home = open_house(held(health=hangs), VideoServer(seconds=0.1))
    jobs = home.ordered(*["ann"] * 6)
    for job in jobs:
        home.becomes(job, "completed")
    assert sent(home, 0) == []


def test_a_line_whose_server_is_gone_holds_up_no_other(open_house: OpenHouse) -> None:
    home = open_house()
    (stranded,) = home.ordered("ann", line="mova-360p@a-former-server")
    (other,) = home.ordered("bob", line="mova-360p@gpu-0")
    home.becomes(other, "rendering")
    home.stays(stranded, "queued")
    assert home.desk.cancel(stranded)


def test_jobs_for_one_server_only_take_turns_with_those_for_any(open_house: OpenHouse) -> None:
    home = open_house()
    home.desk.pause()
    anywhere = home.ordered(*["ann"] * 4)
    here = home.ordered("bob", "bob", line="mova-360p@gpu-0")
    home.desk.resume()
    for done in range(4):
        until(lambda: len(sent(home)) > done, 10)  # noqa: B023
        home.server.finish()
    assert set(sent(home)[:4]) == {*anywhere[:2], *here}


def test_a_paused_line_sends_nothing_and_what_is_on_servers_goes_on(open_house: OpenHouse) -> None:
    home = open_house()
    first, second = home.ordered("ann", "ann")
    home.becomes(first, "rendering")
    home.desk.pause("mova-360p")
    home.server.finish()
    home.becomes(first, "completed")
    home.stays(second, "queued")
    assert home.server.posts() == 1
    home.desk.resume("mova-360p")
    home.becomes(second, "rendering")


def test_jobs_are_moved_in_the_line(open_house: OpenHouse) -> None:
    home = open_house()
    home.desk.pause()
    a, b, c, d = home.ordered(*["ann"] * 4)
    assert home.desk.move(d, "top")  # d a b c
    assert home.desk.move(a, "down")  # d b a c
    assert home.desk.move(c, "up")  # d b c a
    assert home.desk.move(d, "bottom")  # b c a d
    assert not home.desk.move(d, "down")
    assert home.desk.progress(a).place == Place(position=3, of=4)
    home.desk.resume()
    for done in range(4):
        until(lambda: len(sent(home)) > done, 10)  # noqa: B023
        home.server.finish()
    assert sent(home) == [b, c, a, d]


def test_owners_take_turns_at_the_servers(open_house: OpenHouse) -> None:
    home = open_house(VideoServer(seconds=0.05))
    home.desk.pause()
    jobs = {job: owner for owner in ("ann", "bob", "cid") for job in home.ordered(*[owner] * 3)}
    home.desk.resume()
    for job in jobs:
        home.becomes(job, "completed")
    owners = [jobs[job] for job in sent(home)]
    assert [sorted(owners[n : n + 3]) for n in (0, 3, 6)] == [["ann", "bob", "cid"]] * 3
