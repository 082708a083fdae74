"""Results of steps: versions are added and leafed through, never overwritten."""

from __future__ import annotations

import pytest

from core.errors import StoreError
from core.messages import Message
from core.steps import Maker, Step
from jobs.model.records import FileRecord, JobFilter, StepRecord
from jobs.store.store import Store
from tests.jobs.samples import done_step, new_job

AFTER: tuple[Step, ...] = ("first_frame", "visual_elements", "video_description")


@pytest.fixture
def job_id(store: Store) -> str:
    return store.jobs.create(new_job()).id


def test_a_result_comes_back_as_it_was_saved(store: Store, job_id: str) -> None:
    warning = Message("{n} words", {"n": 3})
    made = {
        "provider": "gemini",
        "model": "m",
        "input_hash": "h",
        "seconds": 1.5,
        "tokens": 2**40,
        "warnings": (warning,),
    }
    saved = store.steps.save(done_step(job_id, "image_prompt", "a quay", **made))
    assert store.steps.of(job_id) == (saved,)
    assert {name: getattr(saved, name) for name in made} == made
    assert (saved.output, saved.version, saved.chosen, saved.edited) == ("a quay", 1, True, False)
    assert saved.created is not None


def test_saving_twice_is_one_result(store: Store, job_id: str) -> None:
    first = store.steps.save(done_step(job_id, "image_prompt", "a quay"))
    assert store.steps.save(done_step(job_id, "image_prompt", "a quay")) == first
    assert len(store.steps.of(job_id)) == 1


def test_what_is_done_is_never_overwritten(store: Store, job_id: str) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "bought"))
    for state in ("done", "running", "failed"):
        kept = store.steps.save(StepRecord(job_id=job_id, step="image_prompt", state=state, output="other"))
        assert (kept.state, kept.output) == ("done", "bought")


def test_a_running_version_becomes_done_or_fails_and_is_tried_again(store: Store, job_id: str) -> None:
    for state in ("pending", "running", "failed", "running"):
        saved = store.steps.save(StepRecord(job_id=job_id, step="first_frame", state=state))
        assert (saved.state, saved.chosen) == (state, True)
    assert store.steps.save(done_step(job_id, "first_frame", "first_frame.png")).state == "done"


def test_a_new_version_counts_once_it_is_done(store: Store, job_id: str) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "one"))
    assert store.steps.next_version(job_id, "image_prompt") == 2
    store.steps.save(StepRecord(job_id=job_id, step="image_prompt", version=2, state="running"))
    assert store.steps.chosen(job_id)["image_prompt"].version == 1
    store.steps.save(done_step(job_id, "image_prompt", "two", version=2))
    assert store.steps.chosen(job_id)["image_prompt"].version == 2
    assert [record.output for record in store.steps.of(job_id)] == ["one", "two"]


def test_an_edit_is_a_version_by_hand_and_makes_what_follows_stale(store: Store, job_id: str) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "one", provider="gemini"))
    for step in AFTER:
        store.steps.save(done_step(job_id, step, step))
    edited = store.steps.edit(job_id, "image_prompt", "mine", stale=AFTER)
    assert (edited.version, edited.edited, edited.chosen, edited.provider) == (2, True, True, None)
    assert [store.steps.chosen(job_id)[step].state for step in AFTER] == ["stale"] * 3
    assert store.steps.chosen(job_id)["image_prompt"].state == "done"


def test_an_edit_that_changes_nothing_adds_nothing(store: Store, job_id: str) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "one"))
    store.steps.save(done_step(job_id, "first_frame", "f.png"))
    assert store.steps.edit(job_id, "image_prompt", "one", stale=AFTER).version == 1
    first, again = (store.steps.edit(job_id, "image_prompt", "mine") for _ in range(2))
    assert first == again
    assert store.steps.chosen(job_id)["first_frame"].state == "done"


def test_leafing_back_keeps_both_versions(store: Store, job_id: str) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "one"))
    store.steps.save(done_step(job_id, "first_frame", "f.png"))
    store.steps.edit(job_id, "image_prompt", "two")
    assert store.steps.choose(job_id, "image_prompt", 1, stale=AFTER)
    assert store.steps.chosen(job_id)["image_prompt"].output == "one"
    assert store.steps.chosen(job_id)["first_frame"].state == "stale"
    assert [record.chosen for record in store.steps.of(job_id)] == [True, False, True]


def test_a_version_that_is_not_there_or_not_finished_cannot_be_chosen(store: Store, job_id: str) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "one"))
    store.steps.save(StepRecord(job_id=job_id, step="image_prompt", version=2, state="failed"))
    assert not store.steps.choose(job_id, "image_prompt", 2)
    assert not store.steps.choose(job_id, "image_prompt", 3)
    assert store.steps.chosen(job_id)["image_prompt"].version == 1


def test_a_stale_result_may_be_kept(store: Store, job_id: str) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "one"))
    store.steps.save(done_step(job_id, "first_frame", "f.png"))
    store.steps.edit(job_id, "image_prompt", "two", stale=AFTER)
    assert store.steps.set_state(job_id, "first_frame", 1, "done", only_from={"stale"})
    assert not store.steps.set_state(job_id, "first_frame", 1, "done", only_from={"stale"})


def test_results_come_in_the_steps_order(store: Store, job_id: str) -> None:
    for step in reversed(AFTER):
        store.steps.save(done_step(job_id, step, step))
    assert tuple(store.steps.chosen(job_id)) == AFTER


def test_jobs_with_the_same_inputs_are_found_newest_first(store: Store, job_id: str) -> None:
    newer = store.jobs.create(new_job()).id
    for job, version in ((job_id, 1), (newer, 1), (newer, 2)):
        store.steps.save(done_step(job, "image_prompt", "bought", input_hash="h", version=version))
    assert store.steps.jobs_from("image_prompt", "h", "ann", 5) == (newer, job_id)
    assert store.steps.jobs_from("image_prompt", "h", "ann", 1) == (newer,)


@pytest.mark.parametrize(
    "other", [("first_frame", "h", "ann"), ("image_prompt", "i", "ann"), ("image_prompt", "h", "bob")]
)
def test_other_steps_inputs_and_owners_find_nothing(store: Store, job_id: str, other: tuple[Step, str, str]) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "bought", input_hash="h"))
    assert store.steps.jobs_from(*other, 5) == ()


def test_failed_results_and_deleted_jobs_are_not_found(store: Store, job_id: str) -> None:
    store.steps.save(StepRecord(job_id=job_id, step="first_frame", state="failed", input_hash="failed"))
    store.steps.save(done_step(job_id, "visual_elements", "text", input_hash="deleted"))
    assert store.steps.jobs_from("first_frame", "failed", "ann", 5) == ()
    store.jobs.delete(job_id)
    assert store.steps.jobs_from("visual_elements", "deleted", "ann", 5) == ()


def test_a_maker_comes_back_and_a_result_is_kept(store: Store, job_id: str) -> None:
    maker = Maker(provider="gemini", model="m", prompts="0123")
    saved = store.steps.save(done_step(job_id, "image_prompt", "a quay", maker=maker))
    assert (saved.maker, saved.kept) == (maker, False)
    assert store.steps.keep_maker(job_id, "image_prompt", 1)
    assert not store.steps.keep_maker(job_id, "image_prompt", 2)
    store.steps.save(done_step(job_id, "first_frame", "f.png"))
    store.steps.keep_makers(job_id)
    assert [(one.maker, one.kept) for one in store.steps.of(job_id)] == [(maker, True), (None, True)]


def test_texts_of_all_versions_are_found_and_file_names_are_not(store: Store, job_id: str) -> None:
    store.steps.save(done_step(job_id, "image_prompt", "a lighthouse"))
    store.steps.edit(job_id, "image_prompt", "一只橘猫")
    store.steps.save(done_step(job_id, "first_frame", "frame_of_walrus.png"))
    hits = {text: store.pages.count(JobFilter(text=text)) for text in ("lighthouse", "橘猫", "harbour", "walrus")}
    assert hits == {"lighthouse": 1, "橘猫": 1, "harbour": 1, "walrus": 0}


def test_a_result_of_an_unknown_job_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        store.steps.save(done_step("nobody", "image_prompt", "text"))


def test_files_are_recorded_once_by_name(store: Store, job_id: str) -> None:
    first = FileRecord(job_id=job_id, kind="video", name="video.mp4", sha256="a" * 64, bytes=2**40)
    store.files.record(first)
    store.files.record(first)
    store.files.record(FileRecord(job_id=job_id, kind="first_frame", name="f.png", sha256="b" * 64, bytes=5))
    store.files.record(FileRecord(job_id=job_id, kind="first_frame", name="f.png", sha256="c" * 64, bytes=6))
    found = store.files.of(job_id)
    assert [(file.name, file.sha256[0], file.bytes) for file in found] == [("f.png", "c", 6), ("video.mp4", "a", 2**40)]


def test_files_of_a_deleted_job_are_known_until_it_is_purged(store: Store, job_id: str) -> None:
    store.files.record(FileRecord(job_id=job_id, kind="video", name="video.mp4", sha256="a" * 64, bytes=1))
    store.steps.save(done_step(job_id, "image_prompt", "text"))
    assert not store.jobs.purge(job_id)
    store.jobs.delete(job_id)
    assert len(store.files.of(job_id)) == 1
    assert store.jobs.deleted() == (job_id,)
    assert store.jobs.purge(job_id)
    assert not store.jobs.purge(job_id)
    assert (store.jobs.get(job_id), store.files.of(job_id), store.steps.of(job_id)) == (None, (), ())
    assert store.jobs.deleted() == ()
