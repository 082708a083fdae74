"""Sizes, frames and the crop, as SGLang computes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preview.sizes import MODELS, Model, centre_crop, rendered_frames, rendered_size

models = st.sampled_from(list(MODELS.values()))
sides = st.integers(64, 4096)


@given(models, sides, sides)
def test_a_rendered_size_has_the_models_area_and_the_aspect_asked_for(model: Model, width: int, height: int) -> None:
    rendered_width, rendered_height = rendered_size(model, width, height)
    assert rendered_width % 16 == rendered_height % 16 == 0
    # Each side is rounded down, by less than 16 after rounding to a whole pixel.
    exact_width, exact_height = (model.area * width / height) ** 0.5, (model.area * height / width) ** 0.5
    assert exact_width - 16.5 <= rendered_width <= exact_width + 0.5
    assert exact_height - 16.5 <= rendered_height <= exact_height + 0.5


@given(models, sides, sides, st.integers(1, 5))
def test_only_the_aspect_counts(model: Model, width: int, height: int, times: int) -> None:
    assert rendered_size(model, width, height) == rendered_size(model, width * times, height * times)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_models_own_size_is_kept_in_both_orientations(model: Model) -> None:
    assert rendered_size(model, model.width, model.height) == (model.width, model.height)
    assert rendered_size(model, model.height, model.width) == (model.height, model.width)


@given(st.integers(1, 10_000))
def test_frames_become_the_next_4k_plus_1(num_frames: int) -> None:
    rendered = rendered_frames(num_frames)
    assert rendered % 4 == 1
    assert 0 <= rendered - num_frames < 4


@given(st.tuples(sides, sides), st.tuples(sides, sides))
def test_a_crop_lies_in_the_middle_and_keeps_one_side_whole(picture: tuple[int, int], target: tuple[int, int]) -> None:
    left, top, right, bottom = centre_crop(picture, target)
    assert (left, right) == (0, picture[0]) or (top, bottom) == (0, picture[1])
    assert 0 <= (picture[0] - right) - left <= 1
    assert 0 <= (picture[1] - bottom) - top <= 1
    # The aspect is the target's, to one pixel of the side that was cut.
    assert abs((right - left) * target[1] - (bottom - top) * target[0]) < max(target)
