"""What is measured of a picture is true of its pixels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from media.measured_picture import colour_name, measured


def painted(*boxes: tuple[tuple[int, int, int, int], str], size: tuple[int, int] = (640, 352)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    for box, colour in boxes:
        ImageDraw.Draw(picture).rectangle(box, fill=colour)
    return picture


@pytest.mark.parametrize(
    ("size", "words"),
    [((640, 352), "landscape frame of 640x352"), ((352, 640), "portrait frame of 352x640"), ((90, 90), "square frame")],
)
def test_size_and_shape(size: tuple[int, int], words: str) -> None:
    assert words in measured(Image.new("RGB", size, "red"))


def test_an_even_picture_has_one_colour_and_no_places() -> None:
    text = measured(Image.new("RGB", (640, 352), "white"))
    assert text.endswith("It is one even area of white.")


def test_main_colours_by_area_and_small_bright_ones_as_accents() -> None:
    text = measured(painted(((0, 0, 639, 200), "#f08020"), ((500, 250, 560, 300), "#2040c0")))
    assert "main colours are vivid orange and white, with an accent of vivid blue" in text


@pytest.mark.parametrize(
    ("box", "place"),
    [
        ((20, 20, 150, 90), "upper left"),
        ((500, 260, 620, 340), "lower right"),
        ((260, 140, 380, 220), "centre"),
    ],
)
def test_the_weight_lies_where_the_detail_is(box: tuple[int, int, int, int], place: str) -> None:
    stripes = painted(*(((x, box[1], x + 3, box[3]), "black") for x in range(box[0], box[2], 8)))
    assert f"Most of its detail lies at the {place}" in measured(stripes)


def test_brightness_contrast_and_sharpness_follow_the_pixels() -> None:
    board = painted(*(((x, 0, x + 19, 351), "black") for x in range(0, 640, 40)))
    assert "strong contrast" in measured(board)
    assert "Its detail is sharp." in measured(board)
    assert "Its detail is soft." in measured(Image.linear_gradient("L").resize((640, 352)).convert("RGB"))
    assert "low contrast" in measured(board.filter(ImageFilter.GaussianBlur(60)))
    assert "very dark" in measured(painted(((0, 0, 639, 351), "#101010"), ((0, 0, 20, 20), "#808080")))
    assert "It is bright" in measured(painted(((0, 0, 60, 60), "#404040")))


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((255, 255, 255), "white"),
        ((0, 0, 0), "black"),
        ((128, 128, 128), "grey"),
        ((255, 0, 0), "vivid red"),
        ((0, 0, 128), "dark blue"),
        ((139, 69, 19), "brown"),
        ((245, 235, 215), "beige"),
        ((255, 192, 203), "pale pink"),
        ((34, 120, 40), "dark green"),
    ],
)
def test_colours_have_the_names_that_people_use(colour: tuple[int, int, int], name: str) -> None:
    assert colour_name(*colour) == name


@given(*[st.integers(0, 255)] * 3)
def test_every_colour_has_a_name(red: int, green: int, blue: int) -> None:
    assert colour_name(red, green, blue).replace("-", " ").replace(" ", "").isalpha()


@given(st.integers(16, 90), st.integers(16, 90), st.integers(0, 9))
def test_any_picture_can_be_measured_and_twice_the_same(width: int, height: int, seed: int) -> None:
    picture = Image.effect_noise((width, height), seed * 20).convert("RGB")
    assert measured(picture) == measured(picture.copy())
