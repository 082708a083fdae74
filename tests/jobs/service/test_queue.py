"""The queue as its person sees it: what is listed where, and how soon to look again."""

from __future__ import annotations

import pytest

from core.errors import UnknownJob
from jobs.model.records import JobRecord
from jobs.model.states import JobState
from jobs.service.queue import look_again
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import white_order
from tests.jobs.service.conftest import OpenService


def queued(opened: OpenService, owner: str = "ann") -> JobRecord:
    job = opened.service.create(white_order(owner))
    assert opened.service.start(job.id)
    return job


def test_each_job_is_in_its_list(opened: OpenService) -> None:
    done = shot(opened.service, opened.store)
    sent = queued(opened)
    assert opened.store.queue.claim("gpu", sent.queue_key, 1) == sent.id
    waiting, held = queued(opened), queued(opened)
    opened.service.hold(held.id)
    opened.service.create(white_order())  # a draft is in none
    view = opened.service.queue.view()
    assert [one.job.id for one in view.active] == [sent.id]
    assert [one.job.id for one in view.queued] == [waiting.id]
    assert [one.id for one in view.yours] == [held.id]
    assert [one.id for one in view.ended] == [done.id]
    assert {state: n for state, n in view.counts.items() if n} == {"submitted": 1, "queued": 1, "waiting": 1}


def test_places_count_from_one_and_the_ends_are_of_each_owner(opened: OpenService) -> None:
    jobs = [queued(opened), queued(opened), queued(opened, "bob")]
    found = {one.job.id: one for one in opened.service.queue.view().queued}
    assert sorted(one.place.position for one in found.values()) == [1, 2, 3]
    assert [(found[job.id].first, found[job.id].last) for job in jobs] == [(True, False), (False, True), (True, True)]
    place = opened.service.queue.progress(jobs[0].id).place
    assert place == found[jobs[0].id].place


def test_a_pause_is_seen_until_it_ends(opened: OpenService) -> None:
    queued(opened)
    opened.service.queue.pause()
    view = opened.service.queue.view()
    assert (view.paused, view.every, opened.service.queue.pace()) == (True, None, None)
    opened.service.queue.resume()
    assert opened.service.queue.view().every is not None


def test_a_job_is_followed_to_where_it_rests(opened: OpenService) -> None:
    job = queued(opened)
    seen = opened.service.queue.follow(job.id, every=0)
    assert next(seen).state == "queued"
    opened.service.hold(job.id)
    assert [one.state for one in seen] == ["waiting"]


@pytest.mark.parametrize(
    ("states", "paused", "every"),
    [
        ([], False, None),
        (["waiting"], False, None),
        (["queued"], False, 3.0),
        (["queued"], True, None),
        (["rendering"], True, 1.0),
        (["preparing", "queued"], False, 1.0),
    ],
)
def test_one_looks_again_only_where_something_moves(states: list[JobState], paused: bool, every: float | None) -> None:
    assert look_again(dict.fromkeys(states, 1), paused) == every


def test_jobs_are_placed_among_their_owners_own(opened: OpenService) -> None:
    mine = [opened.service.create(white_order(text=f"mine {n}")).id for n in range(3)]
    theirs = [opened.service.create(white_order("bob", text=f"theirs {n}")).id for n in range(2)]
    for job_id in (*mine, *theirs):
        assert opened.service.start(job_id)
    queue, key = opened.service.queue, opened.service.get(mine[0]).queue_key

    def line() -> list[str]:
        return [job for job in opened.store.queue.order(key) if job in mine]

    assert queue.place([mine[2], mine[1]], mine[0])
    assert line() == [mine[1], mine[2], mine[0]]
    assert queue.place([mine[0]], mine[1])
    assert line() == mine
    assert queue.place([mine[0]], theirs[1])  # before theirs means before the next of one's own
    assert line() == [mine[1], mine[0], mine[2]] or line() == [mine[1], mine[2], mine[0]]
    assert queue.place([mine[0]], None)
    assert line()[-1] == mine[0]
    assert not queue.place([mine[0]], None)
    with pytest.raises(UnknownJob):
        queue.place(["20260101-000000-abcdef"], None)
