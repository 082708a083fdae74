"""Slots that nothing follows any more: free once their GPU is known to be, and not before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from core.errors import JobLost, MovaError, ServerUnreachable
from jobs.execution import render
from jobs.execution.slot_watch import SlotWatch
from jobs.model.records import JobRecord, StoredError
from jobs.model.states import JobState
from jobs.store.store import Store
from tests.jobs.samples import queued_job, recorded

Watch = Callable[["Server"], SlotWatch]
HERE = SimpleNamespace(id="v-1", status="in_progress", progress=0, model="tag")


@dataclass
class Server:
    """A server as the watch asks it; ``jobs`` are what it has."""

    jobs: list[SimpleNamespace] = field(default_factory=list)
    error: MovaError | None = None
    tags: bool = True

    def check_own_preview(self, _job: JobRecord) -> None:
        if self.error is not None:
            raise self.error

    def tag(self, _job: JobRecord) -> str | None:
        return "tag" if self.tags else None

    def client(self, _job: JobRecord) -> Server:
        return self

    def retrieve(self, _id: str) -> SimpleNamespace:
        return self.jobs[0]

    def find(self, _tag: str) -> SimpleNamespace | None:
        return next(iter(self.jobs), None)

    def all_jobs(self) -> list[SimpleNamespace]:
        return self.jobs


@pytest.fixture
def watch(store: Store) -> Watch:
    return lambda server: SlotWatch(store, cast(Any, None), cast(Any, server))


def on_a_server(store: Store, state: JobState, server_job_id: str | None = "v-1") -> JobRecord:
    job = queued_job(store)
    assert store.queue.claim("gpu", job.queue_key, 1) == job.id
    if state in ("abandoned", "rendering"):
        assert store.jobs.move_to(job.id, "rendering", server_job_id=server_job_id)
    if state != "rendering":
        assert store.jobs.move_to(job.id, state)
    return job


@pytest.mark.parametrize(("status", "free"), [("in_progress", False), ("completed", True), ("failed", True)])
def test_a_given_up_job_keeps_its_slot_until_its_gpu_is_done(
    store: Store, watch: Watch, status: str, free: bool
) -> None:
    job = on_a_server(store, "abandoned")
    assert watch(Server([SimpleNamespace(id="v-1", status=status, progress=0, model="tag")])).look() == free
    assert (store.queue.occupied() == ()) == free
    assert recorded(store, job.id).video_on_server == (status == "completed")


def test_a_job_that_is_deleted_while_its_server_is_asked_goes_with_its_slot(store: Store) -> None:
    job = on_a_server(store, "abandoned")
    gone: list[str] = []

    class Deleting(Server):
        def retrieve(self, _id: str) -> SimpleNamespace:
            assert store.jobs.delete(job.id)
            return self.jobs[0]

    there = Deleting([SimpleNamespace(id="v-1", status="completed", progress=100, model="tag")])
    folders = SimpleNamespace(finish_delete=lambda deleted: gone.append(deleted.id))
    assert SlotWatch(store, cast(Any, folders), cast(Any, there)).look()
    assert (gone, store.queue.occupied()) == ([job.id], ())


@pytest.mark.parametrize(("others", "state"), [(False, "saving"), (True, "abandoned")])
def test_what_the_program_gave_up_is_fetched_by_whoever_works_on_it(store: Store, others: bool, state: str) -> None:
    job = on_a_server(store, "abandoned", server_job_id=None)
    assert store.jobs.update(job.id, error=StoredError.of(ServerUnreachable(server="gpu", reason="refused")))
    server = Server([SimpleNamespace(id="v-7", status="completed", model="tag")])
    assert SlotWatch(store, cast(Any, None), cast(Any, server), lambda _: others).look()
    seen = recorded(store, job.id)
    assert (seen.state, seen.server_job_id, seen.stage) == (state, "v-7", "completed")
    assert (seen.error is None) == (state == "saving")
    assert store.queue.occupied() == ()


def test_a_server_that_has_lost_the_job_or_does_not_answer(store: Store, watch: Watch) -> None:
    on_a_server(store, "abandoned")
    assert not watch(Server(error=ServerUnreachable(server="gpu", reason="refused"))).look()
    assert watch(Server(error=JobLost(job="j", server="gpu"))).look()
    assert store.queue.occupied() == ()


def test_a_job_that_a_run_follows_is_not_looked_at(store: Store, watch: Watch) -> None:
    on_a_server(store, "rendering")
    assert not watch(Server()).look()
    assert len(store.queue.occupied()) == 1


def test_a_job_that_is_nowhere_is_waited_for_before_its_slot_is_free(
    store: Store, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_server(store, "abandoned", server_job_id=None)
    watching = watch(Server())
    assert not watching.look()  # an upload may still be on its way
    monkeypatch.setattr(render, "SETTLE_SECONDS", 0.0)
    assert watching.look()


@pytest.mark.parametrize(("tags", "goes_on"), [(True, True), (False, False)])
def test_an_unclear_job_is_looked_for_where_that_can_tell(
    store: Store, watch: Watch, tags: bool, goes_on: bool
) -> None:
    job = on_a_server(store, "unclear")
    assert watch(Server([HERE], tags=tags)).look() == goes_on
    found = store.jobs.get(job.id)
    assert found is not None
    assert found.state == ("submitted" if goes_on else "unclear")
    assert len(store.queue.occupied()) == 1
