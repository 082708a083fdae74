"""The Job page while its steps are made and reviewed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs.records import StepRecord
from notes import note
from tests.ui.jobs_at_rest import TEXTS, full_job, job_page, picture, press, rows
from tests.ui.seen_servers import see
from tests.ui.still_office import drawn, page, primaries, still_office, words
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        see(opened)
        yield opened


@pytest.mark.parametrize("wrong", ["", "nothing", "../../etc/passwd"])
def test_a_job_that_is_not_there(office: Office, wrong: str) -> None:
    test = page("job.py")
    test.query_params["id"] = wrong
    test = drawn(test)
    assert "There is no such job." in words(test)
    assert primaries(test) == ["Create a video"]


def test_the_job_of_somebody_else_is_not_shown(office: Office) -> None:
    job = full_job(office, 1)
    with office.worker.store.database.write() as session:
        from sqlalchemy import text

        session.execute(text("UPDATE jobs SET owner = 'ann' WHERE id = :id"), {"id": job.id})
    assert "There is no such job." in words(job_page(job))


# ---- reviewing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "act"),
    [
        (0, "Write image prompt"),
        (1, "Make first frame"),
        (2, "Describe frame"),
        (3, "Write video description"),
        (4, "Send to GPU"),
    ],
)
def test_at_every_step_one_primary_button_names_the_next_act(office: Office, steps: int, act: str) -> None:
    job = full_job(office, steps)
    test = job_page(job)
    assert primaries(test) == [act]
    assert words(test).count("Not made yet") == 4 - steps
    press(test, act)
    assert office.desk.get(job.id).state == ("queued" if steps == 4 else "preparing")


def test_a_card_says_who_made_it_and_what_it_took(office: Office) -> None:
    assert "gemini · flash · 2.2 s · 321 tokens" in words(job_page(full_job(office, 1)))


def test_an_edit_is_a_version_and_makes_what_follows_stale(office: Office) -> None:
    job = full_job(office, 4)
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-image_prompt-1").set_value("A black cat.")
    test = drawn(test)
    assert rows(office, job, "image_prompt") == [
        (1, "done", "A grey cat.", False),
        (2, "done", "A black cat.", True),
    ]
    assert words(test).count("Out of date") == 3
    assert primaries(test) == ["Make first frame"]
    assert test.text_area(key=f"text-{job.id}-image_prompt-2").value == "A black cat."


def test_an_edit_and_its_acceptance_in_one_click(office: Office) -> None:
    job = full_job(office, 1)
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-image_prompt-1").set_value("A black cat.")
    press(test, "Make first frame")
    assert rows(office, job, "image_prompt")[1] == (2, "done", "A black cat.", True)
    assert office.desk.get(job.id).state == "preparing"


def test_an_emptied_text_is_refused_in_words(office: Office) -> None:
    job = full_job(office, 1)
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-image_prompt-1").set_value("  ")
    test = drawn(test)
    assert "The image prompt is empty." in words(test)
    assert len(rows(office, job, "image_prompt")) == 1


def test_leafing_through_versions_shows_each_as_it_was(office: Office) -> None:
    job = full_job(office, 2)
    office.desk.edit_step(job.id, "image_prompt", "A black cat.")
    test = job_page(job)
    test.segmented_control(key=f"version-{job.id}-image_prompt-2-2").set_value(1)
    test = drawn(test)
    assert test.text_area(key=f"text-{job.id}-image_prompt-1").value == "A grey cat."
    assert rows(office, job, "image_prompt")[0][3]


def test_keep_anyway_lets_a_stale_result_count(office: Office) -> None:
    job = full_job(office, 2)
    office.desk.edit_step(job.id, "image_prompt", "A black cat.")
    test = job_page(job)
    assert primaries(test) == ["Make first frame"]
    test = press(test, "Keep anyway")
    assert "Out of date" not in words(test)
    assert primaries(test) == ["Describe frame"]


def test_redo_from_here_begins_with_the_stale_step(office: Office) -> None:
    job = full_job(office, 2)
    office.desk.edit_step(job.id, "image_prompt", "A black cat.")
    press(job_page(job), "Redo from here")
    assert rows(office, job, "first_frame")[1][:2] == (2, "pending")
    assert office.desk.get(job.id).state == "preparing"


def test_regenerate_keeps_the_version_before(office: Office) -> None:
    job = full_job(office, 1)
    press(job_page(job), "Regenerate")
    assert [row[:2] for row in rows(office, job, "image_prompt")] == [(1, "done"), (2, "pending")]
    assert office.desk.get(job.id).state == "preparing"


def test_run_to_the_end_asks_no_more(office: Office) -> None:
    job = full_job(office, 1)
    press(job_page(job), "Run to the end")
    assert not office.desk.get(job.id).ask


def test_an_own_picture_takes_the_frames_place(office: Office) -> None:
    job = full_job(office, 3)
    test = job_page(job)
    test.file_uploader(key=f"own-{job.id}-0").upload("mine.png", picture("navy", (800, 800)), "image/png")
    test = drawn(test)
    assert "800x800 is cropped to 800x440" in words(test)
    assert primaries(test) == ["Describe frame"]
    assert "Your picture is the first frame now." in words(test)
    assert words(test).count("Out of date") == 1


def test_a_broken_own_picture_changes_nothing(office: Office) -> None:
    job = full_job(office, 3)
    test = job_page(job)
    test.file_uploader(key=f"own-{job.id}-0").upload("mine.png", b"nothing", "image/png")
    test = drawn(test)
    assert "not a picture that can be read" in words(test)
    assert primaries(test) == ["Write video description"]


def test_warnings_stand_at_their_step(office: Office) -> None:
    job = full_job(office, 3)
    described = StepRecord(
        job_id=job.id,
        step="video_description",
        state="done",
        output=TEXTS["video_description"],
        warnings=(note("Music is not in *your* words."),),
    )
    office.worker.store.steps.save(described)
    said = words(job_page(job))
    assert "Music is not in *your* words." in said
    assert "7 words · 1.3 s of speech" in said


def test_a_description_by_hand_is_checked_where_it_can_be_mended(office: Office) -> None:
    job = full_job(office, 4, text='A cat says "Hello there."')
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-video_description-1").set_value("A cat.")
    assert "Only 2 words" in words(drawn(test))
