"""The Job page while its steps are made and reviewed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.messages import message
from core.steps import Maker
from jobs.model.makers import in_question, other_maker
from jobs.model.records import StepRecord, StoredError
from jobs.service.service import JobService
from tests.pictures import picture
from tests.ui.jobs_in_states import TEXTS, full_job, job_page, press, rows
from tests.ui.still_app import chips, drawn, page, primaries, words
from ui.app_context import AppContext
from ui.create.receipt import what_is_bought


@pytest.mark.parametrize("wrong", ["", "nothing", "../../etc/passwd"])
def test_a_job_that_is_not_there(app_context: AppContext, wrong: str) -> None:
    test = page("job/job.py", id=wrong)
    assert "There is no such job." in words(test)
    assert primaries(test) == ["Create a video"]


def test_the_job_of_somebody_else_is_not_shown(app_context: AppContext) -> None:
    job = full_job(app_context, 1)
    with app_context.worker.store.database.write() as session:
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
def test_at_every_step_one_primary_button_names_the_next_act(app_context: AppContext, steps: int, act: str) -> None:
    job = full_job(app_context, steps)
    test = job_page(job)
    assert primaries(test) == [act]
    assert words(test).count("Not made yet") == 4 - steps
    press(test, act)
    assert app_context.service.get(job.id).state == ("queued" if steps == 4 else "preparing")


def test_a_card_says_who_made_it_and_what_it_took(app_context: AppContext) -> None:
    assert "gemini · flash · 2.2 s · 321 tokens" in words(job_page(full_job(app_context, 1)))


def test_an_edit_is_a_version_and_makes_what_follows_stale(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-image_prompt-1").set_value("A black cat.")
    test = drawn(test)
    assert rows(app_context, job, "image_prompt") == [
        (1, "done", "A grey cat.", False),
        (2, "done", "A black cat.", True),
    ]
    assert words(test).count("Out of date") == 3
    assert primaries(test) == ["Make first frame"]
    assert test.text_area(key=f"text-{job.id}-image_prompt-2").value == "A black cat."


def test_an_edit_and_its_acceptance_in_one_click(app_context: AppContext) -> None:
    job = full_job(app_context, 1)
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-image_prompt-1").set_value("A black cat.")
    press(test, "Make first frame")
    assert rows(app_context, job, "image_prompt")[1] == (2, "done", "A black cat.", True)
    assert app_context.service.get(job.id).state == "preparing"


def test_an_emptied_text_is_refused_in_words(app_context: AppContext) -> None:
    job = full_job(app_context, 1)
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-image_prompt-1").set_value("  ")
    test = drawn(test)
    assert "The image prompt is empty." in words(test)
    assert len(rows(app_context, job, "image_prompt")) == 1


@pytest.mark.parametrize("act", ["Make first frame", "Run to the end"])
def test_nothing_is_made_from_a_text_other_than_the_one_that_stands_there(app_context: AppContext, act: str) -> None:
    job = full_job(app_context, 1)
    test = job_page(job)
    field = f"text-{job.id}-image_prompt-1"
    test.text_area(key=field).set_value("cat " * 4_000)
    for _ in range(2):
        test = press(test, act)
        assert "The image prompt has 15999 characters; at most 8000 are allowed." in words(test)
    assert (app_context.service.get(job.id).state, test.text_area(key=field).value) == ("waiting", "cat " * 4_000)
    test.text_area(key=field).set_value("A black cat.")
    press(test, act)
    assert app_context.service.get(job.id).state == "preparing"


def test_leafing_through_versions_shows_each_as_it_was(app_context: AppContext) -> None:
    job = full_job(app_context, 2)
    app_context.service.steps.edit(job.id, "image_prompt", "A black cat.")
    test = job_page(job)
    test.segmented_control(key=f"version-{job.id}-image_prompt-2-2").set_value(1)
    test = drawn(test)
    assert test.text_area(key=f"text-{job.id}-image_prompt-1").value == "A grey cat."
    assert rows(app_context, job, "image_prompt")[0][3]


def test_keep_anyway_lets_a_stale_result_count(app_context: AppContext) -> None:
    job = full_job(app_context, 2)
    app_context.service.steps.edit(job.id, "image_prompt", "A black cat.")
    test = job_page(job)
    assert primaries(test) == ["Make first frame"]
    test = press(test, "Keep anyway")
    assert "Out of date" not in words(test)
    assert primaries(test) == ["Describe frame"]


def test_redo_from_here_begins_with_the_stale_step(app_context: AppContext) -> None:
    job = full_job(app_context, 2)
    app_context.service.steps.edit(job.id, "image_prompt", "A black cat.")
    press(job_page(job), "Redo from here")
    assert rows(app_context, job, "first_frame")[1][:2] == (2, "pending")
    assert app_context.service.get(job.id).state == "preparing"


def test_regenerate_keeps_the_version_before(app_context: AppContext) -> None:
    job = full_job(app_context, 1)
    press(job_page(job), "Regenerate")
    assert [row[:2] for row in rows(app_context, job, "image_prompt")] == [(1, "done"), (2, "pending")]
    assert app_context.service.get(job.id).state == "preparing"


def test_run_to_the_end_asks_no_more(app_context: AppContext) -> None:
    job = full_job(app_context, 1)
    press(job_page(job), "Run to the end")
    assert not app_context.service.get(job.id).request.review_each_step


def test_an_own_picture_takes_the_frames_place(app_context: AppContext) -> None:
    job = full_job(app_context, 3)
    test = job_page(job)
    test.file_uploader(key=f"own-{job.id}-0").upload("mine.png", picture(800, 800, "navy"), "image/png")
    test = drawn(test)
    assert "(800x800) is cropped to 800x440" in words(test)
    assert primaries(test) == ["Describe frame"]
    assert "Your picture is now the first frame." in words(test)
    assert words(test).count("Out of date") == 1


def test_a_broken_own_picture_changes_nothing(app_context: AppContext) -> None:
    job = full_job(app_context, 3)
    test = job_page(job)
    test.file_uploader(key=f"own-{job.id}-0").upload("mine.png", b"nothing", "image/png")
    test = drawn(test)
    assert "not a picture that can be read" in words(test)
    assert primaries(test) == ["Write video description"]


def test_warnings_stand_at_their_step(app_context: AppContext) -> None:
    job = full_job(app_context, 3)
    described = StepRecord(
        job_id=job.id,
        step="video_description",
        state="done",
        output=TEXTS["video_description"],
        warnings=(message("Music is not in *your* words."),),
    )
    app_context.worker.store.steps.save(described)
    said = words(job_page(job))
    assert "Music is not in *your* words." in said
    assert "7 words · 1.3 s of speech" in said


def test_a_description_by_hand_is_checked_where_it_can_be_mended(app_context: AppContext) -> None:
    job = full_job(app_context, 4, text='A cat says "Hello there."')
    test = job_page(job)
    test.text_area(key=f"text-{job.id}-video_description-1").set_value("A cat.")
    assert "Only 2 words" in words(drawn(test))


# ---- made by another than would make it now ------------------------------------------------------------------------


def with_openai(app_context: AppContext) -> None:
    """A service is set up that is not the one that made the jobs' steps."""
    models = {f"openai_{kind}_model": f"local-{kind}" for kind in ("text", "vision", "image")}
    settings = app_context.settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9", **models})
    context = replace(app_context.worker.service._context, settings=settings)
    app_context.worker.service = JobService(context)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_another_maker_made_is_out_of_date_with_the_reason(app_context: AppContext, language: str) -> None:
    job = full_job(app_context, 4)
    with_openai(app_context)
    test = job_page(job, language)
    said = words(test)
    assert said.count({"en": "Out of date", "zh_CN": "已过时"}[language]) == 4
    reason = {
        "en": "Made by gemini · flash; it would now be made by openai · local-image.",
        "zh_CN": "由 gemini · flash 制作；现在会由 openai · local-image 制作。",
    }
    assert reason[language] in said
    if language == "en":
        assert primaries(test) == ["Write image prompt"]


def test_the_primary_button_makes_the_named_step_anew(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    with_openai(app_context)
    press(job_page(job), "Write image prompt")
    assert app_context.service.get(job.id).state == "preparing"
    assert [(version, state) for version, state, _, _ in rows(app_context, job, "image_prompt")] == [
        (1, "done"),
        (2, "pending"),
    ]
    assert [one.version for one in app_context.service.steps.of(job.id) if one.step == "first_frame"] == [1]


@pytest.mark.parametrize("made", [2, 4])
def test_the_receipt_tells_what_the_buttons_buy_anew(app_context: AppContext, made: int) -> None:
    job = full_job(app_context, made)
    with_openai(app_context)
    plan = app_context.service.plans.of(job.id)
    assert what_is_bought(plan) == "buys 3 to 4 texts + 1 picture"
    shown = [(one.step, one.maker) for one in plan.steps.to_buy]
    heard = replace(plan.render, takes=3, heard_by=Maker(provider="openai", model="local-audio"))
    assert what_is_bought(replace(plan, render=heard)).endswith("1 picture + 3 hearings at most")
    press(job_page(job), "Run to the end")
    assert [(one.step, one.maker) for one in app_context.service.plans.of(job.id).steps.to_make] == shown


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_an_ended_job_that_makes_steps_again_shows_what_they_buy(app_context: AppContext, state: str) -> None:
    """Its button bought the rest of the job, and nothing on the page said so."""
    job = full_job(app_context, 1)
    app_context.worker.store.jobs.move_to(job.id, "preparing")
    app_context.worker.store.jobs.move_to(job.id, state)  # type: ignore[arg-type]
    with_openai(app_context)
    app_context.service.steps.decide(job.id, keep=True)
    test = job_page(job)
    assert primaries(test) == ["Make first frame"]
    assert "buys 2 to 3 texts + 1 picture" in chips(test)
    press(test, "Make first frame")
    plan = app_context.service.plans.of(job.id)
    assert what_is_bought(plan) == "buys 2 to 3 texts + 1 picture"


def test_run_to_the_end_is_refused_where_another_step_is_next_by_now(app_context: AppContext) -> None:
    job = full_job(app_context, 3)
    test = job_page(job)
    app_context.service.steps.edit(job.id, "image_prompt", "A black cat.")  # in another tab
    test = press(test, "Run to the end")
    assert "its next step is now first frame" in words(test)
    assert app_context.service.get(job.id).state == "waiting"


def test_kept_it_counts_and_can_be_sent(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    with_openai(app_context)
    test = job_page(job)
    for left in (3, 2, 1, 0):
        test = press(test, "Keep anyway")
        assert words(test).count("Out of date") == left
    assert primaries(test) == ["Send to GPU"]
    assert not any(one.edited for one in app_context.service.steps.of(job.id))
    press(test, "Send to GPU")
    assert app_context.service.get(job.id).state == "queued"


def test_a_question_of_a_worker_with_other_settings_is_answered_here_too(app_context: AppContext) -> None:
    """The page has no service set up; the worker beside it has."""
    job, store = full_job(app_context, 2), app_context.worker.store
    maker = Maker(provider="openai", model="local-text")
    asked = in_question(store.steps.chosen(job.id).values(), lambda _step: maker)
    store.jobs.update(job.id, error=StoredError.of(other_maker(asked)))
    test = job_page(job)
    assert "Some of what was made for this job would now be made by another service" in words(test)
    assert words(test).count("Out of date") == 2
    test = press(press(test, "Keep anyway"), "Keep anyway")
    assert app_context.service.get(job.id).error is None
    assert primaries(test) == ["Describe frame"]
