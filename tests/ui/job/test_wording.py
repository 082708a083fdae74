"""What a job begins with: edited in its versions, and what was made from another wording is out of date."""

from __future__ import annotations

from tests.ui.jobs_in_states import ended, full_job, job_page, press
from tests.ui.still_app import drawn, new_job, primaries, words
from ui.app_context import AppContext


def test_another_wording_is_a_version_and_undone_nothing_is_out_of_date(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    test = job_page(job)
    assert primaries(test) == ["Send to GPU"]
    test.text_area(key=f"text-{job.id}-wording-1").set_value("A dog.")
    test = drawn(test)
    assert app_context.service.get(job.id).request.text == "A dog."
    assert words(test).count("Out of date") == 4
    assert primaries(test) == ["Write image prompt"]
    test.segmented_control(key=f"version-{job.id}-wording-2-2").set_value(1)
    test = drawn(test)
    assert primaries(test) == ["Send to GPU"]
    assert "Out of date" not in words(test)
    assert test.text_area(key=f"text-{job.id}-wording-1").value == "A cat."


def test_an_empty_wording_changes_nothing(app_context: AppContext) -> None:
    for job in (full_job(app_context, 1), new_job(app_context.service, "A boat.")):
        test = job_page(job)
        test.text_area(key=f"text-{job.id}-wording-1").set_value("  ")
        assert "is empty" in words(drawn(test))
        assert app_context.service.get(job.id).request.text == job.request.text


def test_what_was_sent_is_only_read(app_context: AppContext) -> None:
    job = ended(app_context, "completed")
    assert not job_page(job).text_area
    assert "Description" in words(job_page(job))


def test_edit_and_run_is_a_copy_that_asks_before_each_step(app_context: AppContext) -> None:
    job = ended(app_context, "completed")
    app_context.worker.store.jobs.update(job.id, request={"review_each_step": False})
    test = press(job_page(job), "Edit and run")
    copy = app_context.service.library.page(size=1).jobs[0]
    assert (copy.parent, copy.state, copy.request.review_each_step) == (job.id, "draft", True)
    assert primaries(test) == ["Send to GPU"]
    test.text_area(key=f"text-{copy.id}-wording-1").set_value("A dog.")
    press(drawn(test), "Write image prompt")
    assert app_context.service.get(copy.id).state == "preparing"
    assert app_context.service.get(job.id).request.text == "A cat."


def test_takes_are_the_same_words_with_other_seeds(app_context: AppContext) -> None:
    service, job = app_context.service, ended(app_context, "completed")
    first, second = service.copies.again(job.id, [8, 9])
    further = service.copies.duplicate(second.id, seed=10)
    other = service.copies.duplicate(job.id, text="A dog.")
    assert [one.id for one in service.library.takes(second.id)] == [job.id, first.id, second.id, further.id]
    assert [one.id for one in service.library.takes(other.id)] == [other.id]


def test_a_field_that_comes_back_to_the_page_is_not_an_edit(app_context: AppContext) -> None:
    """Streamlit reports a field as changed whose value it had forgotten while it was not drawn."""
    job = full_job(app_context, 2)
    test = job_page(job)
    shown = test._tree
    for field in test.text_area:
        field.set_value(field.value)
    app_context.worker.store.jobs.move_to(job.id, "preparing")
    assert not drawn(test).text_area
    test._tree = shown  # a browser that has not drawn it yet sends what it still shows
    drawn(test)
    app_context.worker.store.jobs.move_to(job.id, "waiting")
    test = press(drawn(test), "Describe frame")
    assert app_context.service.get(job.id).state == "preparing"
    assert "can no longer be changed" not in words(test)


def test_the_same_once_more_leaves_the_video_the_jobs(app_context: AppContext) -> None:
    job, steps = ended(app_context, "failed"), app_context.service.steps
    steps.reword(job.id, job.request.text)
    assert steps.change(job.id, render=job.render, text=job.request.text)
    assert app_context.service.get(job.id).stage == job.stage
    steps.reword(job.id, "A dog.")
    assert app_context.service.get(job.id).stage != job.stage
