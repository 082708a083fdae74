"""A finished video on its page: everything about it, made again, changed, handed on and deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from jobs.records import JobRecord
from jobs.wish import render_of
from pipeline import PREPARATION
from record.folder import FIRST_FRAME, VIDEO
from tests.media.test_videos import make_video
from tests.ui.jobs_at_rest import ended, job_page, made, picture, press, rows
from tests.ui.still_office import drawn, new_job, still_office, words
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        yield opened


def finished(office: Office) -> JobRecord:
    job = ended(office, "completed")
    make_video(office.desk.folder(job.id) / VIDEO)
    return office.desk.get(job.id)


def copies(office: Office, job: JobRecord) -> list[JobRecord]:
    return [one for one in office.desk.newest(20) if one.parent == job.id]


def test_once_more_with_the_same_seed(office: Office) -> None:
    job = finished(office)
    test = press(job_page(job), "Run again with the same seed")
    [copy] = copies(office, job)
    assert (copy.seed, copy.state) == (7, "preparing")
    assert test.query_params["id"] == copy.id


def test_four_other_seeds_and_a_double_click(office: Office) -> None:
    job = finished(office)
    test = press(job_page(job), "Run again with four other seeds")
    assert "Sent: 4" in words(test)
    press(test, "Run again with four other seeds")
    seeds = {render_of(copy).seed for copy in copies(office, job)}
    assert (len(copies(office, job)), len(seeds), 7 in seeds) == (4, 4, False)


def test_nothing_paid_for_is_bought_again(office: Office) -> None:
    job = finished(office)
    press(job_page(job), "Run again with four other seeds")
    for copy in copies(office, job):
        for step in PREPARATION:
            assert rows(office, copy, step) == rows(office, job, step)


def test_edit_and_run_fills_create_and_leaves_the_job(office: Office) -> None:
    job = finished(office)
    wish = {**job.inputs, "captions": True, "orientation": "portrait"}
    settings = {**job.settings, "width": 352, "height": 640, "num_frames": 97, "fps": 12, "negative_prompt": "rain"}
    office.worker.store.jobs.update(job.id, inputs=wish, settings=settings)
    before = office.desk.get(job.id)
    create = filled(job)
    assert create.text_area(key="create-text").value == "A cat."
    assert create.number_input(key="create-frames").value == 97
    assert create.number_input(key="create-fps").value == 12
    assert create.text_input(key="create-seed").value == "7"
    assert create.text_area(key="create-negative").value == "rain"
    assert create.checkbox(key="create-captions").value is True
    assert create.session_state["create-orientation"] == "portrait"
    assert create.session_state["create-kind"] == "full"
    assert office.desk.get(job.id) == before


def filled(job: JobRecord) -> AppTest:
    """Create, after the button on the job's page; in tests of pages a page must be turned to by hand."""
    test = press(job_page(job), "Edit and run")
    test.switch_page("create.py")
    return drawn(test)


def test_edit_and_run_of_simple_mode_takes_the_own_picture_along(office: Office) -> None:
    job = new_job(office.desk, "A boat.")
    office.desk.swap_frame(job.id, picture("orange", (800, 600)))
    _finish(office, job)
    test = filled(job)
    assert test.session_state["create-kind"] == "simple"
    assert test.session_state["create-picture"] == (office.desk.folder(job.id) / FIRST_FRAME).read_bytes()


def test_looking_at_a_job_fills_nothing(office: Office) -> None:
    test = job_page(finished(office))
    assert "create-text" not in test.session_state


def test_the_receipt_and_the_times(office: Office) -> None:
    job = finished(office)
    receipt, times = (one.value for one in job_page(job).table)
    assert receipt.loc["Seed"].iloc[0] == "7"
    assert receipt.loc["Frames"].iloc[0] == "193"
    assert receipt.loc["Job"].iloc[0].replace("\\", "") == job.id
    assert times.loc["Image prompt, time"].iloc[0].replace("\\", "") == "2.2 s"
    assert "Ended" in times.index


def test_all_versions_are_there_to_read(office: Office) -> None:
    job = finished(office)
    assert "All versions of all steps" not in [one.label for one in job_page(job).expander]
    made(office, "image_prompt", job.id, version=2)
    test = job_page(job)
    assert "All versions of all steps" in [one.label for one in test.expander]
    assert "v1 · gemini · flash" in words(test)
    assert "v2 · gemini · flash" in words(test)


def test_deleting_asks_with_the_size_and_goes_to_the_library(office: Office) -> None:
    job = finished(office)
    size = office.desk.weigh(job.id)
    test = press(job_page(job), "Delete…")
    assert f"{size / 1e3:.1f} kB come free" in words(test)
    press(test, "Keep it")
    assert office.desk.known(job.id)
    press(test, "Delete…")
    test.button(key="delete-really").click()
    test.run()
    assert office.desk.known(job.id) is None


def test_a_job_made_from_another_is_compared_with_it(office: Office) -> None:
    job = finished(office)
    copy = office.desk.duplicate(job.id)
    _finish(office, copy)
    links = [one.proto.label for one in job_page(office.desk.get(copy.id)).get("page_link")]
    assert "Compare with what it was made from" in links


def test_the_pages_of_a_favourite(office: Office) -> None:
    job = finished(office)
    test = job_page(job)
    test.checkbox(key=f"favourite-{job.id}").check()
    drawn(test)
    assert office.desk.get(job.id).favourite


def _finish(office: Office, job: JobRecord) -> None:
    store = office.worker.store
    office.desk.approve(job.id)
    if office.desk.get(job.id).state == "preparing":
        store.jobs.move_to(job.id, "queued")
    assert store.line.claim("mova-360p", "mova-360p", 1) == job.id
    for state in ("rendering", "saving", "completed"):
        store.jobs.move_to(job.id, state)
    make_video(office.desk.folder(job.id) / VIDEO)
