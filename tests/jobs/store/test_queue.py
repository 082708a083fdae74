"""The line in front of the servers, on both databases."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.model.records import QueuePosition
from jobs.model.request import QueueKey
from jobs.model.states import JobState, sources
from jobs.store.fair_order import Direction
from jobs.store.store import Store
from tests.jobs.samples import new_job, queued_job, recorded

M = QueueKey("mova-360p")


def queue(store: Store, *owners: str, **changes: Any) -> list[str]:
    return [queued_job(store, owner=owner, **changes).id for owner in owners]


def test_jobs_of_one_owner_go_in_their_order(store: Store) -> None:
    ids = queue(store, "ann", "ann", "ann")
    assert store.queue.order(M) == tuple(ids)
    assert [store.queue.position(job) for job in ids] == [QueuePosition(position=n, of=3) for n in (1, 2, 3)]
    assert [store.queue.claim(f"s{n}", M, 1) for n in range(4)] == [*ids, None]


def test_owners_take_turns(store: Store) -> None:
    a1, a2, a3, b1, b2, c1 = queue(store, "ann", "ann", "ann", "bob", "bob", "cid")
    assert store.queue.order(M) == (a1, b1, c1, a2, b2, a3)
    assert [store.queue.claim(f"s{n}", M, 1) for n in range(6)] == [a1, b1, c1, a2, b2, a3]


def test_who_was_just_served_goes_last_also_later(store: Store) -> None:
    (a1,) = queue(store, "ann")
    assert store.queue.claim("s", M, 1) == a1
    a2, b1 = queue(store, "ann", "bob")
    assert store.queue.order(M) == (b1, a2)


def test_a_claimed_job_is_on_the_server_and_on_no_other(store: Store) -> None:
    (job_id,) = queue(store, "ann")
    assert store.queue.claim("s", M, 1) == job_id
    job = recorded(store, job_id)
    assert (job.state, job.server) == ("submitted", "s")
    assert job.sent is not None
    assert [(slot.server, slot.slot, slot.job_id) for slot in store.queue.occupied()] == [("s", 1, job_id)]
    assert (store.queue.position(job_id), store.queue.claim("other", M, 1)) == (None, None)


def test_a_server_gets_no_more_than_its_slots(store: Store) -> None:
    queue(store, *["ann"] * 5)
    claims = [store.queue.claim("s", M, 2) for _ in range(4)]
    assert [claim is not None for claim in claims] == [True, True, False, False]
    assert store.queue.release("s", claims[0] or "")
    assert not store.queue.release("s", claims[0] or "")
    assert store.queue.claim("s", M, 2) is not None
    assert store.queue.claim("s", M, 1) is None  # fewer slots than before: none until both are free


def test_models_have_lines_of_their_own(store: Store) -> None:
    queue(store, "ann")
    (large,) = queue(store, "ann", model="mova-720p")
    assert store.queue.claim("big", QueueKey("mova-720p"), 1) == large
    assert store.queue.claim("big", QueueKey("mova-720p"), 2) is None


@pytest.mark.parametrize("state", ["saving", "completed", "failed", "lost"])
def test_an_end_frees_the_slot(store: Store, state: JobState) -> None:
    (job_id,) = queue(store, "ann")
    store.queue.claim("s", M, 1)
    if state == "completed":
        store.jobs.move_to(job_id, "saving")
    assert store.jobs.move_to(job_id, state)
    assert store.queue.occupied() == ()


def test_an_abandoned_job_keeps_its_slot_until_the_gpu_is_free(store: Store) -> None:
    first, second = queue(store, "ann", "ann")
    store.queue.claim("s", M, 1)
    store.jobs.move_to(first, "abandoned")
    assert store.queue.claim("s", M, 1) is None
    assert not store.queue.enqueue(first, retry=True)
    assert store.queue.release("s", first)
    assert store.queue.claim("s", M, 1) == second
    assert store.queue.enqueue(first, retry=True)


def test_deleting_an_abandoned_job_frees_no_slot(store: Store) -> None:
    (job_id,) = queue(store, "ann")
    store.queue.claim("s", M, 1)
    store.jobs.move_to(job_id, "abandoned")
    assert store.jobs.delete(job_id)
    assert not store.jobs.purge(job_id)
    assert len(store.queue.occupied()) == 1
    assert store.queue.release("s", job_id)
    assert store.jobs.purge(job_id)


def test_a_job_that_was_not_taken_goes_back_to_its_place(store: Store) -> None:
    first, second = queue(store, "ann", "ann")
    store.queue.claim("s", M, 1)
    assert store.queue.requeue(first)
    assert not store.queue.requeue(first)
    assert store.queue.order(M) == (first, second)
    assert store.queue.occupied() == ()
    assert recorded(store, first).server is None


def test_entering_twice_changes_nothing(store: Store) -> None:
    first, second = queue(store, "ann", "ann")
    assert not store.queue.enqueue(first)
    assert store.queue.order(M) == (first, second)
    assert not store.queue.enqueue("nobody")


@pytest.mark.parametrize("state", ["failed", "cancelled", "lost"])
def test_an_ended_job_enters_again_only_when_asked_to(store: Store, state: str) -> None:
    job = store.jobs.create(new_job(state=state, seed=7))
    assert not store.queue.enqueue(job.id)
    assert store.queue.enqueue(job.id, retry=True)
    assert recorded(store, job.id).finished is None


def test_a_completed_job_never_enters_again(store: Store) -> None:
    job = store.jobs.create(new_job(state="completed"))
    assert not store.queue.enqueue(job.id)
    assert not store.queue.enqueue(job.id, retry=True)


@pytest.mark.parametrize(("direction", "order"), [("up", "acb"), ("down", "abc"), ("top", "cab"), ("bottom", "abc")])
def test_people_move_their_jobs(store: Store, direction: Direction, order: str) -> None:
    ids = dict(zip("abc", queue(store, "ann", "ann", "ann"), strict=True))
    assert store.queue.move(ids["c"], direction) == (order != "abc")
    assert store.queue.order(M) == tuple(ids[name] for name in order)


def test_moving_gets_nobody_ahead_of_others(store: Store) -> None:
    a1, b1, a2, b2 = queue(store, "ann", "bob", "ann", "bob")
    assert store.queue.move(b2, "top")
    assert store.queue.order(M) == (a1, b2, a2, b1)


def test_a_job_that_does_not_wait_cannot_be_moved(store: Store) -> None:
    job = store.jobs.create(new_job())
    assert not store.queue.move(job.id, "top")
    assert not store.queue.move("nobody", "top")


def test_a_new_job_comes_last_after_moves(store: Store) -> None:
    first, second = queue(store, "ann", "ann")
    store.queue.move(second, "top")
    (third,) = queue(store, "ann")
    assert store.queue.order(M) == (second, first, third)


def test_a_cancelled_or_deleted_job_is_never_claimed(store: Store) -> None:
    first, second, third = queue(store, "ann", "ann", "ann")
    store.jobs.move_to(first, "cancelled")
    store.jobs.move_to(second, "waiting")
    store.jobs.delete(second)
    assert store.queue.claim("s", M, 3) == third
    assert store.queue.claim("s", M, 3) is None


def test_while_paused_nothing_is_sent_and_people_still_enter(store: Store) -> None:
    (job_id,) = queue(store, "ann")
    store.queue.pause(M)
    store.queue.pause(M)
    assert (store.queue.claim("s", M, 1), store.queue.is_paused(M), store.queue.is_paused()) == (None, True, False)
    store.queue.pause()
    store.queue.resume(M)
    assert (store.queue.claim("s", M, 1), store.queue.is_paused(M), store.queue.is_paused()) == (None, True, True)
    store.queue.resume()
    assert not store.queue.is_paused(M)
    assert store.queue.claim("s", M, 1) == job_id


SERVERS = {"s1": 1, "s2": 2}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enqueue"), st.sampled_from(["ann", "bob", "cid"])),
        st.tuples(st.just("claim"), st.sampled_from(sorted(SERVERS))),
        st.tuples(st.sampled_from(["put_back", "abandon", "fail", "cancel", "release", "top"]), st.integers(0, 9)),
    ),
    min_size=5,
    max_size=25,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_whatever_happens_no_server_has_too_many_and_the_order_holds(
    store: Store, steps: list[tuple[str, Any]], data: st.DataObject
) -> None:
    model = f"model-{data.draw(st.uuids())}"  # a line of its own for each example
    key = QueueKey(model)
    servers = {f"{name}-{model}": slots for name, slots in SERVERS.items()}
    known: list[str] = []
    for act, what in steps:
        first = store.queue.order(key)[:1]
        if act == "enqueue":
            known += queue(store, what, model=model)
        elif act == "claim":
            claimed = store.queue.claim(f"{what}-{model}", key, SERVERS[what])
            assert claimed is None or (claimed,) == first
        elif known:
            _do(store, act, known[what % len(known)])
        held = Counter(slot.server for slot in store.queue.occupied())
        assert all(held[server] <= slots for server, slots in servers.items())
        waiting = {job.id for job in store.jobs.in_states(["queued"]) if job.model == model}
        assert set(store.queue.order(key)) == waiting


def _do(store: Store, act: str, job_id: str) -> None:
    if act == "put_back":
        store.queue.requeue(job_id)
    elif act == "top":
        store.queue.move(job_id, "top")
    elif act == "release":
        store.queue.release(recorded(store, job_id).server or "", job_id)
    else:
        states: dict[str, JobState] = {"abandon": "abandoned", "fail": "failed", "cancel": "cancelled"}
        moved = store.jobs.move_to(job_id, states[act])
        assert not moved or sources(states[act])


def test_rows_of_a_batch_stay_in_the_order_of_their_manifest(store: Store) -> None:
    rows = [store.jobs.create(new_job(state="waiting", id=f"batch-{n * 14}-{n * 6}")).id for n in "cab"]
    other = queued_job(store).id
    for job_id in (rows[2], rows[0], rows[1]):  # as their preparation ended
        assert store.queue.enqueue(job_id)
    key = recorded(store, other).queue_key
    assert store.queue.order(key) == (other, *rows)
