"""Restoring on the Create page: an mp4 or job.json of ours fills the form as far as one likes, and nothing more."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from jobs.model.records import JobRecord
from jobs.service.restored import FRAME
from tests.saved_runs import SMALL, TEXTS, as_json, frame, full_document, saved_mp4, simple_document
from tests.ui.still_app import button, drawn, page, primaries, words
from ui.app_context import AppContext

FIELD = "restore-files-0"


@pytest.fixture
def full_mp4(tmp_path: Path) -> bytes:
    return saved_mp4(tmp_path, full_document(frame()), frame())


def dropped(data: bytes, name: str = "a.mp4", png: bytes | None = None) -> AppTest:
    test = page("create/create.py")
    files = [(name, data, "application/octet-stream")]
    files += [("first_frame.png", png, "image/png")] if png else []
    test.file_uploader(key=FIELD).set_value(files)
    return drawn(test)


def begun(test: AppTest, start: str) -> AppTest:
    test.selectbox(key="restore-start").set_value(start)
    return button(drawn(test), "restore-fill")


def placed(test: AppTest, app_context: AppContext, label: str) -> JobRecord:
    assert primaries(test) == [label]
    next(one for one in test.button if one.proto.type == "primary").click()
    drawn(test)
    return app_context.service.library.page(size=1).jobs[0]


def test_everything_straight_to_the_render(app_context: AppContext, full_mp4: bytes) -> None:
    test = dropped(full_mp4)
    assert "From an idea · 640x352 · 17 frames · 0.71 s · seed 77" in words(test)
    assert not app_context.service.library.page(size=1).jobs
    test = begun(test, "render")
    assert test.text_area(key="create-text").value == "A cat by the window. 雨声。"
    assert test.text_input(key="create-seed").value == "77"
    assert "Restored from 20261101-120000-abc123." in words(test)
    assert "is not kept here: open its file again" in words(page("create/create.py"))  # after a reload
    job = placed(test, app_context, "Send to GPU")
    assert (job.mode, job.request.review_each_step, job.parent) == ("full", False, None)
    assert job.render == SMALL
    steps = {step.step: step for step in app_context.service.steps.of(job.id)}
    assert {step: steps[step].output for step in TEXTS} == TEXTS
    assert (steps["first_frame"].output, steps["first_frame"].provider) == (FRAME, "gemini")
    folder = app_context.service.files.folder(job.id)
    assert (folder / FRAME).read_bytes() == frame()
    begun(dropped((folder / "job.json").read_bytes(), "job.json", frame()), "description")
    assert f"Restored from {job.id}." in words(page("create/create.py"))


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
def test_any_step(app_context: AppContext, full_mp4: bytes, start: str, label: str, kept: int) -> None:
    job = placed(begun(dropped(full_mp4), start), app_context, label)
    assert len(app_context.service.steps.of(job.id)) == kept
    assert (job.request.review_each_step, job.request.text) == (True, "A cat by the window. 雨声。")


def test_another_text_makes_the_texts_anew(app_context: AppContext, full_mp4: bytes) -> None:
    test = begun(dropped(full_mp4), "render")
    test.text_area(key="create-text").set_value("A dog instead.")
    assert primaries(drawn(test)) == ["Write image prompt"]


def test_without_the_picture_what_rests_on_it_goes(app_context: AppContext, full_mp4: bytes) -> None:
    test = begun(dropped(full_mp4), "render")
    next(one for one in test.button if one.label == "Remove the picture").click()
    job = placed(drawn(test), app_context, "Make first frame")
    assert [step.step for step in app_context.service.steps.of(job.id)] == ["image_prompt"]


@pytest.mark.parametrize("negative", [None, "", "blurred, 模糊"])
def test_simple_mode_from_a_record_and_its_frame(app_context: AppContext, negative: str | None) -> None:
    settings = dataclasses.asdict(dataclasses.replace(SMALL, negative_prompt=negative))
    document = simple_document(frame(), settings=settings)
    job = placed(begun(dropped(as_json(document), "job.json", frame()), "render"), app_context, "Send to GPU")
    assert (job.mode, job.request.text) == ("simple", "A cat purrs.")
    assert job.render == dataclasses.replace(SMALL, negative_prompt=negative)
    (step,) = app_context.service.steps.of(job.id)
    assert app_context.worker.folders.first_frame(job, step) == frame()


def test_a_white_run_is_text_only_again(app_context: AppContext, tmp_path: Path) -> None:
    from media.frames import white_png

    white = white_png(SMALL)
    mp4 = saved_mp4(tmp_path, simple_document(white, white_frame=True), white)
    job = placed(begun(dropped(mp4), "render"), app_context, "Send to GPU")
    assert job.request.white_frame
    assert (app_context.service.files.folder(job.id) / "first_frame.png").read_bytes() == white


def test_dropped_on_the_field_for_pictures_it_is_read_as_well(app_context: AppContext, full_mp4: bytes) -> None:
    test = page("create/create.py")
    test.file_uploader(key="create-upload").upload("a.mp4", full_mp4, "video/mp4")
    assert "seed 77" in words(drawn(test))


def test_a_foreign_file_is_shown_as_text(app_context: AppContext) -> None:
    test = dropped(b'{"prompt": "<b>**bold**</b>"}', "x.json")
    assert "x.json cannot be restored: it contains no run of this program." in words(test)
    assert '"<b>**bold**</b>"' in "\n".join(one.value for one in test.text)
    assert not [one for one in test.button if one.key == "restore-fill"]


def test_a_changed_frame_leaves_the_texts_before_it(app_context: AppContext, tmp_path: Path) -> None:
    test = dropped(saved_mp4(tmp_path, full_document(frame()), frame("red")))
    assert "the checksums differ" in words(test)
    assert test.selectbox(key="restore-start").options == [
        "After the image prompt: make a new first frame",
        "Start over with the description",
    ]


def test_left_out_prompts_are_said(app_context: AppContext, tmp_path: Path) -> None:
    test = dropped(saved_mp4(tmp_path, full_document(frame()), frame(), prompts=False))
    assert "The prompts were left out" in words(test)
    test = begun(test, "description")
    assert test.text_input(key="create-seed").value == "77"


def test_forgotten_it_is_a_form_like_any_other(app_context: AppContext, full_mp4: bytes) -> None:
    test = button(begun(dropped(full_mp4), "render"), "restore-forget")
    job = placed(test, app_context, "Describe frame")
    assert {step.provider for step in app_context.service.steps.of(job.id)} == {"user"}
