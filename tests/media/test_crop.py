"""The crop is the server's own, to the pixel, unless somebody moved it or chose bars."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import InputError, NumberOutOfRange, PictureTooSmall
from core.render_settings import SIZES
from media.crop import Box, CropChoice, crop_box, fit
from tests.media.picture_samples import BLUE, GREEN, RED, SIZE, WHITE, close, colours, noise, quarters

FRAMES = [size for sizes in SIZES.values() for size in sizes.values()]
sides = st.integers(1, 20_000)
sizes = st.tuples(sides, sides)
frames = st.one_of(st.sampled_from(FRAMES), st.tuples(st.integers(16, 2000), st.integers(16, 2000)))
shifts = st.floats(-1, 1)


def servers_box(size: tuple[int, int], frame: tuple[int, int]) -> Box:
    """SGLang 0.5.23's arithmetic, line by line."""
    image_width, image_height = size
    target_width, target_height = frame
    if image_height * target_width < image_width * target_height:
        cropped_width = (image_height * target_width) // target_height
        return Box((image_width - cropped_width) // 2, 0, cropped_width, image_height)
    cropped_height = (image_width * target_height) // target_width
    return Box(0, (image_height - cropped_height) // 2, image_width, cropped_height)


@given(sizes, frames)
def test_without_a_shift_the_box_is_the_servers(size: tuple[int, int], frame: tuple[int, int]) -> None:
    assert crop_box(size, frame) == servers_box(size, frame)


@given(sizes, frames, shifts)
def test_the_box_is_inside_the_picture_and_one_side_is_whole(
    size: tuple[int, int], frame: tuple[int, int], shift: float
) -> None:
    box = crop_box(size, frame, shift)
    left, top, right, bottom = box.corners
    assert 0 <= left <= right <= size[0]
    assert 0 <= top <= bottom <= size[1]
    assert box.width == size[0] or box.height == size[1]


@given(sizes, frames, shifts)
def test_the_box_has_the_frames_shape_to_a_pixel(size: tuple[int, int], frame: tuple[int, int], shift: float) -> None:
    box = crop_box(size, frame, shift)
    if box.height == size[1] and box.width < size[0]:
        assert box.width <= box.height * frame[0] / frame[1] < box.width + 1
    else:
        assert box.height <= box.width * frame[1] / frame[0] < box.height + 1


@given(sizes, frames)
def test_the_ends_of_the_shift_keep_an_edge(size: tuple[int, int], frame: tuple[int, int]) -> None:
    first, last = crop_box(size, frame, -1), crop_box(size, frame, 1)
    assert first.corners[:2] == (0, 0)
    assert last.corners[2:] == size


@given(sizes, frames, shifts, shifts)
def test_a_larger_shift_never_goes_back(size: tuple[int, int], frame: tuple[int, int], one: float, two: float) -> None:
    first, second = crop_box(size, frame, min(one, two)), crop_box(size, frame, max(one, two))
    assert first.left <= second.left
    assert first.top <= second.top


@pytest.mark.parametrize("shift", [1.0001, -2, math.nan, math.inf, -math.inf])
def test_a_shift_out_of_range(shift: float) -> None:
    with pytest.raises(NumberOutOfRange, match="shift"):
        CropChoice(shift=shift)
    with pytest.raises(NumberOutOfRange, match="shift"):
        crop_box((100, 100), (50, 50), shift)


def test_an_unknown_mode() -> None:
    with pytest.raises(InputError):
        CropChoice(mode="stretch")  # type: ignore[arg-type]


# ---- fit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (333, 500), (64, 64), (5000, 64), (64, 5000)])
@pytest.mark.parametrize("mode", ["crop", "bars"])
def test_the_frame_has_exactly_the_size(mode: str, size: tuple[int, int], frame: tuple[int, int]) -> None:
    fitted = fit(Image.new("RGB", size, RED), *frame, CropChoice(mode=mode))  # type: ignore[arg-type]
    assert (fitted.picture.size, fitted.picture.mode, fitted.source_size) == (frame, "RGB", size)
    assert (fitted.box is None) == (mode == "bars")


def test_the_right_size_stays_as_it_is() -> None:
    fitted = fit(noise(), *SIZE)
    assert fitted.picture.tobytes() == noise().tobytes()
    assert fitted.message is None


def test_nothing_beyond_the_box_is_mixed_in() -> None:
    picture = Image.new("RGB", (300, 100), RED)
    picture.paste(BLUE, (100, 0, 200, 100))
    assert fit(picture, 50, 50).picture.getcolors() == [(2500, BLUE)]


@pytest.mark.parametrize(("shift", "colour"), [(-1, RED), (0, BLUE), (1, GREEN)])
@pytest.mark.parametrize("turned", [False, True])
def test_the_shift_chooses_the_part(shift: float, colour: tuple[int, int, int], turned: bool) -> None:
    picture = Image.new("RGB", (300, 100), BLUE)
    picture.paste(RED, (0, 0, 100, 100))
    picture.paste(GREEN, (200, 0, 300, 100))
    if turned:
        picture = picture.transpose(Image.Transpose.TRANSPOSE)
    assert fit(picture, 64, 64, CropChoice(shift=shift)).picture.getcolors() == [(64 * 64, colour)]


def test_shrinking_is_antialiased() -> None:
    stripes = Image.new("RGB", (640, 640))
    for x in range(0, 640, 2):
        stripes.paste(WHITE, (x, 0, x + 1, 640))
    shades = fit(stripes, 64, 64).picture.convert("L").histogram()
    assert sum(shades[120:135]) == 64 * 64


@pytest.mark.parametrize("size", [(29, 500), (500, 15), (1, 1), (5000, 1)])
def test_a_crop_that_leaves_almost_nothing_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooSmall) as caught:
        fit(Image.new("RGB", size), 352, 640) if size[0] > size[1] else fit(Image.new("RGB", size), 640, 352)
    assert caught.value.facts["minimum"] == 30


def test_the_smallest_side_named_is_enough() -> None:
    assert fit(Image.new("RGB", (30, 5000)), 640, 352).picture.size == (640, 352)


# ---- bars -----------------------------------------------------------------------------------------------


def test_bars_show_the_whole_picture_in_the_middle() -> None:
    fitted = fit(quarters(), 320, 66, CropChoice(mode="bars", shift=1))
    assert fitted.inner == Box(120, 0, 80, 66)
    assert close(colours(fitted.picture.crop(fitted.inner.corners)), [RED, GREEN, BLUE, WHITE], 0)
    assert fitted.picture.crop((0, 0, 120, 66)).getcolors() == [(120 * 66, (0, 0, 0))]
    assert fitted.picture.crop((200, 0, 320, 66)).getcolors() == [(120 * 66, (0, 0, 0))]


@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), st.tuples(st.integers(16, 300), st.integers(16, 300)))
def test_bars_never_distort_by_more_than_a_pixel(size: tuple[int, int], frame: tuple[int, int]) -> None:
    inner = fit(Image.new("RGB", size), *frame, CropChoice(mode="bars")).inner
    scale = min(frame[0] / size[0], frame[1] / size[1])
    assert abs(inner.width - max(1, size[0] * scale)) <= 0.5 + 1e-9
    assert abs(inner.height - max(1, size[1] * scale)) <= 0.5 + 1e-9
    assert abs(frame[0] - inner.width - 2 * inner.left) <= 1
    assert abs(frame[1] - inner.height - 2 * inner.top) <= 1


# ---- what is said ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "choice", "words"),
    [
        (
            (1280, 720),
            CropChoice(),
            "The picture (1280x720) is cropped to 1280x704: 8 px cut off at the top, 8 px at the bottom.",
        ),
        (
            (1280, 720),
            CropChoice(shift=-1),
            "The picture (1280x720) is cropped to 1280x704: 0 px cut off at the top, 16 px at the bottom.",
        ),
        (
            (1000, 352),
            CropChoice(shift=0.5),
            "The picture (1000x352) is cropped to 640x352: 270 px cut off on the left, 90 px on the right.",
        ),
        (
            (352, 352),
            CropChoice(mode="bars"),
            "The whole picture (352x352) is shown in 640x352: black bars, 144 px on the left, 144 px on the right.",
        ),
        (
            (640, 301),
            CropChoice(mode="bars"),
            "The whole picture (640x301) is shown in 640x352: black bars, 25 px at the top, 26 px at the bottom.",
        ),
        ((640, 352), CropChoice(), "None"),
        ((1280, 704), CropChoice(), "None"),
        ((1280, 704), CropChoice(mode="bars"), "None"),
    ],
)
def test_what_is_cut_is_said_in_pixels(size: tuple[int, int], choice: CropChoice, words: str) -> None:
    assert str(fit(Image.new("RGB", size), 640, 352, choice).message) == words
