"""Letters: all of a text in its lines, never an empty box."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from storyboard import lettering
from storyboard.lettering import drawable, line_height, width, wrapped

ENGLISH = "An orange cat chases a blue ball of yarn across a sunlit floor."
CHINESE = "两位老人在公园下棋，穿灰衣的老人坐在左边；右边的老人戴着圆眼镜，低头思考。"


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, "Łódź, Tiếng Việt, Привет", "한국어 😀 emoji \u202e\x00 tab\tend"])
def test_every_character_that_is_drawn_has_a_glyph(text: str) -> None:
    for character in drawable(text).replace(" ", ""):
        assert lettering._part_with(character), character


@given(st.text(max_size=60))
def test_no_character_is_ever_drawn_as_a_box(text: str) -> None:
    assert all(lettering._part_with(character) for character in drawable(text).replace(" ", ""))


@pytest.mark.parametrize(
    "text", [CHINESE, ENGLISH, "Привет, мир", "Tiếng Việt", "nǐ hǎo", "déjà vu · 3×4 — 5 %", "貓國龍體"]
)
def test_what_the_fonts_have_stays(text: str) -> None:
    assert drawable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a 😀 cat 👨‍👩‍👧 !", "a cat !"),
        ("橘猫😀扑向毛线球", "橘猫扑向毛线球"),
        ("łódź", "·ódz"),
        ("한국 and عربي", "·· and ····"),
        ("a\nb\t c\x00d", "a b cd"),
        ("the cat’s “toy”", 'the cat\'s "toy"'),
        ("他说：“你好”", "他说：“你好”"),
        ("😀", ""),
    ],
)
def test_what_they_do_not_have_is_left_out_or_a_dot(text: str, shown: str) -> None:
    assert drawable(text) == shown


def test_a_line_never_begins_with_closing_punctuation() -> None:
    for room in range(60, 400, 7):
        lines = wrapped(CHINESE, 20, room)
        assert "".join(lines) == CHINESE
        assert not any(line[0] in "，。；" for line in lines)
        assert all(width(line, 20) <= room + 20 for line in lines)


@given(st.text("abc 橘猫，。", max_size=200), st.integers(60, 400))
def test_lines_hold_all_of_the_text_and_fit(text: str, room: int) -> None:
    lines = wrapped(drawable(text), 14, room)
    assert "".join(lines).replace(" ", "") == drawable(text).replace(" ", "")
    # Closing marks may hang over with the one character they follow.
    assert all(width(line, 14) <= room or len(line.rstrip("，。")) <= 1 for line in lines)


def test_words_are_not_broken_unless_one_is_longer_than_a_line() -> None:
    assert wrapped("alpha beta gamma", 14, width("alpha beta", 14) + 1) == ["alpha beta", "gamma"]
    lines = wrapped("x" * 100, 20, 200)
    assert len(lines) > 1
    assert all(width(line, 20) <= 200 for line in lines)


def test_lines_do_not_touch() -> None:
    font = ImageFont.truetype(
        lettering._FOLDER / lettering._file(lettering.CHINESE), 40, layout_engine=ImageFont.Layout.BASIC
    )
    _, top, _, bottom = font.getbbox("国Áyg，")
    assert line_height(40) >= bottom - top


def test_every_font_file_is_shipped_with_its_licence() -> None:
    assert all((lettering._FOLDER / lettering._file(part)).stat().st_size < 1_500_000 for part in lettering._PARTS)
    assert "SIL OPEN FONT LICENSE" in (lettering._FOLDER / "OFL.txt").read_text()
