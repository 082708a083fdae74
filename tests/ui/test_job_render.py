"""The Job page where something failed, and from the line to the finished video."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from errors import JobLost, MovaError, OutOfMemory, PromptBlocked, ServerUnreachable, SubmissionUnclear
from jobs.records import JobRecord, StepRecord, StoredError
from jobs.states import JobState
from jobs.wish import Wish, render_of
from record.folder import VIDEO
from step_result import Step
from tests.ui.jobs_at_rest import ended, full_job, job_page, labels, picture, press
from tests.ui.seen_servers import see
from tests.ui.still_office import drawn, learned, new_job, primaries, still_office, words
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        see(opened)
        yield opened


# ---- failures ------------------------------------------------------------------------------------------------------


def failed_step(office: Office, step: Step, before: int) -> JobRecord:
    job, store = full_job(office, before), office.worker.store
    office.desk.approve(job.id)
    store.steps.save(StepRecord(job_id=job.id, step=step, state="failed"))
    blocked = PromptBlocked("raw: SAFETY", provider="gemini", reason="safety")
    store.jobs.move_to(job.id, "failed", error=StoredError.of(blocked))
    return office.desk.get(job.id)


def test_a_failing_service_is_named_with_the_next_act(office: Office) -> None:
    job = failed_step(office, "first_frame", 1)
    test = job_page(job)
    assert "The service gemini declined the request (safety)." in words(test)
    assert "raw: SAFETY" in [one.value for one in test.text]
    assert primaries(test) == ["Make first frame"]
    press(test, "Make first frame")
    assert office.desk.get(job.id).state == "preparing"


def test_ones_own_picture_mends_a_failed_frame(office: Office) -> None:
    job = failed_step(office, "first_frame", 1)
    test = job_page(job)
    test.file_uploader(key=f"own-{job.id}-0").upload("mine.png", picture(), "image/png")
    assert primaries(drawn(test)) == ["Describe frame"]


def test_ones_own_text_mends_a_failed_step(office: Office) -> None:
    job = failed_step(office, "visual_elements", 2)
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
    office: Office, state: JobState, error: MovaError | None, said: str
) -> None:
    job = ended(office, state, error)
    test = job_page(job)
    assert said in words(test)
    assert primaries(test) == ["Send again with the same seed"]
    press(test, "Send again with the same seed")
    (again,) = (one for one in office.desk.newest(9) if one.state == "preparing")
    assert again.seed == 7
    # What a GPU may still be busy with stays given up, and a copy of it goes.
    assert (again.id, again.parent) == ((job.id, None) if state != "abandoned" else (again.id, job.id))


def test_another_seed_for_a_failed_render(office: Office) -> None:
    job = ended(office, "failed", OutOfMemory(server="A", job="v-1"))
    press(job_page(job), "Try another seed")
    again = office.desk.get(job.id)
    assert again.state == "preparing"
    assert render_of(again).seed == again.seed != 7


def test_a_submit_that_was_never_confirmed_waits_for_the_person(office: Office) -> None:
    job, store = full_job(office, 4), office.worker.store
    office.desk.approve(job.id)
    store.line.claim("mova-360p", "mova-360p", 1)
    store.jobs.move_to(job.id, "waiting", stage="render", error=StoredError.of(SubmissionUnclear(server="A")))
    test = job_page(job)
    assert "The server A did not confirm the job" in words(test)
    assert primaries(test) == ["Send again"]


# ---- the render ----------------------------------------------------------------------------------------------------


def test_a_job_in_line_says_its_place_and_can_be_taken_back(office: Office) -> None:
    office.desk.start(new_job(office.desk, "first").id)
    job = full_job(office, 4)
    office.desk.approve(job.id)
    test = job_page(job)
    assert "Number 2 of 2 in the line for mova-360p" in words(test)
    assert primaries(test) == ["Create another video"]
    assert primaries(press(test, "Take it back to change it")) == ["Send to GPU"]
    assert office.desk.get(job.id).state == "waiting"


def test_why_nothing_is_sent_is_said(office: Office) -> None:
    job = full_job(office, 4)
    office.desk.approve(job.id)
    see(office, p360=ServerUnreachable(server="mova-360p", reason="refused"))
    office.desk.pause()
    said = words(job_page(job))
    assert "The server mova-360p cannot be reached: refused." in said
    assert "Sending is paused." in said


def test_cancelling_before_sending_is_free_and_keeps_everything(office: Office) -> None:
    job = full_job(office, 2)
    test = press(job_page(job), "Cancel the job")
    assert "Cancelled" in words(test)
    assert primaries(test) == ["Describe frame"]
    assert office.desk.get(job.id).state == "cancelled"


def test_a_render_shows_its_bar_and_the_time_left_with_its_spread(office: Office) -> None:
    learned(office, {"a": 300, "b": 360, "c": 420})
    test = job_page(ended(office, "rendering"))
    bar = test.get("progress")[0].proto
    assert bar.value == 40
    assert "40 % · about" in bar.text
    assert "3 measured" in bar.text
    assert "Stop waiting" in labels(test)


def test_a_render_that_the_server_has_not_begun_has_no_percentage(office: Office) -> None:
    job = ended(office, "rendering")
    office.worker.store.jobs.update(job.id, stage="queued")
    assert job_page(job).get("progress")[0].proto.text == "on the server, not begun yet"


def test_stopping_a_sent_job_asks_first_and_tells_the_truth(office: Office) -> None:
    job = ended(office, "rendering")
    test = press(job_page(job), "Stop waiting")
    assert "cannot stop a running job" in words(test)
    assert office.desk.get(job.id).state == "rendering"
    press(test, "Stop waiting")
    assert office.desk.get(job.id).state == "abandoned"


def test_an_unreachable_server_is_said_with_since_when(office: Office) -> None:
    job = ended(office, "rendering")
    gone = StoredError.of(ServerUnreachable(server="mova-360p", reason="refused"))
    since = datetime.now(UTC) - timedelta(seconds=65)
    office.worker.store.jobs.update(job.id, unreachable_since=since, error=gone)
    said = words(job_page(job))
    assert "No word from the server for 1:0" in said
    assert "cannot be reached: refused" in said


def finished(office: Office) -> JobRecord:
    job = ended(office, "completed")
    (office.desk.folder(job.id) / VIDEO).write_bytes(b"a video")
    return office.desk.get(job.id)


def test_a_finished_video_is_played_and_offered(office: Office) -> None:
    test = job_page(finished(office))
    assert len(test.get("video")) == 1
    download = test.get("download_button")[0].proto
    assert (download.label, download.type) == ("Download the video", "primary")
    assert primaries(test) == []
    assert "640x352 · 8.04 s · 193 frames at 24 fps · seed 7 · mova-360p" in words(test)


def test_a_finished_video_whose_file_is_gone(office: Office) -> None:
    job = finished(office)
    (office.desk.folder(job.id) / VIDEO).unlink()
    assert "The video's file is not there any more." in words(job_page(job))


@pytest.mark.parametrize(
    ("label", "state", "same"),
    [("Try another seed", "preparing", False), ("Change a copy step by step", "draft", True)],
)
def test_a_finished_job_is_repeated_as_a_new_one(office: Office, label: str, state: JobState, same: bool) -> None:
    job = finished(office)
    test = press(job_page(job), label)
    copy = office.desk.newest(1)[0]
    assert (copy.parent, copy.state, copy.seed == job.seed) == (job.id, state, same)
    assert test.query_params["id"] == copy.id
    assert [one.output for one in office.desk.steps(copy.id)] == [one.output for one in office.desk.steps(job.id)]


# ---- Simple Mode ---------------------------------------------------------------------------------------------------


def test_simple_mode_shows_its_prompt_and_frame_and_takes_changes(office: Office) -> None:
    job = new_job(office.desk, "A boat.")
    test = job_page(job)
    assert primaries(test) == ["Send to GPU"]
    test.text_area(key=f"prompt-{job.id}").set_value(" A red\nboat. ")
    press(drawn(test), "Send to GPU")
    now = office.desk.get(job.id)
    assert (Wish.of(now).text, now.state) == ("A red boat.", "queued")


def test_a_page_without_changes_writes_nothing(office: Office) -> None:
    job = full_job(office, 3)
    drawn(job_page(job))
    assert office.desk.get(job.id).revision == job.revision


def test_the_page_speaks_chinese(office: Office) -> None:
    test = job_page(full_job(office, 1), "zh_CN")
    assert len(primaries(test)) == 1
