"""Numbers of a render: 4k+1, seconds, seeds, ranges."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NumberOutOfRange
from core.render_settings import MAX_SEED, SIZES, draw_seed, render_settings, snap_frames

USUAL: dict[str, Any] = {
    "model": "mova-360p",
    "orientation": "landscape",
    "num_frames": 193,
    "fps": 24,
    "guidance_scale": 5.0,
    "num_inference_steps": 50,
    "seed": 7,
}


@given(st.integers(5, 481))
def test_frames_are_rounded_up_to_4k_plus_1(num_frames: int) -> None:
    snapped = snap_frames(num_frames)
    assert snapped % 4 == 1
    assert 0 <= snapped - num_frames < 4


def test_every_size_is_a_multiple_of_16() -> None:
    sizes = [size for by_orientation in SIZES.values() for size in by_orientation.values()]
    assert all(side % 16 == 0 for size in sizes for side in size)


def test_the_usual_render_has_no_notes_and_says_itself() -> None:
    settings, notes = render_settings(**USUAL)
    assert str(settings.receipt) == "640x352 · 193 frames · 8.04 s · seed 7"
    assert not notes


def test_snapped_frames_and_other_lengths_are_said() -> None:
    settings, notes = render_settings(**{**USUAL, "num_frames": 190, "fps": 12})
    assert settings.num_frames == 193
    assert "190" in str(notes[0])
    assert "24 fps" in str(notes[1])


def test_an_output_quality_that_sglang_does_not_know_is_refused() -> None:
    assert render_settings(**USUAL, output_quality="maximum")[0].output_quality == "maximum"
    with pytest.raises(NumberOutOfRange, match="best; accepted: maximum, high"):
        render_settings(**USUAL, output_quality="best")  # type: ignore[arg-type]


def test_seed_0_draws_one_that_can_be_typed_back_in() -> None:
    drawn = {render_settings(**{**USUAL, "seed": 0})[0].seed for _ in range(20)}
    assert len(drawn) > 1
    assert all(render_settings(**{**USUAL, "seed": seed})[0].seed == seed for seed in drawn)
    assert draw_seed() > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_frames", 4),
        ("num_frames", 482),
        ("fps", 0),
        ("fps", 61),
        ("num_inference_steps", 0),
        ("guidance_scale", float("nan")),
        ("guidance_scale", float("inf")),
        ("guidance_scale", -0.1),
        ("seed", -1),
        ("seed", MAX_SEED + 1),
    ],
)
def test_numbers_that_mova_cannot_take_are_refused(name: str, value: float) -> None:
    with pytest.raises(NumberOutOfRange) as caught:
        render_settings(**{**USUAL, name: value})
    assert name in str(caught.value)
