"""How a batch's rows ended, when their jobs are gone."""

from __future__ import annotations

import pytest

from jobs.model.request import QueueKey
from jobs.model.states import JobState
from jobs.store.store import Store
from tests.jobs.samples import new_job


def ended(store: Store, job_id: str, state: JobState, owner: str = "ann") -> None:
    store.jobs.create(new_job(id=job_id, owner=owner, seed=7))
    if state != "draft":
        store.jobs.move_to(job_id, "preparing")
        store.jobs.move_to(job_id, state)
    assert store.jobs.delete(job_id)
    assert store.jobs.purge(job_id)


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_how_a_row_ended_outlives_its_job(store: Store, state: JobState) -> None:
    ended(store, "batch-1", state)
    found = store.batches.done(["batch-1", "batch-2"])
    assert {job_id: (one.state, one.seed) for job_id, one in found.items()} == {"batch-1": (state, 7)}
    assert store.batches.done(["batch-1"], owner="ann").keys() == {"batch-1"}
    assert store.batches.done(["batch-1"], owner="bob") == {}


def test_a_row_that_never_ran_and_a_job_of_no_batch_leave_nothing(store: Store) -> None:
    ended(store, "batch-1", "draft")
    ended(store, "20261123-101530-4f9c2a", "failed")
    assert store.batches.done(["batch-1", "20261123-101530-4f9c2a"]) == {}


def test_a_row_that_may_be_on_a_server_has_run(store: Store) -> None:
    new = new_job(id="batch-1", seed=7)
    store.jobs.create(new)
    assert store.queue.enqueue("batch-1")
    assert store.queue.claim("gpu", QueueKey("mova-360p"), 1, "http://127.0.0.1:9") == "batch-1"
    assert store.jobs.move_to("batch-1", "unclear")
    assert store.jobs.delete("batch-1")
    assert store.queue.release("gpu", "batch-1")
    assert store.jobs.purge("batch-1")
    assert store.batches.done(["batch-1"])["batch-1"].state == "unclear"


def test_many_are_found_at_once(store: Store) -> None:
    ended(store, "batch-1", "failed")
    assert len(store.batches.done([f"batch-{number}" for number in range(2_000)])) == 1
