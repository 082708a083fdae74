"""The Job page where something failed, and from the line to the finished video."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import JobLost, MovaError, OutOfMemory, PromptBlocked, ServerUnreachable, SubmissionUnclear
from core.steps import Step
from jobs.model.records import JobRecord, StepRecord, StoredError
from jobs.model.request import QueueKey
from jobs.model.states import JobState
from record.folder import VIDEO
from tests.pictures import picture
from tests.ui.jobs_in_states import ended, full_job, job_page, labels, press
from tests.ui.seen_servers import see
from tests.ui.still_app import drawn, learned, new_job, primaries, words
from ui.app_context import AppContext

# ---- failures ------------------------------------------------------------------------------------------------------


def failed_step(app_context: AppContext, step: Step, before: int) -> JobRecord:
    job, store = full_job(app_context, before), app_context.worker.store
    app_context.service.approve(job.id)
    store.steps.save(StepRecord(job_id=job.id, step=step, state="failed"))
    blocked = PromptBlocked("raw: SAFETY", provider="gemini", reason="safety")
    store.jobs.move_to(job.id, "failed", error=StoredError.of(blocked))
    return app_context.service.get(job.id)


def test_a_failing_service_is_named_with_the_next_act(app_context: AppContext) -> None:
    job = failed_step(app_context, "first_frame", 1)
    test = job_page(job)
    assert "The service gemini declined the request (safety)." in words(test)
    assert "raw: SAFETY" in [one.value for one in test.text]
    assert primaries(test) == ["Make first frame"]
    press(test, "Make first frame")
    assert app_context.service.get(job.id).state == "preparing"


def test_ones_own_picture_mends_a_failed_frame(app_context: AppContext) -> None:
    job = failed_step(app_context, "first_frame", 1)
    test = job_page(job)
    test.file_uploader(key=f"own-{job.id}-0").upload("mine.png", picture(), "image/png")
    assert primaries(drawn(test)) == ["Describe frame"]


def test_ones_own_text_mends_a_failed_step(app_context: AppContext) -> None:
    job = failed_step(app_context, "visual_elements", 2)
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-visual_elements-0").set_value("A cat on a sill.")
    assert primaries(drawn(test)) == ["Write video description"]


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        ("failed", OutOfMemory("CUDA out of memory", server="A", job="v-1"), "The GPU of A ran out of memory"),
        ("lost", JobLost(server="A", job="v-1"), "Job v-1 is unknown to the server A"),
        ("abandoned", None, "The GPU may still be busy"),
    ],
)
def test_a_render_that_ended_badly_can_be_sent_again(
    app_context: AppContext, state: JobState, error: MovaError | None, said: str
) -> None:
    job = ended(app_context, state, error)
    test = job_page(job)
    assert said in words(test)
    assert primaries(test) == ["Send again with the same seed"]
    press(test, "Send again with the same seed")
    (again,) = (one for one in app_context.service.library.page(size=9).jobs if one.state == "preparing")
    assert again.render.seed == 7
    # What a GPU may still be busy with stays given up, and a copy of it goes.
    assert (again.id, again.parent) == ((job.id, None) if state != "abandoned" else (again.id, job.id))


def test_another_seed_for_a_failed_render(app_context: AppContext) -> None:
    job = ended(app_context, "failed", OutOfMemory(server="A", job="v-1"))
    press(job_page(job), "Try another seed")
    again = app_context.service.get(job.id)
    assert again.state == "preparing"
    assert again.render.seed == again.render.seed != 7


def test_a_submit_that_was_never_confirmed_waits_for_the_person(app_context: AppContext) -> None:
    job, store = full_job(app_context, 4), app_context.worker.store
    app_context.service.approve(job.id)
    store.queue.claim("mova-360p", QueueKey("mova-360p"), 1)
    store.jobs.move_to(job.id, "unclear", stage="render", error=StoredError.of(SubmissionUnclear(server="A")))
    test = job_page(job)
    assert "The server A did not confirm the job" in words(test)
    assert "Its slot on the server stays taken" in words(test)
    assert primaries(test) == ["Check the server again"]
    assert "Cancel the job" not in labels(test)  # it may be on a GPU: nothing of it is free
    press(test, "Send again anyway")
    (copy,) = (one for one in app_context.service.library.page(size=9).jobs if one.parent == job.id)
    assert (app_context.service.get(job.id).state, copy.render.seed) == ("abandoned", job.render.seed)
    assert [slot.job_id for slot in store.queue.occupied()] == [job.id]


def test_an_act_that_comes_too_late_is_said(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    test = job_page(job)
    app_context.service.cancel(job.id)
    assert "Nothing was done" in words(press(test, "Send to GPU"))


# ---- the render ----------------------------------------------------------------------------------------------------


def test_a_job_in_line_says_its_place_and_can_be_taken_back(app_context: AppContext) -> None:
    app_context.service.start(new_job(app_context.service, "first").id)
    job = full_job(app_context, 4)
    app_context.service.approve(job.id)
    test = job_page(job)
    assert "Number 2 of 2 in the queue for mova-360p" in words(test)
    assert primaries(test) == ["Create another video"]
    assert primaries(press(test, "Withdraw and edit")) == ["Send to GPU"]
    assert app_context.service.get(job.id).state == "waiting"


def test_why_nothing_is_sent_is_said(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    app_context.service.approve(job.id)
    see(app_context, p360=ServerUnreachable(server="mova-360p", reason="refused"))
    app_context.service.queue.pause()
    said = words(job_page(job))
    assert "The server mova-360p cannot be reached: refused." in said
    assert "Sending is paused." in said


def test_cancelling_before_sending_is_free_and_keeps_everything(app_context: AppContext) -> None:
    job = full_job(app_context, 2)
    test = press(job_page(job), "Cancel the job")
    assert "Cancelled" in words(test)
    assert primaries(test) == ["Describe frame"]
    assert app_context.service.get(job.id).state == "cancelled"


def test_a_render_shows_its_bar_and_the_time_left_with_its_spread(app_context: AppContext) -> None:
    learned(app_context, {"a": 300, "b": 360, "c": 420})
    test = job_page(ended(app_context, "rendering"))
    bar = test.get("progress")[0].proto
    assert bar.value == 40
    assert "40 % · about" in bar.text
    assert "3 measured" in bar.text
    assert "Stop waiting" in labels(test)


def test_a_render_that_the_server_has_not_begun_has_no_percentage(app_context: AppContext) -> None:
    job = ended(app_context, "rendering")
    app_context.worker.store.jobs.update(job.id, stage="queued")
    assert job_page(job).get("progress")[0].proto.text == "on the server, not started yet"


def test_stopping_a_sent_job_asks_first_and_tells_the_truth(app_context: AppContext) -> None:
    job = ended(app_context, "rendering")
    test = press(job_page(job), "Stop waiting")
    assert "cannot stop a running job" in words(test)
    assert app_context.service.get(job.id).state == "rendering"
    press(test, "Stop waiting")
    assert app_context.service.get(job.id).state == "abandoned"


def test_an_unreachable_server_is_said_with_since_when(app_context: AppContext) -> None:
    job = ended(app_context, "rendering")
    gone = StoredError.of(ServerUnreachable(server="mova-360p", reason="refused"))
    since = datetime.now(UTC) - timedelta(seconds=65)
    app_context.worker.store.jobs.update(job.id, unreachable_since=since, error=gone)
    said = words(job_page(job))
    assert "No answer from the server for 1:0" in said
    assert "cannot be reached: refused" in said


def finished(app_context: AppContext) -> JobRecord:
    job = ended(app_context, "completed")
    (app_context.service.files.folder(job.id) / VIDEO).write_bytes(b"a video")
    return app_context.service.get(job.id)


def test_a_finished_video_is_played_and_offered(app_context: AppContext) -> None:
    test = job_page(finished(app_context))
    assert len(test.get("video")) == 1
    download = next(one for one in test.get("link_button") if "Download" in one.proto.label).proto
    assert (download.label, download.type) == ("Download the video", "primary")
    assert primaries(test) == []
    assert "640x352 · 8.04 s · 193 frames at 24 fps · seed 7 · mova-360p" in words(test)


def test_a_finished_video_whose_file_is_gone(app_context: AppContext) -> None:
    job = finished(app_context)
    (app_context.service.files.folder(job.id) / VIDEO).unlink()
    assert "The video's file no longer exists." in words(job_page(job))


@pytest.mark.parametrize(
    ("label", "state", "same"),
    [("Try another seed", "preparing", False), ("Edit and run", "draft", True)],
)
def test_a_finished_job_is_repeated_as_a_new_one(
    app_context: AppContext, label: str, state: JobState, same: bool
) -> None:
    job = finished(app_context)
    test = press(job_page(job), label)
    copy = app_context.service.library.page(size=1).jobs[0]
    assert (copy.parent, copy.state, copy.render.seed == job.render.seed) == (job.id, state, same)
    assert test.query_params["id"] == copy.id
    assert [one.output for one in app_context.service.steps.of(copy.id)] == [
        one.output for one in app_context.service.steps.of(job.id)
    ]


# ---- Simple Mode ---------------------------------------------------------------------------------------------------


def test_simple_mode_shows_its_prompt_and_frame_and_takes_changes(app_context: AppContext) -> None:
    job = new_job(app_context.service, "A boat.")
    test = job_page(job)
    assert primaries(test) == ["Send to GPU"]
    test.text_area(key=f"text-{job.id}-wording-1").set_value(" A red\nboat. ")
    press(drawn(test), "Send to GPU")
    now = app_context.service.get(job.id)
    assert (now.request.text, now.state) == ("A red boat.", "queued")


def test_a_page_without_changes_writes_nothing(app_context: AppContext) -> None:
    job = full_job(app_context, 3)
    drawn(job_page(job))
    assert app_context.service.get(job.id).revision == job.revision


def test_the_page_speaks_chinese(app_context: AppContext) -> None:
    test = job_page(full_job(app_context, 1), "zh_CN")
    assert len(primaries(test)) == 1


def test_the_part_of_a_render_is_said_with_its_step(app_context: AppContext) -> None:
    job = ended(app_context, "rendering")
    app_context.worker.store.jobs.update(job.id, stage="in_progress", moved=datetime.now(UTC))
    assert job_page(job).get("progress")[0].proto.text == "40 % · denoising, step 20 of 50"


def test_a_render_that_stands_still_asks_and_can_be_waited_on_for(app_context: AppContext) -> None:
    job, long_ago = ended(app_context, "rendering"), datetime.now(UTC) - timedelta(seconds=370)
    see(app_context, p720=ServerUnreachable(server="mova-720p", reason="refused"))
    app_context.worker.store.jobs.update(job.id, stage="in_progress", moved=long_ago)
    test = job_page(job)
    assert "No step for 6:1" in words(test)
    assert {"Wait on", "Stop waiting"} <= set(labels(test))
    said = words(press(test, "Wait on"))
    assert "You chose to wait on." in said
    assert "may be stuck" not in said
    assert app_context.service.get(job.id).state == "rendering"
