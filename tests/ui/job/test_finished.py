"""A finished video on its page: everything about it, made again, changed, handed on and deleted."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from core.messages import message
from jobs.model.records import JobRecord
from jobs.model.request import QueueKey
from pipeline import PREPARATION
from record.folder import FIRST_FRAME, VIDEO
from tests.media.test_videos import make_video
from tests.pictures import picture
from tests.ui.jobs_in_states import ended, job_page, labels, made, press, rows
from tests.ui.still_app import drawn, new_job, primaries, words
from ui.app_context import AppContext


def finished(app_context: AppContext) -> JobRecord:
    job = ended(app_context, "completed")
    make_video(app_context.service.files.folder(job.id) / VIDEO)
    return app_context.service.get(job.id)


def copies(app_context: AppContext, job: JobRecord) -> list[JobRecord]:
    return [one for one in app_context.service.library.page(size=20).jobs if one.parent == job.id]


def test_once_more_with_the_same_seed(app_context: AppContext) -> None:
    job = finished(app_context)
    test = press(job_page(job), "Run again with the same seed")
    [copy] = copies(app_context, job)
    assert (copy.render.seed, copy.state) == (7, "preparing")
    assert test.query_params["id"] == copy.id


def test_four_other_seeds_and_a_double_click(app_context: AppContext) -> None:
    job = finished(app_context)
    test = press(job_page(job), "Run again with four other seeds")
    compared = {"".join(test.query_params[letter]) for letter in "abcd"}
    test.switch_page("job/job.py")
    test.query_params["id"] = job.id
    press(drawn(test), "Run again with four other seeds")
    assert {copy.id for copy in copies(app_context, job)} == {
        one if isinstance(one, str) else one[0] for one in compared
    }
    seeds = {copy.render.seed for copy in copies(app_context, job)}
    assert (len(copies(app_context, job)), len(seeds), 7 in seeds) == (4, 4, False)


def test_nothing_paid_for_is_bought_again(app_context: AppContext) -> None:
    job = finished(app_context)
    press(job_page(job), "Run again with four other seeds")
    for copy in copies(app_context, job):
        for step in PREPARATION:
            assert rows(app_context, copy, step) == rows(app_context, job, step)


def test_it_is_used_in_create_leaves_the_job(app_context: AppContext) -> None:
    job = finished(app_context)
    render = replace(job.render, width=352, height=640, num_frames=97, fps=12, negative_prompt="rain")
    request = {"captions": True, "orientation": "portrait", "render": render}
    app_context.worker.store.jobs.update(job.id, request=request)
    before = app_context.service.get(job.id)
    create = filled(job)
    assert create.text_area(key="create-text").value == "A cat."
    assert create.number_input(key="create-frames").value == 97
    assert create.number_input(key="create-fps").value == 12
    assert create.text_input(key="create-seed").value == "7"
    assert create.text_area(key="create-negative").value == "rain"
    assert create.checkbox(key="create-captions").value is True
    assert create.session_state["create-orientation"] == "portrait"
    assert create.session_state["create-kind"] == "full"
    assert app_context.service.get(job.id) == before


def filled(job: JobRecord) -> AppTest:
    """Create, after the button on the job's page; in tests of pages a page must be turned to by hand."""
    test = press(job_page(job), "Use in Create")
    test.switch_page("create/create.py")
    return drawn(test)


def test_simple_mode_in_create_takes_the_own_picture_along(app_context: AppContext) -> None:
    job = new_job(app_context.service, "A boat.")
    app_context.service.steps.swap_frame(job.id, picture(800, 600, "orange"))
    _finish(app_context, job)
    test = filled(job)
    assert test.session_state["create-kind"] == "simple"
    assert test.session_state["create-picture"] == (app_context.service.files.folder(job.id) / FIRST_FRAME).read_bytes()


def test_looking_at_a_job_fills_nothing(app_context: AppContext) -> None:
    test = job_page(finished(app_context))
    assert "create-text" not in test.session_state


def test_the_receipt_and_the_times(app_context: AppContext) -> None:
    job = finished(app_context)
    receipt, times = (one.value for one in job_page(job).table)
    assert receipt.loc["Seed"].iloc[0] == "7"
    assert receipt.loc["Frames"].iloc[0] == "193"
    assert receipt.loc["Job"].iloc[0].replace("\\", "") == job.id
    assert times.loc["Image prompt, time"].iloc[0].replace("\\", "") == "2.2 s"
    assert "Ended" in times.index


def test_all_versions_are_there_to_read(app_context: AppContext) -> None:
    job = finished(app_context)
    assert "All versions of all steps" not in [one.label for one in job_page(job).expander]
    made(app_context, "image_prompt", job.id, version=2)
    test = job_page(job)
    assert "All versions of all steps" in [one.label for one in test.expander]
    assert "v1 · gemini · flash" in words(test)
    assert "v2 · gemini · flash" in words(test)


def test_deleting_asks_with_the_size_and_goes_to_the_library(app_context: AppContext) -> None:
    job = finished(app_context)
    size = app_context.service.files.weigh(job.id)
    test = press(job_page(job), "Delete…")
    assert f"This frees {size / 1e3:.1f} kB on the disk" in words(test)
    press(test, "Keep it")
    assert app_context.service.known(job.id)
    press(test, "Delete…")
    test.button(key="delete-really").click()
    test.run()
    assert app_context.service.known(job.id) is None


def test_a_job_made_from_another_is_compared_with_it(app_context: AppContext) -> None:
    job = finished(app_context)
    copy = app_context.service.copies.duplicate(job.id)
    _finish(app_context, copy)
    links = [one.proto.label for one in job_page(app_context.service.get(copy.id)).get("page_link")]
    assert "Compare with its original" in links


def test_the_pages_of_a_favourite(app_context: AppContext) -> None:
    job = finished(app_context)
    test = job_page(job)
    test = press(test, "Favourite")
    assert app_context.service.get(job.id).favourite
    press(test, "No longer a favourite")
    assert not app_context.service.get(job.id).favourite


def _finish(app_context: AppContext, job: JobRecord) -> None:
    store = app_context.worker.store
    app_context.service.approve(job.id)
    if app_context.service.get(job.id).state == "preparing":
        store.jobs.move_to(job.id, "queued")
    assert store.queue.claim("mova-360p", QueueKey("mova-360p"), 1) == job.id
    for state in ("rendering", "saving", "completed"):
        store.jobs.move_to(job.id, state)
    make_video(app_context.service.files.folder(job.id) / VIDEO)


def test_the_final_of_a_draft_is_one_click_away(app_context: AppContext) -> None:
    draft = finished(app_context)
    assert "Render the final" not in labels(job_page(draft))
    render = replace(draft.render, num_inference_steps=25)
    app_context.worker.store.jobs.update(draft.id, request={"draft": True, "render": render})
    test = job_page(draft)
    assert "Draft video" in words(test)
    assert primaries(test) == ["Render the final"]
    test = press(test, "Render the final")
    [final] = copies(app_context, draft)
    assert test.query_params["id"] == final.id
    was = app_context.service.get(draft.id).request
    full = replace(render, num_inference_steps=50)
    assert final.request == was.changed(draft=False, render=full, review_each_step=False)
    for step in PREPARATION:
        assert rows(app_context, final, step) == rows(app_context, draft, step)
    test = job_page(draft)
    assert "Render the final" not in labels(test)
    assert press(test, "Show its final").query_params["id"] == final.id


def test_a_text_that_failed_its_check_says_so_beside_its_video(app_context: AppContext) -> None:
    job = finished(app_context)
    assert "A line was invented." not in words(job_page(job))
    [record] = [one for one in app_context.service.steps.of(job.id) if one.step == "video_description"]
    app_context.worker.store.steps.save(replace(record, version=2, warnings=(message("A line was invented."),)))
    assert "A line was invented." in words(job_page(job))
