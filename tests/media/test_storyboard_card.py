"""The offline card: exact size, all of the text where it fits, never an empty box."""

from __future__ import annotations

import pytest
from PIL import Image, ImageFont

from media import lettering
from media.lettering import drawable, line_height, width, wrapped
from media.storyboard_card import _fitting, storyboard_card

ENGLISH = "An orange cat chases a blue ball of yarn across a sunlit floor."
CHINESE = "两位老人在公园下棋，穿灰衣的老人坐在左边；右边的老人戴着圆眼镜，低头思考。"
SIZES = [(640, 352), (352, 640), (1280, 720), (720, 1280)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", [ENGLISH, CHINESE, ENGLISH * 40, CHINESE * 40, "", "x" * 900])
def test_any_text_is_set_in_the_exact_size(text: str, size: tuple[int, int]) -> None:
    card = storyboard_card(text, *size)
    assert (card.size, card.mode) == (size, "RGB")


def test_the_same_words_give_the_same_pixels_and_others_do_not() -> None:
    assert storyboard_card(CHINESE, 640, 352).tobytes() == storyboard_card(CHINESE, 640, 352).tobytes()
    assert storyboard_card(CHINESE, 640, 352).tobytes() != storyboard_card(ENGLISH, 640, 352).tobytes()


@pytest.mark.parametrize("size", SIZES)
def test_letters_shrink_until_all_of_the_text_is_there(size: tuple[int, int]) -> None:
    room, height = size[0] * 0.8, size[1] * 0.6
    short, long = (_fitting(drawable(text), min(size), room, height) for text in (ENGLISH, ENGLISH * 4))
    assert "".join(long.lines).replace(" ", "") == drawable(ENGLISH * 4).replace(" ", "")
    assert long.size < short.size
    assert max(long.height, short.height) <= height


def test_what_cannot_fit_ends_with_an_ellipsis_inside_the_room() -> None:
    block = _fitting(drawable(CHINESE * 60), 352, 500, 200)
    assert block.lines[-1].endswith("…")
    assert block.height <= 200
    assert all(width(line, block.size) <= 500 for line in block.lines)


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, "Łódź, Tiếng Việt, Привет", "한국어 😀 emoji \u202e\x00 tab\tend"])
def test_every_character_that_is_drawn_has_a_glyph(text: str) -> None:
    for character in drawable(text).replace(" ", ""):
        assert lettering._part_with(character), character


def test_chinese_is_kept_and_emoji_go() -> None:
    assert drawable("你好，世界！😀") == "你好，世界！"


def test_a_line_never_begins_with_closing_punctuation() -> None:
    for room in range(60, 400, 7):
        lines = wrapped(CHINESE, 20, room)
        assert "".join(lines) == CHINESE
        assert not any(line[0] in "，。；" for line in lines)
        assert all(width(line, 20) <= room + 20 for line in lines)


def test_a_word_longer_than_a_line_is_broken() -> None:
    lines = wrapped("x" * 100, 20, 200)
    assert len(lines) > 1
    assert all(width(line, 20) <= 200 for line in lines)


def test_lines_do_not_touch() -> None:
    font = ImageFont.truetype(
        lettering._FOLDER / "noto-sans-sc-chinese-simplified-400-normal.woff2",
        40,
        layout_engine=ImageFont.Layout.BASIC,
    )
    _, top, _, bottom = font.getbbox("国Áyg，")
    assert line_height(40) >= bottom - top


def dark_pixels(card: Image.Image) -> int:
    return sum(card.crop((60, 60, 580, 290)).convert("L").histogram()[:90])


def test_the_words_are_dark_on_light_paper() -> None:
    assert dark_pixels(storyboard_card("", 640, 352)) == 0
    assert dark_pixels(storyboard_card(CHINESE, 640, 352)) > 2000
    assert storyboard_card(CHINESE, 640, 352).getpixel((2, 2)) == (244, 241, 234)
