"""Step 3: only the frame as it will be rendered is looked at, and the model's prose is kept as it is."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from core.errors import NoTextReturned
from media.pictures import png_bytes
from providers.offline import Offline
from qwen_vl_api import as_rendered, extract_visual_elements
from tests.steps.fake_provider import FakeProvider

FRAME = png_bytes(Image.new("RGB", (640, 352), "orange"))


def test_one_look_and_the_prose_as_it_is() -> None:
    prose = 'Photograph.\n\nA sign reads "出口".'
    viewer = FakeProvider([prose])
    result = extract_visual_elements(FRAME, viewer=viewer)
    assert (result.output, result.model, result.tokens) == (prose, "fake-eye", 100)
    assert [request.picture for request in viewer.looked] == [FRAME]


def test_an_empty_answer_is_an_error() -> None:
    with pytest.raises(NoTextReturned):
        extract_visual_elements(FRAME, viewer=FakeProvider([" "]))


@pytest.mark.parametrize(
    ("size", "orientation", "rendered"),
    [
        ((1000, 1000), "portrait", (352, 640)),
        ((1000, 500), None, (640, 352)),
        ((500, 1000), None, (352, 640)),
        ((640, 352), "landscape", (640, 352)),
    ],
)
def test_the_picture_is_cropped_as_the_render_will(
    size: tuple[int, int], orientation: str | None, rendered: tuple[int, int]
) -> None:
    frame, notes = as_rendered(Image.new("RGB", size, "red"), "mova-360p", orientation)  # type: ignore[arg-type]
    with Image.open(io.BytesIO(frame)) as seen:
        assert seen.size == rendered
    assert bool(notes) == (size != rendered)


def test_what_the_crop_cuts_off_is_not_seen() -> None:
    wide = Image.new("RGB", (2000, 352), "white")
    wide.paste("red", (0, 0, 300, 352))
    frame, _ = as_rendered(wide, "mova-360p", "landscape")
    assert "red" not in extract_visual_elements(frame, viewer=Offline()).output


def test_offline_the_frame_is_measured_and_says_so() -> None:
    result = extract_visual_elements(FRAME, viewer=Offline())
    assert result.provider == "offline"
    assert "orange" in result.output
    assert "recognised" in str(result.warnings[0])
