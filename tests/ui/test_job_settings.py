"""What can be changed about a job's frame and render on its own page, and what becomes stale by it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from jobs.wish import Wish, render_of
from tests.conftest import REPO
from tests.ui.jobs_at_rest import full_job, job_page, picture, rows
from tests.ui.seen_servers import see
from tests.ui.still_office import button, drawn, still_office, words
from ui.components.end_watch import tab_title
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        see(opened)
        yield opened


def test_another_crop_of_the_same_picture(office: Office) -> None:
    job = full_job(office, 4)
    office.desk.swap_frame(job.id, picture("navy", (800, 800)))
    office.desk.keep_step(job.id, "visual_elements")
    before = (office.desk.folder(job.id) / "first_frame.png").read_bytes()
    key = f"crop-{job.id}-2"
    test = job_page(job)
    test.toggle(key=key).set_value(True)
    test = drawn(test)
    test.slider(key=f"{key}-shift").set_value(-0.5)
    test = drawn(test)
    assert Wish.of(office.desk.get(job.id)).crop_shift == -0.5
    assert [row[1] for row in rows(office, job, "visual_elements")] == ["stale"]
    test.toggle(key=f"{key}-bars").set_value(True)
    drawn(test)
    assert Wish.of(office.desk.get(job.id)).crop_mode == "bars"
    assert (office.desk.folder(job.id) / "first_frame.png").read_bytes() != before


def test_a_frame_of_the_right_shape_needs_no_crop(office: Office) -> None:
    job = full_job(office, 2)
    assert not [one for one in job_page(job).toggle if one.key and one.key.startswith("crop-")]


def test_the_numbers_of_the_render(office: Office) -> None:
    job = full_job(office, 4)
    test = job_page(job)
    test.text_input(key=f"render-{job.id}-seed").set_value("4711")
    test.number_input(key=f"render-{job.id}-steps").set_value(30)
    drawn(test)
    render = render_of(office.desk.get(job.id))
    assert (render.seed, render.num_inference_steps, render.num_frames) == (4711, 30, 193)
    assert office.desk.get(job.id).seed == 4711
    assert [row[1] for row in rows(office, job, "video_description")] == ["done"]


def test_a_clip_of_another_length_needs_another_description(office: Office) -> None:
    job = full_job(office, 4)
    test = job_page(job)
    test.number_input(key=f"render-{job.id}-frames").set_value(98)
    test = drawn(test)
    assert render_of(office.desk.get(job.id)).num_frames == 101
    assert test.number_input(key=f"render-{job.id}-frames").value == 101
    assert "98 frames were asked for" in words(test)
    assert [row[1] for row in rows(office, job, "video_description")] == ["stale"]


def test_an_emptied_seed_draws_one_and_shows_it(office: Office) -> None:
    job = full_job(office, 4)
    test = job_page(job)
    test.text_input(key=f"render-{job.id}-seed").set_value("")
    test = drawn(test)
    drawn_seed = render_of(office.desk.get(job.id)).seed
    assert drawn_seed not in (0, 7)
    assert test.text_input(key=f"render-{job.id}-seed").value == str(drawn_seed)
    drawn(test)
    assert render_of(office.desk.get(job.id)).seed == drawn_seed


def test_a_wrong_seed_changes_nothing(office: Office) -> None:
    job = full_job(office, 4)
    test = job_page(job)
    test.text_input(key=f"render-{job.id}-seed").set_value("abc")
    test = drawn(test)
    assert render_of(office.desk.get(job.id)).seed == 7
    assert "abc" in words(test)


def test_the_offered_negative_prompt_is_taken_and_given_back(office: Office) -> None:
    job = full_job(office, 4)
    offer = {"value": "blurry, noise", "reasons": ["captions are wanted"]}
    office.worker.store.jobs.update(job.id, inputs={**job.inputs, "offered_negative_prompt": offer})
    test = button(job_page(job), "negative-offered")
    assert render_of(office.desk.get(job.id)).negative_prompt == "blurry, noise"
    button(test, "negative-own")
    assert render_of(office.desk.get(job.id)).negative_prompt is None


def test_what_a_server_has_is_not_changed(office: Office) -> None:
    job = full_job(office, 4)
    office.desk.approve(job.id)
    keys = [one.key for one in job_page(job).text_input]
    assert f"render-{job.id}-seed" not in keys


@pytest.mark.parametrize(("moving", "title"), [(0, "Queue · MOVA"), (2, "(2) Queue · MOVA")])
def test_the_tab_counts_what_is_under_way(moving: int, title: str) -> None:
    assert tab_title("Queue", moving) == title


def test_the_bar_of_acts_has_the_colours_of_the_page() -> None:
    theme = tomllib.loads((REPO / ".streamlit/config.toml").read_text())["theme"]
    colours = f"light-dark({theme['light']['backgroundColor']}, {theme['dark']['backgroundColor']})"
    assert colours in (REPO / "ui/browser/act_bar.css").read_text()
