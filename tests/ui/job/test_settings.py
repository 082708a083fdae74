"""What can be changed about a job's frame and render on its own page, and what becomes stale by it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.ui.jobs_in_states import full_job, job_page, press, rows
from tests.ui.still_app import button, drawn, words
from ui.app_context import AppContext
from ui.shared.watching import tab_title


def gradient() -> bytes:
    """A picture of which every crop looks different."""
    written = io.BytesIO()
    Image.linear_gradient("L").resize((800, 800)).convert("RGB").save(written, "PNG")
    return written.getvalue()


def test_another_crop_of_the_same_picture(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    app_context.service.steps.swap_frame(job.id, gradient())
    app_context.service.steps.keep(job.id, "visual_elements")
    before = (app_context.service.files.folder(job.id) / "first_frame.png").read_bytes()
    key = f"crop-{job.id}-2"
    test = job_page(job)
    test.toggle(key=key).set_value(True)
    test = drawn(test)
    test.slider(key=f"{key}-shift").set_value(-0.5)
    test = drawn(test)
    assert app_context.service.get(job.id).request.crop_shift == -0.5
    assert [row[1] for row in rows(app_context, job, "visual_elements")] == ["stale"]
    test.toggle(key=f"{key}-bars").set_value(True)
    drawn(test)
    assert app_context.service.get(job.id).request.crop_mode == "bars"
    assert (app_context.service.files.folder(job.id) / "first_frame.png").read_bytes() != before


def test_a_frame_of_the_right_shape_needs_no_crop(app_context: AppContext) -> None:
    job = full_job(app_context, 2)
    assert not [one for one in job_page(job).toggle if one.key and one.key.startswith("crop-")]


def test_a_number_that_is_refused_is_not_replaced_by_the_one_before(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    test = job_page(job)
    test.text_input(key=f"render-{job.id}-seed").set_value("lucky")
    test = press(test, "Send to GPU")
    assert "seed is lucky; accepted: 0 to" in words(test)
    assert app_context.service.get(job.id).state == "waiting"
    test.text_input(key=f"render-{job.id}-seed").set_value("12")
    press(test, "Send to GPU")
    sent = app_context.service.get(job.id)
    assert (sent.state, sent.render.seed) == ("queued", 12)


def test_the_numbers_of_the_render(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    test = job_page(job)
    test.text_input(key=f"render-{job.id}-seed").set_value("4711")
    test.number_input(key=f"render-{job.id}-steps").set_value(30)
    drawn(test)
    render = app_context.service.get(job.id).render
    assert (render.seed, render.num_inference_steps, render.num_frames) == (4711, 30, 193)
    assert app_context.service.get(job.id).render.seed == 4711
    assert [row[1] for row in rows(app_context, job, "video_description")] == ["done"]


def test_a_clip_of_another_length_needs_another_description(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    test = job_page(job)
    test.number_input(key=f"render-{job.id}-frames").set_value(98)
    test = drawn(test)
    assert app_context.service.get(job.id).render.num_frames == 101
    assert test.number_input(key=f"render-{job.id}-frames").value == 101
    assert "98 frames were asked for" in words(test)
    assert [row[1] for row in rows(app_context, job, "video_description")] == ["stale"]


def test_an_emptied_seed_draws_one_and_shows_it(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    test = job_page(job)
    test.text_input(key=f"render-{job.id}-seed").set_value("")
    test = drawn(test)
    drawn_seed = app_context.service.get(job.id).render.seed
    assert drawn_seed not in (0, 7)
    assert test.text_input(key=f"render-{job.id}-seed").value == str(drawn_seed)
    drawn(test)
    assert app_context.service.get(job.id).render.seed == drawn_seed


def test_a_wrong_seed_changes_nothing(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    test = job_page(job)
    test.text_input(key=f"render-{job.id}-seed").set_value("abc")
    test = drawn(test)
    assert app_context.service.get(job.id).render.seed == 7
    assert "abc" in words(test)


def test_the_offered_negative_prompt_is_taken_and_given_back(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    offer = {"value": "blurry, noise", "reasons": ["captions are wanted"]}
    app_context.worker.store.jobs.update(job.id, bookkeeping={"offered_negative_prompt": offer})
    test = button(job_page(job), "negative-offered")
    assert app_context.service.get(job.id).render.negative_prompt == "blurry, noise"
    button(test, "negative-own")
    assert app_context.service.get(job.id).render.negative_prompt is None


def test_what_a_server_has_is_not_changed(app_context: AppContext) -> None:
    job = full_job(app_context, 4)
    app_context.service.approve(job.id)
    keys = [one.key for one in job_page(job).text_input]
    assert f"render-{job.id}-seed" not in keys


@pytest.mark.parametrize(("moving", "title"), [(0, "Queue · MOVA"), (2, "(2) Queue · MOVA")])
def test_the_tab_counts_what_is_under_way(moving: int, title: str) -> None:
    assert tab_title("Queue", moving) == title
