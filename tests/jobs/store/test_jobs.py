"""Jobs in the store, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import SecretStr

from core import errors
from core.messages import gettext_noop, message
from core.steps import Maker
from jobs.model.records import Bookkeeping, JobChanges, JobFilter, StoredError
from jobs.model.request import QueueKey
from jobs.model.states import FINAL, JOB_STATES, RULES, JobState
from jobs.store.store import Store
from tests.jobs.samples import new_job, queued_job, recorded

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


def test_a_job_comes_back_as_it_was_created(store: Store) -> None:
    warning = message(
        gettext_noop("{asked} frames were asked for; MOVA renders 4k+1, so {rendered}."), asked=192, rendered=193
    )
    maker = Maker(provider="gemini", model="flash", prompts="0123")
    noted = Bookkeeping(run="run-1", may_preview=True, session_keys=("gemini_api_key",), makers={"image_prompt": maker})
    of_request = {"text": "港口的橘猫", "crop_shift": 0.25, "until": "first_frame", "wanted_server": "http://box:1/@x"}
    new = new_job(**of_request, seed=2**63 - 1, bookkeeping=noted, parent="x", is_preview=True, warnings=(warning,))
    job = recorded(store, store.jobs.create(new).id)
    assert (job.request, job.bookkeeping) == (new.request, noted)
    assert (job.state, job.is_preview, job.parent, job.warnings) == ("draft", True, "x", (warning,))
    assert (job.server, job.error, job.finished, job.progress, job.revision) == (None, None, None, 0, 1)


def test_an_id_says_when(store: Store) -> None:
    job = store.jobs.create(new_job(created=NOON))
    assert job.id.startswith("20261123-120000-")
    assert len(job.id) == len("20261123-101530-4f9c2a")


def test_creating_the_same_id_twice_is_one_job(store: Store) -> None:
    first = store.jobs.create(new_job(id="one", text="first"))
    again = store.jobs.create(new_job(id="one", text="second"))
    assert again == first
    assert store.pages.count() == 1


def test_jobs_of_the_same_moment_keep_an_order(store: Store) -> None:
    jobs = [store.jobs.create(new_job(created=NOON)) for _ in range(5)]
    assert [job.number - jobs[0].number for job in jobs] == [0, 1, 2, 3, 4]
    assert [job.id for job in store.pages.page().jobs] == [job.id for job in reversed(jobs)]


def test_times_are_in_utc_to_the_microsecond(store: Store) -> None:
    job = recorded(store, store.jobs.create(new_job(created=NOON)).id)
    assert job.created == NOON
    assert job.created.tzinfo == UTC
    store.jobs.update(job.id, unreachable_since=NOON)
    assert recorded(store, job.id).unreachable_since == NOON


def test_an_unknown_job_is_none_and_cannot_be_changed(store: Store) -> None:
    assert store.jobs.get("nobody") is None
    assert not store.jobs.update("nobody", progress=1)
    assert not store.jobs.move_to("nobody", "cancelled")
    assert not store.jobs.reopen("nobody", "preparing")
    assert not store.jobs.delete("nobody")


@pytest.mark.parametrize("state", JOB_STATES)
def test_only_moves_that_the_rules_know_happen(store: Store, state: JobState) -> None:
    job = store.jobs.create(new_job(state=state))
    for wanted in set(JOB_STATES) - RULES[state].next:
        assert not store.jobs.move_to(job.id, wanted)
    assert recorded(store, job.id) == job
    for wanted in RULES[state].next:
        job = store.jobs.create(new_job(state=state))
        assert store.jobs.move_to(job.id, wanted)
        assert recorded(store, job.id).state == wanted


def test_a_move_happens_once(store: Store) -> None:
    job = store.jobs.create(new_job(state="saving"))
    assert store.jobs.move_to(job.id, "completed", progress=100)
    first = recorded(store, job.id)
    assert not store.jobs.move_to(job.id, "completed", progress=3)
    assert recorded(store, job.id) == first
    assert first.finished is not None
    assert first.final


def test_a_move_can_ask_for_where_it_comes_from(store: Store) -> None:
    job = store.jobs.create(new_job(state="rendering"))
    assert not store.jobs.move_to(job.id, "failed", only_from={"submitted"})
    assert store.jobs.move_to(job.id, "failed", only_from={"rendering"})


def test_what_a_change_carries_is_written_with_it_or_not_at_all(store: Store) -> None:
    job = store.jobs.create(new_job(state="draft"))
    assert not store.jobs.move_to(job.id, "completed", progress=100)
    assert recorded(store, job.id).progress == 0


def test_an_edit_of_a_job_that_was_changed_meanwhile_is_refused(store: Store) -> None:
    seen = store.jobs.create(new_job())
    assert store.jobs.update(seen.id, revision=seen.revision, request={"text": "new"})
    assert not store.jobs.update(seen.id, revision=seen.revision, request={"text": "too late"})
    assert recorded(store, seen.id).request.text == "new"


def test_what_is_not_named_in_a_change_stays(store: Store) -> None:
    job = store.jobs.create(new_job(bookkeeping=Bookkeeping(run="run-1")))
    assert store.jobs.update(job.id, request={"captions": True}, bookkeeping={"look_try": 2})
    assert store.jobs.update(job.id, bookkeeping={"next_try": "job-2"})
    after = recorded(store, job.id)
    assert after.request == job.request.changed(captions=True)
    assert after.bookkeeping == Bookkeeping(run="run-1", look_try=2, next_try="job-2")


def test_a_job_is_edited_only_where_it_still_may_be(store: Store) -> None:
    job = queued_job(store)
    assert store.jobs.update(job.id, only_in={"waiting", "queued"}, request={"text": "new"})
    assert store.queue.claim("a", QueueKey("mova-360p"), 1) == job.id
    assert not store.jobs.update(job.id, only_in={"waiting", "queued"}, request={"text": "too late"})
    assert recorded(store, job.id).request.text == "new"


def test_progress_is_written_when_it_changes(store: Store) -> None:
    job = store.jobs.create(new_job(state="rendering"))
    assert store.jobs.show_progress(job.id, 40, "render")
    assert not store.jobs.show_progress(job.id, 40, "render")
    after = recorded(store, job.id)
    assert (after.progress, after.stage, after.revision) == (40, "render", 2)


def test_progress_of_several_jobs_is_written_together_where_they_still_are(store: Store) -> None:
    going, over = store.jobs.create(new_job(state="rendering")), store.jobs.create(new_job(state="rendering"))
    assert store.jobs.move_to(over.id, "failed")
    at = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    seen: JobChanges = {"progress": 40, "stage": "in_progress", "moved": at}
    store.jobs.update_several({going.id: seen, over.id: seen}, only_in=["rendering"])
    now, then = recorded(store, going.id), recorded(store, over.id)
    assert (now.progress, now.stage, now.moved, now.revision) == (40, "in_progress", at, going.revision + 1)
    assert (then.progress, then.stage, then.state) == (0, None, "failed")
    store.jobs.update_several({going.id: {"unreachable_since": at}, over.id: seen}, only_in=["rendering"])
    assert (recorded(store, going.id).unreachable_since, recorded(store, going.id).progress) == (at, 40)


def test_an_error_is_rebuilt_in_the_readers_language(store: Store) -> None:
    job = store.jobs.create(new_job(state="rendering"))
    error = errors.OutOfMemory("CUDA out of memory in /opt/models/mova/x.py", server="a", job="7")
    store.jobs.move_to(job.id, "failed", error=StoredError.of(error))
    stored = recorded(store, job.id).error
    assert stored is not None
    again = stored.rebuilt()
    assert isinstance(again, errors.OutOfMemory)
    chinese = {error.what: "{server} 的显存不足（任务 {job}）"}
    assert again.message(lambda template: chinese[template]) == "a 的显存不足（任务 7）"
    assert again.raw == "CUDA out of memory in (path)"
    assert store.jobs.update(job.id, error=None)
    assert recorded(store, job.id).error is None


@pytest.mark.parametrize("stored", [StoredError(kind="Gone", raw="x"), StoredError(kind="OutOfMemory", raw="x")])
def test_an_error_of_another_version_still_shows_its_own_words(stored: StoredError) -> None:
    assert type(stored.rebuilt()) is errors.MovaError
    assert stored.rebuilt().raw == "x"


def test_reopening_leaves_nothing_of_the_earlier_attempt(store: Store) -> None:
    job = store.jobs.create(new_job(state="rendering", seed=7))
    error = StoredError.of(errors.JobLost(job="7", server="a"))
    store.jobs.move_to(job.id, "lost", error=error, server="a", server_job_id="v1", progress=60)
    assert store.jobs.reopen(job.id, "preparing")
    assert not store.jobs.reopen(job.id, "preparing")
    after = recorded(store, job.id)
    assert (after.state, after.render.seed) == ("preparing", 7)
    assert (after.error, after.server, after.server_job_id, after.progress, after.finished) == (None,) * 3 + (0, None)


def test_a_completed_job_is_not_reopened(store: Store) -> None:
    job = store.jobs.create(new_job(state="completed"))
    assert not store.jobs.reopen(job.id, "preparing")


def test_the_engine_finds_what_was_left_oldest_first(store: Store) -> None:
    jobs = {state: store.jobs.create(new_job(state=state)) for state in JOB_STATES}
    left = store.jobs.in_states(["saving", "preparing"])
    assert [job.id for job in left] == [jobs["preparing"].id, jobs["saving"].id]


@pytest.mark.parametrize("state", JOB_STATES)
def test_only_a_job_that_nothing_works_on_is_deleted(store: Store, state: str) -> None:
    job = store.jobs.create(new_job(state=state))
    deletable = job.state in FINAL | {"draft", "waiting", "unclear"}
    assert store.jobs.delete(job.id) == deletable
    assert store.pages.count() == store.pages.count(JobFilter(text="harbour")) == (0 if deletable else 1)
    assert recorded(store, job.id).deleted == deletable


def test_a_deleted_job_stays_deleted(store: Store) -> None:
    job = store.jobs.create(new_job())
    assert store.jobs.delete(job.id)
    assert not store.jobs.delete(job.id)
    assert not store.jobs.update(job.id, request={"text": "harbour"})
    assert not store.jobs.move_to(job.id, "waiting")
    assert store.pages.count(JobFilter(text="harbour")) == 0


def test_a_secret_is_never_stored(store: Store) -> None:
    with pytest.raises(TypeError):
        store.jobs.create(new_job(text=SecretStr("sk-1")))
    assert store.pages.count() == 0


def test_what_json_cannot_hold_is_refused_on_both_databases(store: Store) -> None:
    with pytest.raises(ValueError, match="JSON"):
        store.jobs.create(new_job(guidance_scale=float("nan")))


def test_strange_characters_of_a_service_do_not_stop_a_job(store: Store) -> None:
    job = store.jobs.create(new_job(state="rendering", text="a\0b\ud800 港"))
    error = StoredError(kind="JobFailed", facts={"job": "1", "server": "s"}, raw="bad\0 \udcff words")
    assert store.jobs.move_to(job.id, "failed", error=error)
    after = recorded(store, job.id)
    assert after.request.text == "a\0b? 港"
    assert after.error is not None
    assert after.error.raw == "bad ? words"


def test_copies_are_found_at_any_depth_of_one_owner(store: Store) -> None:
    for job_id, parent, owner in (
        ("a", None, "ann"),
        ("b", "a", "ann"),
        ("c", "b", "ann"),
        ("d", "a", "bob"),
        ("e", "d", "ann"),
        ("f", "f", "ann"),
    ):
        store.jobs.create(new_job(id=job_id, parent=parent, owner=owner))
    assert [job.id for job in store.jobs.copies("a", "ann")] == ["b", "c"]
    assert [job.id for job in store.jobs.copies("f", "ann")] == ["f"]  # a circle ends
    assert store.jobs.delete("b")
    assert store.jobs.copies("a", "ann") == ()
