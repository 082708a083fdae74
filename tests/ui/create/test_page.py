"""The Create page: its modes, its receipt, its errors in words, and the job that it makes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from core.errors import ServerUnreachable
from core.steps import Step
from jobs.database.tables import StepRow
from pipeline import hash_of, words_of
from tests.pictures import picture
from tests.ui.jobs_in_states import TEXTS, full_job
from tests.ui.seen_servers import see
from tests.ui.still_app import drawn, learned, new_job, page, primaries, words
from ui.app_context import AppContext
from ui.shared.plain import escape_markdown


def filled(kind: str = "full", text: str = "A cat yawns.", picture: bytes | None = None) -> AppTest:
    test = page("create/create.py")
    test.segmented_control(key="create-kind").set_value(kind)
    test = drawn(test)
    test.text_area(key="create-text").set_value(text)
    if picture is not None:
        test.file_uploader(key="create-upload").upload("photo.png", picture, "image/png")
    return drawn(test)


def press(test: AppTest, label: str) -> AppTest:
    next(one for one in test.button if one.label == label).click()
    return drawn(test)


def test_the_first_view_has_one_primary_button_and_a_receipt(app_context: AppContext) -> None:
    test = page("create/create.py")
    assert primaries(test) == ["Write image prompt"]
    said = words(test)
    assert "640x352 · 8.04 s · 193 frames at 24 fps · random seed" in said
    assert "mova-360p" in said
    assert "Image prompt, First frame, Visual elements, Video description: offline, without a model" in said


@pytest.mark.parametrize(
    ("kind", "picture", "act"),
    [
        ("full", None, "Write image prompt"),
        ("full", picture(600, 800), "Describe frame"),
        ("simple", picture(600, 800), "Send to GPU"),
        ("text", None, "Send to GPU"),
    ],
)
def test_the_primary_button_is_named_after_the_next_act(
    app_context: AppContext, kind: str, picture: bytes | None, act: str
) -> None:
    assert primaries(filled(kind, picture=picture)) == [act]


def test_without_a_server_it_is_a_preview_and_says_so(app_context: AppContext) -> None:
    see(app_context, preview=True)
    test = filled("text")
    assert primaries(test) == ["Render preview"]
    assert "Preview engine (not MOVA)" in words(test)
    press(test, "Render preview")
    assert app_context.service.library.page(size=1).jobs[0].model == "mova-360p"


def test_the_order_is_recorded_started_and_shown(app_context: AppContext) -> None:
    test = press(filled(text='  A cat says "hello". '), "Write image prompt")
    job = app_context.service.library.page(size=2).jobs
    assert len(job) == 1
    assert (job[0].mode, job[0].state, job[0].request.review_each_step, job[0].model) == (
        "full",
        "preparing",
        True,
        "mova-360p",
    )
    assert job[0].request.text == 'A cat says "hello".'
    assert test.query_params["id"] == job[0].id
    assert "Preparing" in words(test)


@pytest.mark.parametrize("way", ["button", "check box"])
def test_run_to_the_end_asks_no_more(app_context: AppContext, way: str) -> None:
    test = filled()
    if way == "check box":
        test.checkbox(key="create-ask").uncheck()
        test = drawn(test)
        assert primaries(test) == ["Run to the end"]
    press(test, "Run to the end")
    assert not app_context.service.library.page(size=1).jobs[0].request.review_each_step


def test_the_advanced_numbers_are_those_of_the_job(app_context: AppContext) -> None:
    test = filled("text")
    test.number_input(key="create-frames").set_value(97)
    test.number_input(key="create-fps").set_value(12)
    test.text_input(key="create-seed").set_value(str(2**63 - 1))
    test.text_area(key="create-negative").set_value("blurred")
    test = drawn(test)
    assert f"seed {2**63 - 1}" in words(test)
    assert "trained on 193 frames" in words(test)
    press(test, "Send to GPU")
    render = app_context.service.library.page(size=1).jobs[0].render
    assert (render.num_frames, render.fps, render.seed, render.negative_prompt) == (97, 12, 2**63 - 1, "blurred")


def test_a_text_that_is_too_long_is_kept_counted_and_not_sent(app_context: AppContext) -> None:
    test = filled(text="A cat yawns.")
    test.text_area(key="create-text").set_value("x" * 16_209)
    test = press(test, "Run to the end")
    assert not app_context.service.library.page(size=1).jobs
    assert test.text_area(key="create-text").value == "x" * 16_209
    assert not test.text_area(key="create-text").proto.max_chars  # a browser would drop what is pasted beyond it
    assert "16,209 / 8,000 characters" in words(test)
    assert "The description has 16209 characters; at most 8000 are allowed." in words(test)
    acts = [one for one in test.button if one.label in ("Write image prompt", "Run to the end")]
    assert [one.disabled for one in acts] == [True, True]


def test_a_negative_prompt_that_is_too_long_is_not_sent_either(app_context: AppContext) -> None:
    test = filled("text")
    test.text_area(key="create-negative").set_value("x" * 20_001)
    test = drawn(test)
    assert not test.text_area(key="create-negative").proto.max_chars
    assert "The negative prompt has 20001 characters; at most 20000 are allowed." in words(test)
    assert all(one.disabled for one in test.button if one.proto.type == "primary")


def test_a_seed_that_is_none_is_said_in_words(app_context: AppContext) -> None:
    test = filled("text")
    test.text_input(key="create-seed").set_value("lucky")
    test = press(drawn(test), "Send to GPU")
    assert "seed is lucky; accepted: 0 to" in words(test)
    assert not app_context.service.library.page(size=1).jobs


def test_a_picture_turns_the_video_and_its_crop_is_told_in_pixels(app_context: AppContext) -> None:
    test = filled("simple", picture=picture(600, 800))
    assert test.segmented_control(key="create-orientation").value == "portrait"
    assert "The picture (600x800) is cropped to 440x800: 80 px cut off on the left, 80 px on the right." in words(test)
    test.slider(key="create-shift").set_value(1.0)
    press(drawn(test), "Send to GPU")
    request = app_context.service.library.page(size=1).jobs[0].request
    assert (request.orientation, request.crop_mode, request.crop_shift) == ("portrait", "crop", 1.0)
    assert request.source_picture == "600x800"


def test_bars_in_the_place_of_a_crop(app_context: AppContext) -> None:
    test = filled("simple", picture=picture(600, 800))
    test.toggle(key="create-bars").set_value(True)
    test = drawn(test)
    assert "is shown in 352x640: black bars" in words(test)
    press(test, "Send to GPU")
    assert app_context.service.library.page(size=1).jobs[0].request.crop_mode == "bars"


def test_what_is_no_picture_is_said_at_once(app_context: AppContext) -> None:
    test = filled("simple", picture=b"GIF89a and nothing more")
    assert "The picture" in words(test) or "The file is not a picture" in words(test)
    test = press(test, "Send to GPU")
    assert "A first frame is missing" in words(test)
    assert not app_context.service.library.page(size=1).jobs


@pytest.mark.parametrize(("kind", "name"), [("full", "description"), ("text", "prompt")])
def test_an_empty_text_is_said_in_words(app_context: AppContext, kind: str, name: str) -> None:
    test = press(filled(kind, "   "), "Write image prompt" if kind == "full" else "Send to GPU")
    assert f"The {name} is empty." in words(test)
    assert not app_context.service.library.page(size=1).jobs


def test_markup_in_a_text_stays_text(app_context: AppContext) -> None:
    text = "**bold** :red[x] $a$ <b>"
    test = press(filled(text=text), "Write image prompt")
    assert text in [one.value for one in test.code]
    (line,) = (one.label for one in test.expander if "Description" in one.label)
    assert line.endswith(escape_markdown(text))


def test_text_only_warns_of_the_white_frame_and_counts(app_context: AppContext) -> None:
    test = filled("text", 'She says: "One two three four five."')
    assert "A white first frame is fragile" in words(test)
    assert "7 words · 2.5 s of speech" in words(test)
    press(test, "Send to GPU")
    assert app_context.service.library.page(size=1).jobs[0].request.white_frame


def test_only_what_the_servers_serve_can_be_chosen(app_context: AppContext) -> None:
    see(app_context, p720=ServerUnreachable(server="mova-720p", reason="refused"))
    test = page("create/create.py")
    assert test.segmented_control(key="create-model").options == ["360p, faster"]
    assert "No ready server serves 720p." in words(test)


def test_a_dead_server_is_named_and_waited_for(app_context: AppContext) -> None:
    dead = ServerUnreachable(server="mova-360p", reason="refused")
    see(app_context, p360=dead, p720=dead)
    test = filled("text")
    assert "The server mova-360p cannot be reached: refused. The job waits for it." in words(test)
    press(test, "Send to GPU")
    assert app_context.service.library.page(size=1).jobs[0].state == "queued"


def test_while_the_servers_are_looked_at_the_page_waits_for_nobody(app_context: AppContext) -> None:
    see(app_context, unknown=True)
    test = filled("text")
    assert "Checking the servers…" in words(test)
    assert "The servers have not answered yet" in words(press(test, "Send to GPU"))
    assert not app_context.service.library.page(size=1).jobs


def test_the_receipt_counts_who_is_ahead_and_how_long_it_takes(app_context: AppContext) -> None:
    for text in ("one", "two"):
        app_context.service.start(new_job(app_context.service, text).id)
    done = new_job(app_context.service, "done")
    learned(app_context, {"a": 300, "b": 360, done.id: 420})
    said = words(page("create/create.py"))
    assert "2 ahead · starts in about 12 min · about 6 min (" in said
    assert "3 measured)" in said


def test_values_survive_a_change_of_page(app_context: AppContext) -> None:
    test = filled("simple", "A cat.", picture(600, 800))
    test.text_input(key="create-seed").set_value("77")
    test = drawn(test)
    test.switch_page("queue/queue.py")
    drawn(test)
    test.switch_page("create/create.py")
    test = drawn(test)
    assert test.segmented_control(key="create-kind").value == "simple"
    assert test.text_area(key="create-text").value == "A cat."
    assert "seed 77" in words(test)
    assert any(one.label == "Remove the picture" for one in test.button)
    assert primaries(press(test, "Remove the picture")) == ["Send to GPU"]


def test_a_double_click_makes_one_job(app_context: AppContext) -> None:
    test = filled("text")
    press(test, "Send to GPU")
    test.switch_page("create/create.py")
    test = drawn(test)
    press(test, "Send to GPU")
    assert len(app_context.service.library.page(size=5).jobs) == 1


# ---- made before for the very same words ---------------------------------------------------------------------------


def made_before(app_context: AppContext, text: str = "A cat yawns.", provider: str = "gemini", steps: int = 4) -> str:
    """A job of which a service has made so many steps."""
    job = full_job(app_context, steps, text=text)
    inputs: dict[Step, tuple[object, ...]] = {
        "image_prompt": words_of(text, "landscape"),
        "first_frame": (TEXTS["image_prompt"], "landscape"),
    }
    with app_context.worker.store.database.write() as session:
        ours = update(StepRow).where(StepRow.job_id == job.id).values(provider=provider)
        session.execute(ours)
        for step, made_from in inputs.items():
            session.execute(ours.where(StepRow.step == step).values(input_hash=hash_of(step, made_from)))
    return job.id


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_was_made_before_is_offered_with_its_date_and_maker(app_context: AppContext, language: str) -> None:
    job = made_before(app_context)
    app_context.worker.folders.first_frame(
        app_context.service.get(job), app_context.worker.store.steps.chosen(job)["first_frame"]
    )
    test = page("create/create.py", language)
    pictures = len(test.get("image"))
    test.text_area(key="create-text").set_value("A cat yawns.")
    test = drawn(test)
    said = words(test)
    title = {"en": "Made before from exactly the same text", "zh_CN": "相同的描述以前做过"}[language]
    assert title in said
    assert "gemini · flash · 2.2" in said
    assert len(test.get("image")) == pictures + 1
    assert any(one.proto.page == "job/job.py" or job in str(one.proto) for one in test.get("page_link"))


def test_it_is_not_taken_unless_it_is_chosen(app_context: AppContext) -> None:
    job = made_before(app_context)
    press(filled(text="A cat yawns."), "Write image prompt")
    new = app_context.service.library.page(size=1).jobs[0]
    assert (new.id != job, new.parent, app_context.service.steps.of(new.id)) == (True, None, ())


def test_a_chosen_one_is_what_the_new_job_begins_with(app_context: AppContext) -> None:
    job = made_before(app_context, steps=2)
    test = press(filled(text="A cat yawns."), "Start from these")
    assert primaries(test) == ["Describe frame"]
    assert "Image prompt, First frame" not in words(test)
    test = press(test, "Describe frame")
    new = app_context.service.library.page(size=1).jobs[0]
    assert (new.parent, new.state) == (job, "preparing")
    steps = app_context.service.steps.of(new.id)
    assert [(one.step, one.output, one.kept) for one in steps] == [
        ("image_prompt", "A grey cat.", True),
        ("first_frame", "first_frame_original_v1.png", True),
    ]
    assert (app_context.service.files.folder(new.id) / "first_frame_original_v1.png").is_file()


def test_a_choice_is_taken_back_and_ends_with_the_words(app_context: AppContext) -> None:
    made_before(app_context)
    test = press(filled(text="A cat yawns."), "Start from these")
    assert primaries(press(test, "Make everything from scratch")) == ["Write image prompt"]
    test = press(test, "Start from these")
    test.text_area(key="create-text").set_value("A dog yawns.")
    test = drawn(test)
    assert primaries(test) == ["Write image prompt"]
    assert "Made before" not in words(test)


@pytest.mark.parametrize("other", [{"text": "A dog yawns."}, {"provider": "offline"}, {"steps": 0}])
def test_other_words_and_drafts_are_not_offered(app_context: AppContext, other: dict[str, Any]) -> None:
    made_before(app_context, **other)
    assert "Made before" not in words(filled(text="A cat yawns."))


def test_a_draft_has_fewer_steps_which_can_still_be_changed(app_context: AppContext) -> None:
    test = filled("text")
    for kind, steps in (("draft", 25), ("final", 50), ("draft", 25)):
        test.segmented_control(key="create-draft").set_value(kind)
        test = drawn(test)
        assert test.number_input(key="create-steps").value == steps
    test.number_input(key="create-steps").set_value(20)
    press(drawn(test), "Send to GPU")
    job = app_context.service.library.page(size=1).jobs[0]
    assert (job.request.draft, job.render.num_inference_steps) == (True, 20)
