"""The sound: soft, as long as the picture, the same for the same words and seed, voices over it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preview.sound import LOUDEST, SAMPLE_RATE, noises_of, sound_track
from storyboard.scene import scene_of


@settings(max_examples=25)
@given(st.text(max_size=20), st.integers(0, 2**63), st.integers(0, 12).map(lambda k: 4 * k + 1), st.integers(6, 60))
def test_never_loud_and_as_long_as_the_picture(prompt: str, seed: int, num_frames: int, fps: int) -> None:
    track = sound_track(prompt, seed, num_frames, fps)
    samples = track.samples(0, track.length)
    assert len(samples) == track.length == round(num_frames * SAMPLE_RATE / fps)
    assert np.abs(samples).max() <= LOUDEST


def test_it_can_be_heard_and_begins_and_ends_in_silence() -> None:
    samples = sound_track("a cat", 1, 193, 24).samples(0, 386_000)
    assert np.sqrt(np.mean(samples**2)) > 0.03
    assert np.abs(samples[:200]).max() < 0.001
    assert np.abs(samples[-200:]).max() < 0.001
    assert np.abs(np.diff(samples)).max() < 0.02, "a click"


def test_pieces_join_without_a_seam() -> None:
    track = sound_track("a cat", 1, 49, 24)
    pieces = np.concatenate([track.samples(start, 1000) for start in range(0, track.length, 1000)])
    np.testing.assert_array_equal(pieces, track.samples(0, track.length))


@pytest.mark.parametrize("other", [("a cat", 2), ("a dog", 1)])
def test_other_words_or_another_seed_sound_different(other: tuple[str, int]) -> None:
    assert sound_track("a cat", 1, 49, 24) == sound_track("a cat", 1, 49, 24)
    assert sound_track("a cat", 1, 49, 24) != sound_track(*other, 49, 24)


@pytest.mark.parametrize(
    ("text", "noises"),
    [
        ("A lighthouse in a storm.", ("storm", "rain", "waves")),
        ("两个人在雨夜的街头说话。", ("rain", "street")),
        ("A cat on a windowsill.", ()),
        ("Underwater, a turtle.", ("deep",)),
    ],
)
def test_a_place_and_its_weather_can_be_heard(text: str, noises: tuple[str, ...]) -> None:
    assert noises_of(scene_of(text)) == noises


def test_noises_are_soft_go_round_and_join_without_a_seam() -> None:
    track = sound_track("rain", 1, 24 * 20, 24, noises=("rain", "waves"))
    whole = track.samples(0, track.length)
    assert np.abs(whole).max() <= LOUDEST
    assert np.sqrt(np.mean(whole**2)) > 0.01
    step = np.abs(np.diff(whole))
    around = slice(8 * SAMPLE_RATE - 3, 8 * SAMPLE_RATE + 3)  # where a round ends
    assert step[around].max() <= step.max() * 0.9 + 1e-6
    pieces = np.concatenate([track.samples(start, 2000) for start in range(0, track.length, 2000)])
    np.testing.assert_array_equal(pieces, whole)


def test_a_voice_lies_where_it_begins_and_is_cut_at_the_end() -> None:
    said = np.full(SAMPLE_RATE, 0.5, np.float32)
    quiet = sound_track("a cat", 1, 49, 24)
    track = sound_track("a cat", 1, 49, 24, voices=[(SAMPLE_RATE, said), (quiet.length - 100, said)])
    over = track.samples(0, track.length) - quiet.samples(0, quiet.length)
    assert np.abs(over[: SAMPLE_RATE - 1]).max() == 0
    np.testing.assert_allclose(over[SAMPLE_RATE : 2 * SAMPLE_RATE - 200], 0.5, atol=1e-6)
    np.testing.assert_allclose(over[-100:], 0.5, atol=1e-6)
    pieces = np.concatenate([track.samples(start, 999) for start in range(0, track.length, 999)])
    np.testing.assert_array_equal(pieces, track.samples(0, track.length))
