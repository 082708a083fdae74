"""Restoring on the Create page: an mp4 or job.json of ours fills the form as far as one likes, and nothing more."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from jobs.records import JobRecord
from jobs.restored import FRAME
from jobs.wish import Wish, render_of
from tests.saved_runs import SMALL, TEXTS, as_json, frame, full_document, saved_mp4, simple_document
from tests.ui.seen_servers import see
from tests.ui.still_office import button, drawn, page, primaries, still_office, words
from ui.office import Office

FIELD = "restore-files-0"


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        see(opened)
        yield opened


@pytest.fixture
def full_mp4(tmp_path: Path) -> bytes:
    return saved_mp4(tmp_path, full_document(frame()), frame())


def dropped(data: bytes, name: str = "a.mp4", png: bytes | None = None) -> AppTest:
    test = page("create.py")
    files = [(name, data, "application/octet-stream")]
    files += [("first_frame.png", png, "image/png")] if png else []
    test.file_uploader(key=FIELD).set_value(files)
    return drawn(test)


def begun(test: AppTest, start: str) -> AppTest:
    test.selectbox(key="restore-start").set_value(start)
    return button(drawn(test), "restore-fill")


def placed(test: AppTest, office: Office, label: str) -> JobRecord:
    assert primaries(test) == [label]
    next(one for one in test.button if one.proto.type == "primary").click()
    drawn(test)
    return office.desk.newest(1)[0]


def test_everything_straight_to_the_render(office: Office, full_mp4: bytes) -> None:
    test = dropped(full_mp4)
    assert "Full Workflow · 640x352 · 17 frames · 0.71 s · seed 77" in words(test)
    assert not office.desk.newest(1)
    test = begun(test, "render")
    assert test.text_area(key="create-text").value == "A cat by the window. 雨声。"
    assert test.text_input(key="create-seed").value == "77"
    assert "Restored from 20261101-120000-abc123." in words(test)
    job = placed(test, office, "Send to GPU")
    assert (job.mode, job.ask, job.parent) == ("full", False, None)
    assert render_of(job) == SMALL
    steps = {step.step: step for step in office.desk.steps(job.id)}
    assert {step: steps[step].output for step in TEXTS} == TEXTS
    assert (steps["first_frame"].output, steps["first_frame"].provider) == (FRAME, "gemini")
    assert (office.desk.folder(job.id) / FRAME).read_bytes() == frame()


@pytest.mark.parametrize(
    ("start", "label", "kept"),
    [
        ("video_description", "Send to GPU", 4),
        ("visual_elements", "Write video description", 3),
        ("first_frame", "Describe frame", 2),
        ("image_prompt", "Make first frame", 1),
        ("description", "Write image prompt", 0),
    ],
)
def test_any_step(office: Office, full_mp4: bytes, start: str, label: str, kept: int) -> None:
    job = placed(begun(dropped(full_mp4), start), office, label)
    assert len(office.desk.steps(job.id)) == kept
    assert (job.ask, Wish.of(job).text) == (True, "A cat by the window. 雨声。")


def test_another_text_makes_the_texts_anew(office: Office, full_mp4: bytes) -> None:
    test = begun(dropped(full_mp4), "render")
    test.text_area(key="create-text").set_value("A dog instead.")
    assert primaries(drawn(test)) == ["Write image prompt"]


def test_without_the_picture_what_rests_on_it_goes(office: Office, full_mp4: bytes) -> None:
    test = begun(dropped(full_mp4), "render")
    next(one for one in test.button if one.label == "Remove the picture").click()
    job = placed(drawn(test), office, "Make first frame")
    assert [step.step for step in office.desk.steps(job.id)] == ["image_prompt"]


@pytest.mark.parametrize("negative", [None, "", "blurred, 模糊"])
def test_simple_mode_from_a_record_and_its_frame(office: Office, negative: str | None) -> None:
    settings = dataclasses.asdict(dataclasses.replace(SMALL, negative_prompt=negative))
    document = simple_document(frame(), settings=settings)
    job = placed(begun(dropped(as_json(document), "job.json", frame()), "render"), office, "Send to GPU")
    assert (job.mode, Wish.of(job).text) == ("simple", "A cat purrs.")
    assert render_of(job) == dataclasses.replace(SMALL, negative_prompt=negative)
    (step,) = office.desk.steps(job.id)
    assert office.worker.folders.first_frame(job, step) == frame()


def test_a_white_run_is_text_only_again(office: Office, tmp_path: Path) -> None:
    from media.frames import white_png

    white = white_png(SMALL)
    mp4 = saved_mp4(tmp_path, simple_document(white, white_frame=True), white)
    job = placed(begun(dropped(mp4), "render"), office, "Send to GPU")
    assert Wish.of(job).white_frame
    assert (office.desk.folder(job.id) / "first_frame.png").read_bytes() == white


def test_dropped_on_the_field_for_pictures_it_is_read_as_well(office: Office, full_mp4: bytes) -> None:
    test = page("create.py")
    test.file_uploader(key="create-upload").upload("a.mp4", full_mp4, "video/mp4")
    assert "seed 77" in words(drawn(test))


def test_a_foreign_file_is_shown_as_text(office: Office) -> None:
    test = dropped(b'{"prompt": "<b>**bold**</b>"}', "x.json")
    assert "x.json cannot be restored: there is no run of this program in it." in words(test)
    assert '"<b>**bold**</b>"' in "\n".join(one.value for one in test.text)
    assert not [one for one in test.button if one.key == "restore-fill"]


def test_a_changed_frame_leaves_the_texts_before_it(office: Office, tmp_path: Path) -> None:
    test = dropped(saved_mp4(tmp_path, full_document(frame()), frame("red")))
    assert "the checksums differ" in words(test)
    assert test.selectbox(key="restore-start").options == [
        "After the image prompt: make a new first frame",
        "Start over with the description",
    ]


def test_left_out_prompts_are_said(office: Office, tmp_path: Path) -> None:
    test = dropped(saved_mp4(tmp_path, full_document(frame()), frame(), prompts=False))
    assert "The prompts were left out" in words(test)
    test = begun(test, "description")
    assert test.text_input(key="create-seed").value == "77"


def test_forgotten_it_is_a_form_like_any_other(office: Office, full_mp4: bytes) -> None:
    test = button(begun(dropped(full_mp4), "render"), "restore-forget")
    job = placed(test, office, "Describe frame")
    assert {step.provider for step in office.desk.steps(job.id)} == {"user"}
