"""Captions: all of the text, readable, never a box."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preview import captions, font

CHINESE = "橘猫在阳光下的木地板上扑向蓝色毛线球，毛线散开。貓國龍體也能顯示！"
LONG = "The cat springs into motion and bats the yarn with quick, alternating paws. " * 20
SIZES = [(640, 352), (352, 640), (1280, 720), (464, 464)]


@pytest.mark.parametrize("text", [CHINESE, LONG.strip(), "Привет, мир", "Tiếng Việt", "nǐ hǎo", "déjà vu · 3×4 — 5 %"])
def test_what_the_fonts_have_stays(text: str) -> None:
    assert font.drawable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a 😀 cat 👨‍👩‍👧 !", "a cat !"),
        ("橘猫😀扑向毛线球", "橘猫扑向毛线球"),
        ("łódź", "·ódz"),
        ("한국 and عربي", "·· and ····"),
        ("a\nb\t c\x00d", "a b c d"),
        ("the cat’s “toy”", 'the cat\'s "toy"'),
        ("他说：“你好”", "他说：“你好”"),
        ("😀", ""),
    ],
)
def test_what_they_do_not_have_is_left_out_or_a_dot(text: str, shown: str) -> None:
    assert font.drawable(text) == shown


@given(st.text(max_size=60))
def test_no_character_is_ever_drawn_as_a_box(text: str) -> None:
    assert all(font.file_with(character) for character in font.drawable(text))


def test_every_font_file_is_shipped_with_its_licence() -> None:
    assert all((font.FOLDER / file).stat().st_size < 1_500_000 for file in font.FILES)
    assert "SIL OPEN FONT LICENSE" in (font.FOLDER / "OFL.txt").read_text()


@given(st.text("abc 橘猫，。", max_size=200), st.integers(60, 400))
def test_lines_hold_all_of_the_text_and_fit(text: str, width: int) -> None:
    lines = captions.wrapped(font.drawable(text), 14, width)
    assert "".join(lines).replace(" ", "") == font.drawable(text).replace(" ", "")
    # Closing marks may hang over with the one character they follow.
    assert all(font.width_of(line, 14) <= width or len(line.rstrip("，。")) <= 1 for line in lines)


def test_words_are_not_broken_and_chinese_punctuation_does_not_begin_a_line() -> None:
    assert captions.wrapped("alpha beta gamma", 14, font.width_of("alpha beta", 14) + 1) == ["alpha beta", "gamma"]
    lines = captions.wrapped("橘猫扑向毛线球，然后跳开。" * 5, 14, 14 * 7.5)
    assert len(lines) > 5
    assert not any(line[0] in "，。" for line in lines)


def test_a_word_longer_than_a_line_is_broken() -> None:
    assert len(captions.wrapped("x" * 200, 14, 300)) > 2


@given(st.integers(0, 200), st.floats(0.1, 20), st.integers(1, 12))
def test_pages_hold_every_line_in_order(count: int, seconds: float, most_lines: int) -> None:
    lines = [str(number) for number in range(count)]
    pages = captions.paged(lines, seconds, most_lines)
    assert [line for page in pages for line in page] == lines
    assert all(len(page) <= most_lines for page in pages)


def test_pages_are_small_where_there_is_time() -> None:
    lines = [str(number) for number in range(6)]
    assert [len(page) for page in captions.paged(lines, 8, 6)] == [2, 2, 2]
    assert [len(page) for page in captions.paged(lines, 3, 6)] == [6]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", [CHINESE, LONG, "short"])
def test_pages_lie_inside_the_lower_third(size: tuple[int, int], text: str) -> None:
    width, height = size
    pages = captions.caption_pages(text, width, height, 8)
    assert pages
    for page in pages:
        assert 0 <= page.left <= page.left + page.image.width <= width
        assert height * 2 / 3 - captions.text_size(width, height) <= page.top
        assert page.top + page.image.height <= height


def test_a_text_without_a_drawable_character_has_no_caption() -> None:
    assert captions.caption_pages("😀", 640, 352, 8) == []


@pytest.mark.parametrize("size", [*SIZES, (16, 14080), (48, 4688), (14080, 16)])
def test_the_mark_fits_every_picture(size: tuple[int, int]) -> None:
    patch = captions.mark(*size)
    assert patch.left + patch.image.width <= size[0] + 1
