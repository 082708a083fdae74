"""A person's jobs of before: marked, counted, and what of them a new job may begin with."""

from __future__ import annotations

import pytest

from core.errors import NothingToReuse
from core.steps import Step
from jobs.model.records import JobFilter, JobRecord
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from tests.jobs.load.workers import SMALL, white_order
from tests.jobs.samples import done_step
from tests.jobs.service.conftest import OpenService
from tests.pictures import picture

MADE: tuple[Step, ...] = ("image_prompt", "first_frame")


def order(text: str = "A cat yawns.") -> Order:
    return Order(request=JobRequest(mode="full", text=text, render=SMALL))


def made(opened: OpenService, provider: str = "gemini", text: str = "A cat yawns.") -> JobRecord:
    """A job of which a service has made the first two steps."""
    job = opened.service.create(order(text))
    for step in MADE:
        output = "first_frame_original_v1.png" if step == "first_frame" else f"{step} of {job.id}"
        if step == "first_frame":
            (opened.service.files.folder(job.id) / output).write_bytes(picture())
        input_hash = opened.service.plans.steps_of(job).of(step).input_hash
        opened.store.steps.save(done_step(job.id, step, output, provider=provider, input_hash=input_hash))
    return job


def test_what_was_made_for_the_same_words_is_offered_and_taken(opened: OpenService) -> None:
    job = made(opened)
    (found,) = opened.service.library.made_before("A cat yawns.", "landscape")
    assert (found.job.id, [one.step for one in found.steps]) == (job.id, list(MADE))
    taken = opened.service.library.reusing(order(), job.id)
    assert (taken.parent, list(taken.files), all(one.kept for one in taken.steps)) == (
        job.id,
        ["first_frame_original_v1.png"],
        True,
    )
    new = opened.service.create(taken)
    assert opened.service.plans.steps_of(new).next_step == "visual_elements"


def test_other_words_drafts_and_copies_are_not_offered(opened: OpenService) -> None:
    made(opened, text="A dog barks.")
    made(opened, provider="offline")
    assert opened.service.library.made_before("A cat yawns.", "landscape") == ()
    job = made(opened)
    opened.service.copies.duplicate(job.id)
    assert len(opened.service.library.made_before("A cat yawns.", "landscape")) == 1


@pytest.mark.parametrize("why", ["other words", "a draft", "no picture"])
def test_what_cannot_be_taken_is_refused(opened: OpenService, why: str) -> None:
    job = made(opened, provider="offline" if why == "a draft" else "gemini")
    if why == "no picture":
        (opened.service.files.folder(job.id) / "first_frame_original_v1.png").unlink()
    with pytest.raises(NothingToReuse):
        opened.service.library.reusing(order("A dog." if why == "other words" else "A cat yawns."), job.id)


def test_favourites_are_found(opened: OpenService) -> None:
    jobs = [opened.service.create(white_order()) for _ in range(3)]
    assert opened.service.library.mark_favourite(jobs[1].id, favourite=True)
    wanted = JobFilter(favourite=True)
    assert [one.id for one in opened.service.library.page(wanted).jobs] == [jobs[1].id]
    assert (opened.service.library.count(wanted), opened.service.library.count(at_most=2)) == (1, 2)
    assert opened.service.library.states_of([jobs[0].id, "20260101-000000-aaaaaa"]) == {jobs[0].id: "draft"}


def test_takes_are_found_however_many_jobs_lie_between(opened: OpenService) -> None:
    service, text = opened.service, "A cat purrs."
    first = service.create(white_order(text=text))
    between = [service.copies.duplicate(first.id, seed=seed, text=f"A dog, {seed}.") for seed in range(120)]
    second = service.copies.duplicate(first.id, seed=7)
    third = service.copies.duplicate(second.id, seed=8)
    other = service.copies.duplicate(between[0].id, seed=9, text=text)
    mine = [first.id, second.id, third.id]
    for job_id in mine:
        assert [one.id for one in service.library.takes(job_id)] == mine
    assert [one.id for one in service.library.takes(other.id)] == [other.id]
    service.delete(second.id)
    assert [one.id for one in service.library.takes(first.id)] == [first.id]
