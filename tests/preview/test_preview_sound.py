"""The tone bed: soft, as long as the picture, the same for the same words and seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preview.sound import LOUDEST, SAMPLE_RATE, tone_bed


@settings(max_examples=25)
@given(st.text(max_size=20), st.integers(0, 2**63), st.integers(0, 12).map(lambda k: 4 * k + 1), st.integers(6, 60))
def test_never_loud_and_as_long_as_the_picture(prompt: str, seed: int, num_frames: int, fps: int) -> None:
    bed = tone_bed(prompt, seed, num_frames, fps)
    samples = bed.samples(0, bed.length)
    assert len(samples) == bed.length == round(num_frames * SAMPLE_RATE / fps)
    assert np.abs(samples).max() <= LOUDEST


def test_it_can_be_heard_and_begins_and_ends_in_silence() -> None:
    samples = tone_bed("a cat", 1, 193, 24).samples(0, 386_000)
    assert np.sqrt(np.mean(samples**2)) > 0.03
    assert np.abs(samples[:200]).max() < 0.001
    assert np.abs(samples[-200:]).max() < 0.001
    assert np.abs(np.diff(samples)).max() < 0.02, "a click"


def test_pieces_join_without_a_seam() -> None:
    bed = tone_bed("a cat", 1, 49, 24)
    pieces = np.concatenate([bed.samples(start, 1000) for start in range(0, bed.length, 1000)])
    np.testing.assert_array_equal(pieces, bed.samples(0, bed.length))


@pytest.mark.parametrize("other", [("a cat", 2), ("a dog", 1)])
def test_other_words_or_another_seed_sound_different(other: tuple[str, int]) -> None:
    assert tone_bed("a cat", 1, 49, 24) == tone_bed("a cat", 1, 49, 24)
    assert tone_bed("a cat", 1, 49, 24) != tone_bed(*other, 49, 24)
