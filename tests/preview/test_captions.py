"""What is written over the pictures: lines while they are said, sounds on a row of their own, the preview mark."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from preview import captions
from storyboard.script import Line

SIZES = [(640, 352), (352, 640), (1280, 720), (464, 464)]
LONG = "I have walked every street of this city and never found the door again. " * 4


def line(words: str = "你来了。", start: float = 1.0, end: float = 3.0) -> Line:
    return Line(words, start, end, "woman")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("words", ["Come in.", LONG, "你好，世界！" * 20, "x" * 200])
def test_a_line_is_shown_for_as_long_as_it_is_said_at_the_foot_of_the_picture(
    words: str, size: tuple[int, int]
) -> None:
    shown = captions.subtitles([line(words)], *size)
    assert shown[0].start == 1.0
    assert shown[-1].end == pytest.approx(3.0)
    assert all(one.end == other.start for one, other in pairwise(shown))
    for one in shown:
        patch = one.patch
        assert patch.image.height <= size[1] / 3
        assert patch.left >= 0
        assert patch.left + patch.image.width <= size[0]
        assert size[1] * 0.6 < patch.top
        assert patch.top + patch.image.height < size[1]


def test_at_a_moment_there_is_at_most_one_part() -> None:
    shown = captions.subtitles([line(), line(LONG, 3.0, 7.5)], 640, 352)
    for tenth in range(85):
        assert sum(one.is_on(tenth / 10) for one in shown) == (1 <= tenth / 10 < 7.5)


def test_what_cannot_be_drawn_is_not_shown() -> None:
    assert captions.subtitles([line("😀")], 640, 352) == []
    assert captions.sound_lines("", 640, 352, 8) == []


@pytest.mark.parametrize("size", SIZES)
def test_sounds_have_the_lowest_row_all_the_time_and_never_touch_a_line(size: tuple[int, int]) -> None:
    text = "The sound of waves, of distant thunder, and of a bell that swings in the wind. " * 2
    shown = captions.sound_lines(text, *size, 8.0)
    spoken = captions.subtitles([line(LONG, 0, 8)], *size)
    assert shown[0].start == 0
    assert shown[-1].end == pytest.approx(8, abs=1e-3)
    assert all(any(one.is_on(tenth / 10) for one in shown) for tenth in range(80))
    lowest = max(one.patch.top + one.patch.image.height for one in spoken)
    for one in shown:
        assert lowest <= one.patch.top
        assert one.patch.top + one.patch.image.height <= size[1]
        assert one.patch.left >= 0
        assert one.patch.left + one.patch.image.width <= size[0]


@pytest.mark.parametrize("size", [*SIZES, (16, 14080), (48, 4688), (14080, 16)])
def test_the_mark_fits_every_picture(size: tuple[int, int]) -> None:
    patch = captions.mark(*size)
    assert patch.left + patch.image.width <= size[0] + 1


def test_letters_are_white_on_a_dark_ground() -> None:
    picture = Image.new("RGB", (640, 352), (128, 128, 128))
    captions.subtitles([line("Wide enough to read")], 640, 352)[0].patch.paste_on(picture)
    row = np.asarray(picture)[250:340]
    assert (row > 240).any()
    assert (row < 70).any()
