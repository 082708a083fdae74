"""Where somebody may be heard: in made speech, noise, silence and tones."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FileMissing, VideoUnplayable
from media.loudness import RATE
from media.speech import _stretches, speech_in
from tests.media.films import Sound, film

Samples = npt.NDArray[np.float64]
SECONDS = 4.0


def voice(seconds: float, loud: float = 0.3) -> Samples:
    """Like vowels: a buzz of 120 Hz with many overtones, in syllables of a fifth of a second."""
    time = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 120 * n * time) / n for n in range(1, 12))
    return np.asarray(loud * buzz * (0.55 + 0.45 * np.sin(2 * np.pi * 5 * time)), np.float64)


def noise(seconds: float, loud: float) -> Samples:
    return loud * np.random.default_rng(7).standard_normal(round(seconds * RATE))


def placed(*pieces: tuple[float, Samples], floor: float = 0.0) -> Samples:
    """Pieces of sound where they begin, in seconds, over a floor of noise."""
    whole = noise(SECONDS, floor)
    for begins, piece in pieces:
        at = round(begins * RATE)
        whole[at : at + len(piece)] += piece[: len(whole) - at]
    return whole


def as_film(folder: Path, samples: Samples | None) -> Path:
    """A video with these samples as its sound; without any it has none."""

    def sound(time: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        assert samples is not None
        return samples[: len(time)]

    given_: Sound | None = sound if samples is not None else None
    return film(folder / "take.mp4", num_frames=round(SECONDS * 24), sound=given_)


def near(found: list[tuple[float, float]], wanted: list[tuple[float, float]], off: float = 0.15) -> None:
    assert len(found) == len(wanted), found
    for (begins, ends), (first, last) in zip(found, wanted, strict=True):
        assert max(abs(begins - first), abs(ends - last)) < off, found


@pytest.mark.parametrize("floor", [0.0, 0.003], ids=["in silence", "over noise"])
def test_two_stretches_of_a_voice_are_found_where_they_are(tmp_path: Path, floor: float) -> None:
    path = as_film(tmp_path, placed((0.5, voice(1.0)), (2.2, voice(1.2)), floor=floor))
    near(speech_in(path), [(0.5, 1.5), (2.2, 3.4)])


def test_a_short_pause_is_within_a_line(tmp_path: Path) -> None:
    path = as_film(tmp_path, placed((0.5, voice(0.8)), (1.5, voice(0.8))))
    near(speech_in(path), [(0.5, 2.3)])


def test_a_quiet_voice_is_heard_as_well(tmp_path: Path) -> None:
    near(speech_in(as_film(tmp_path, placed((1.0, voice(1.5, loud=0.01)), floor=0.0001))), [(1.0, 2.5)])


def test_rumble_and_hiss_are_no_voice(tmp_path: Path) -> None:
    time = np.arange(round(1.0 * RATE)) / RATE
    soft = np.sin(np.pi * time)  # neither begins with a click
    rumble, hiss = 0.5 * soft * np.sin(2 * np.pi * 40 * time), 0.1 * soft * np.sin(2 * np.pi * 12_000 * time)
    path = as_film(tmp_path, placed((0.3, rumble), (2.8, hiss), (1.6, voice(1.0)), floor=0.002))
    near(speech_in(path), [(1.6, 2.6)])


@pytest.mark.parametrize("loudest", [0.02, 0.06])
def test_a_sea_that_swells_and_fades_is_no_voice(tmp_path: Path, loudest: float) -> None:
    time = np.arange(round(SECONDS * RATE)) / RATE
    swell = noise(SECONDS, loudest) * np.minimum(1, 0.3 + time / 3.5) * np.minimum(1, (SECONDS - time) / 0.5)
    path = as_film(tmp_path, swell + placed((2.4, voice(1.0))))
    near(speech_in(path), [(2.4, 3.4)])
    assert speech_in(as_film(tmp_path, swell)) == []


def test_a_voice_without_a_pause_is_heard_from_end_to_end(tmp_path: Path) -> None:
    near(speech_in(as_film(tmp_path, placed((0.0, voice(SECONDS)), floor=0.001))), [(0.0, SECONDS)])


@pytest.mark.parametrize("kind", ["silence", "no sound", "noise", "tone"])
def test_where_nothing_stands_out_nothing_is_said(tmp_path: Path, kind: str) -> None:
    time = np.arange(round(SECONDS * RATE)) / RATE
    chord = sum(0.1 * np.sin(2 * np.pi * note * time) for note in (220.0, 277.2, 329.6))
    sounds = {"silence": np.zeros(len(time)), "noise": noise(SECONDS, 0.2), "tone": np.asarray(chord)}
    assert speech_in(as_film(tmp_path, sounds.get(kind))) == []


def test_what_is_no_video_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        speech_in(tmp_path / "none.mp4")
    (tmp_path / "words.mp4").write_text("no video")
    with pytest.raises(VideoUnplayable):
        speech_in(tmp_path / "words.mp4")


def spoken(text: str, language: str) -> Samples:
    """What espeak-ng says, at our rate."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    made = subprocess.run([program, "-v", language, "--stdout", text], capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(made)) as file:
        rate, frames = file.getframerate(), file.readframes(file.getnframes())
    samples = np.frombuffer(frames, np.int16) / 32768
    times = np.arange(0, len(samples) / rate, 1 / RATE)
    return np.interp(times, np.arange(len(samples)) / rate, samples)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "The light must not go out."), ("cmn", "灯不能灭。")], ids=["English", "Chinese"]
)
def test_a_spoken_line_is_found_under_rain(tmp_path: Path, language: str, text: str) -> None:
    said = spoken(text, language)
    heard = np.flatnonzero(np.abs(said) > 0.02)
    first, last = 1.0 + heard[0] / RATE, 1.0 + heard[-1] / RATE
    found = speech_in(as_film(tmp_path, placed((1.0, said), floor=0.004)))
    assert found
    assert max(abs(found[0][0] - first), abs(found[-1][1] - last)) < 0.3, found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 1), st.floats(0, 0.9)), max_size=6))
def test_stretches_lie_in_the_sound_in_their_order(pieces: list[tuple[float, float, float]]) -> None:
    parts = [part for gap, length, loud in pieces for part in (noise(gap, 0.001), voice(length, loud))]
    sound = np.concatenate(parts or [np.zeros(0)]).astype(np.float32)
    found, before = _stretches(sound), 0.0
    for begins, ends in found:
        assert before <= begins < ends <= len(sound) / RATE
        before = ends
