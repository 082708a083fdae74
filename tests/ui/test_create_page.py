"""The Create page: its modes, its receipt, its errors in words, and the job that it makes."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from errors import ServerUnreachable
from jobs.wish import Wish, render_of
from tests.ui.seen_servers import see
from tests.ui.still_office import drawn, learned, new_job, page, primaries, still_office, words
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        see(opened)
        yield opened


def photo(width: int = 600, height: int = 800) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "PNG")
    return written.getvalue()


def filled(kind: str = "full", text: str = "A cat yawns.", picture: bytes | None = None) -> AppTest:
    test = page("create.py")
    test.segmented_control(key="create-kind").set_value(kind)
    test = drawn(test)
    test.text_area(key="create-text").set_value(text)
    if picture is not None:
        test.file_uploader(key="create-upload").upload("photo.png", picture, "image/png")
    return drawn(test)


def press(test: AppTest, label: str) -> AppTest:
    next(one for one in test.button if one.label == label).click()
    return drawn(test)


def test_the_first_view_has_one_primary_button_and_a_receipt(office: Office) -> None:
    test = page("create.py")
    assert primaries(test) == ["Write image prompt"]
    said = words(test)
    assert "640x352 · 8.04 s · 193 frames at 24 fps · random seed" in said
    assert "mova-360p" in said
    assert "Image prompt, First frame, Visual elements, Video description: offline, without a model" in said


@pytest.mark.parametrize(
    ("kind", "picture", "act"),
    [
        ("full", None, "Write image prompt"),
        ("full", photo(), "Describe frame"),
        ("simple", photo(), "Send to GPU"),
        ("text", None, "Send to GPU"),
    ],
)
def test_the_primary_button_is_named_after_the_next_act(
    office: Office, kind: str, picture: bytes | None, act: str
) -> None:
    assert primaries(filled(kind, picture=picture)) == [act]


def test_without_a_server_it_is_a_preview_and_says_so(office: Office) -> None:
    see(office, preview=True)
    test = filled("text")
    assert primaries(test) == ["Render preview"]
    assert "Preview engine (not MOVA)" in words(test)
    press(test, "Render preview")
    assert office.desk.newest(1)[0].model == "mova-360p@preview"


def test_the_order_is_recorded_started_and_shown(office: Office) -> None:
    test = press(filled(text='  A cat says "hello". '), "Write image prompt")
    job = office.desk.newest(2)
    assert len(job) == 1
    assert (job[0].mode, job[0].state, job[0].ask, job[0].model) == ("full", "preparing", True, "mova-360p")
    assert Wish.of(job[0]).text == 'A cat says "hello".'
    assert test.query_params["id"] == job[0].id
    assert "Preparing" in words(test)


@pytest.mark.parametrize("way", ["button", "check box"])
def test_run_to_the_end_asks_no_more(office: Office, way: str) -> None:
    test = filled()
    if way == "check box":
        test.checkbox(key="create-ask").uncheck()
        test = drawn(test)
        assert primaries(test) == ["Run to the end"]
    press(test, "Run to the end")
    assert not office.desk.newest(1)[0].ask


def test_the_advanced_numbers_are_those_of_the_job(office: Office) -> None:
    test = filled("text")
    test.number_input(key="create-frames").set_value(97)
    test.number_input(key="create-fps").set_value(12)
    test.text_input(key="create-seed").set_value(str(2**63 - 1))
    test.text_area(key="create-negative").set_value("blurred")
    test = drawn(test)
    assert f"seed {2**63 - 1}" in words(test)
    assert "trained on 193 frames" in words(test)
    press(test, "Send to GPU")
    render = render_of(office.desk.newest(1)[0])
    assert (render.num_frames, render.fps, render.seed, render.negative_prompt) == (97, 12, 2**63 - 1, "blurred")


def test_a_seed_that_is_none_is_said_in_words(office: Office) -> None:
    test = filled("text")
    test.text_input(key="create-seed").set_value("lucky")
    test = press(drawn(test), "Send to GPU")
    assert "seed is lucky; accepted: 0 to" in words(test)
    assert not office.desk.newest(1)


def test_a_picture_turns_the_video_and_its_crop_is_told_in_pixels(office: Office) -> None:
    test = filled("simple", picture=photo(600, 800))
    assert test.segmented_control(key="create-orientation").value == "portrait"
    assert "The picture's 600x800 is cropped to 440x800: 80 px cut at the left, 80 px at the right." in words(test)
    test.slider(key="create-shift").set_value(1.0)
    press(drawn(test), "Send to GPU")
    wish = Wish.of(office.desk.newest(1)[0])
    assert (wish.orientation, wish.crop_mode, wish.crop_shift) == ("portrait", "crop", 1.0)
    assert wish.source_picture == "600x800"


def test_bars_in_the_place_of_a_crop(office: Office) -> None:
    test = filled("simple", picture=photo(600, 800))
    test.toggle(key="create-bars").set_value(True)
    test = drawn(test)
    assert "is whole in 352x640: black bars" in words(test)
    press(test, "Send to GPU")
    assert Wish.of(office.desk.newest(1)[0]).crop_mode == "bars"


def test_what_is_no_picture_is_said_at_once(office: Office) -> None:
    test = filled("simple", picture=b"GIF89a and nothing more")
    assert "The picture" in words(test) or "The file is not a picture" in words(test)
    test = press(test, "Send to GPU")
    assert "A first frame is missing" in words(test)
    assert not office.desk.newest(1)


@pytest.mark.parametrize(("kind", "name"), [("full", "description"), ("text", "prompt")])
def test_an_empty_text_is_said_in_words(office: Office, kind: str, name: str) -> None:
    test = press(filled(kind, "   "), "Write image prompt" if kind == "full" else "Send to GPU")
    assert f"The {name} is empty." in words(test)
    assert not office.desk.newest(1)


def test_markup_in_a_text_stays_text(office: Office) -> None:
    test = press(filled(text="**bold** :red[x] $a$ <b>"), "Write image prompt")
    assert "**bold** :red[x] $a$ <b>" in [one.value for one in test.text]


def test_text_only_warns_of_the_white_frame_and_counts(office: Office) -> None:
    test = filled("text", 'She says: "One two three four five."')
    assert "A white first frame is fragile" in words(test)
    assert "7 words · 2.5 s of speech" in words(test)
    press(test, "Send to GPU")
    assert Wish.of(office.desk.newest(1)[0]).white_frame


def test_only_what_the_servers_serve_can_be_chosen(office: Office) -> None:
    see(office, p720=ServerUnreachable(server="mova-720p", reason="refused"))
    test = page("create.py")
    assert test.segmented_control(key="create-model").options == ["360p, faster"]
    assert "No server that is ready serves 720p." in words(test)


def test_a_dead_server_is_named_and_waited_for(office: Office) -> None:
    dead = ServerUnreachable(server="mova-360p", reason="refused")
    see(office, p360=dead, p720=dead)
    test = filled("text")
    assert "The server mova-360p cannot be reached: refused. The job waits for it." in words(test)
    press(test, "Send to GPU")
    assert office.desk.newest(1)[0].state == "queued"


def test_while_the_servers_are_looked_at_the_page_waits_for_nobody(office: Office) -> None:
    see(office, unknown=True)
    test = filled("text")
    assert "Looking at the servers…" in words(test)
    assert "The servers have not answered yet" in words(press(test, "Send to GPU"))
    assert not office.desk.newest(1)


def test_the_receipt_counts_who_is_ahead_and_how_long_it_takes(office: Office) -> None:
    for text in ("one", "two"):
        office.desk.start(new_job(office.desk, text).id)
    done = new_job(office.desk, "done")
    learned(office, {"a": 300, "b": 360, done.id: 420})
    said = words(page("create.py"))
    assert "2 ahead · about 6 min (" in said
    assert "3 measured)" in said


def test_values_survive_a_change_of_page(office: Office) -> None:
    test = filled("simple", "A cat.", photo())
    test.text_input(key="create-seed").set_value("77")
    test = drawn(test)
    test.switch_page("queue.py")
    drawn(test)
    test.switch_page("create.py")
    test = drawn(test)
    assert test.segmented_control(key="create-kind").value == "simple"
    assert test.text_area(key="create-text").value == "A cat."
    assert "seed 77" in words(test)
    assert any(one.label == "Remove the picture" for one in test.button)
    assert primaries(press(test, "Remove the picture")) == ["Send to GPU"]


def test_a_double_click_makes_one_job(office: Office) -> None:
    test = filled("text")
    press(test, "Send to GPU")
    test.switch_page("create.py")
    test = drawn(test)
    press(test, "Send to GPU")
    assert len(office.desk.newest(5)) == 1
