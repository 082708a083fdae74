"""What a person changes of a job's steps, and what follows from it for the others."""

from __future__ import annotations

import pytest

from core.errors import InputError, JobSent
from core.steps import Step
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from media.crop import CropChoice
from pipeline import PREPARATION
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import SMALL
from tests.jobs.samples import done_step
from tests.jobs.service.conftest import OpenService
from tests.pictures import gradient, picture


@pytest.fixture
def job(opened: OpenService) -> JobRecord:
    """A job of which every step was made."""
    request = JobRequest(mode="full", text="A cat yawns.", render=SMALL)
    job = opened.service.create(Order(request=request, owner="ann"))
    for step in PREPARATION:
        output: str = step
        if step == "first_frame":
            output = "first_frame_original_v1.png"
            (opened.service.files.folder(job.id) / output).write_bytes(picture())
        input_hash = opened.service.plans.steps_of(job).of(step).input_hash
        opened.store.steps.save(done_step(job.id, step, output, provider="gemini", input_hash=input_hash))
    return job


def stale(opened: OpenService, job: JobRecord) -> list[Step]:
    return [one.step for one in opened.service.steps.of(job.id) if one.chosen and one.state == "stale"]


def chosen(opened: OpenService, job: JobRecord, step: Step) -> int:
    return opened.store.steps.chosen(job.id)[step].version


def test_what_rests_on_an_edit_is_out_of_date_until_it_is_undone(opened: OpenService, job: JobRecord) -> None:
    edited = opened.service.steps.edit(job.id, "image_prompt", "A grey cat.")
    assert (edited.version, edited.edited, edited.output) == (2, True, "A grey cat.")
    assert stale(opened, job) == ["first_frame", "visual_elements", "video_description"]
    assert opened.service.steps.choose(job.id, "image_prompt", 1)
    assert stale(opened, job) == []


def test_a_result_is_kept_although_something_before_it_changed(opened: OpenService, job: JobRecord) -> None:
    opened.service.steps.edit(job.id, "visual_elements", "A grey cat.")
    assert stale(opened, job) == ["video_description"]
    assert opened.service.steps.keep(job.id, "video_description")
    assert stale(opened, job) == []
    assert opened.service.plans.of(job.id).next.act == "send"


def test_a_picture_of_ones_own_takes_the_place_of_what_was_asked_for(opened: OpenService, job: JobRecord) -> None:
    opened.service.steps.discard(job.id, "first_frame")
    assert opened.service.plans.steps_of(job).next_step == "first_frame"
    frame = opened.service.steps.swap_frame(job.id, gradient(900, 700))
    assert (frame.provider, chosen(opened, job, "first_frame")) == ("user", frame.version)
    found = opened.service.get(job.id).request
    assert (found.source_picture, found.white_frame) == ("900x700", False)
    assert stale(opened, job) == ["visual_elements", "video_description"]


def test_another_crop_is_another_frame(opened: OpenService, job: JobRecord) -> None:
    opened.service.steps.swap_frame(job.id, gradient(900, 700))
    before = (opened.service.files.folder(job.id) / "first_frame.png").read_bytes()
    assert opened.service.steps.recrop(job.id, CropChoice(mode="bars"))
    assert opened.service.get(job.id).request.crop_mode == "bars"
    assert (opened.service.files.folder(job.id) / "first_frame.png").read_bytes() != before


def test_other_words_make_what_was_made_from_them_out_of_date(opened: OpenService, job: JobRecord) -> None:
    assert opened.service.steps.change(job.id, text="A dog barks.")
    assert "image_prompt" in stale(opened, job)
    assert opened.service.steps.change(job.id, text="A cat yawns.")
    assert stale(opened, job) == []


@pytest.mark.parametrize("step", ["first_frame", "render"])
def test_what_is_no_text_is_not_edited(opened: OpenService, job: JobRecord, step: Step) -> None:
    with pytest.raises(InputError):
        opened.service.steps.edit(job.id, step, "words")


def test_what_was_sent_stays_as_it_was(opened: OpenService) -> None:
    job = shot(opened.service, opened.store)
    with pytest.raises(JobSent):
        opened.service.steps.edit(job.id, "video_description", "Something else.")
    with pytest.raises(JobSent):
        opened.service.steps.swap_frame(job.id, picture())
    assert not opened.service.steps.change(job.id, text="Something else.")
