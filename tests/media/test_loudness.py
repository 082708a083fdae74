"""Shots of any loudness become one film: measured in the written file by FFmpeg's own ebur128."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from media.film_sound import Clip, SoundPlan
from media.joining import join
from media.level_copy import write_level_copy
from media.loudness import RATE, FilmLevels, Level, level_of, levelled
from media.videos import probe
from tests.media.films import film, frames_of, sound_of, tone

FRAMES = 25
_SHOT = FRAMES * RATE // 24


def of_loudness(lufs: float, *, peaks: float = 0.0) -> npt.NDArray[np.float64]:
    """A second of noise of this loudness; with ``peaks`` there is a click of that height in it."""
    noise = np.random.default_rng(7).normal(0, 0.05, _SHOT)
    found = level_of(noise[None].astype(np.float32)).loudness
    assert found is not None
    noise *= 10 ** ((lufs - found) / 20)
    if peaks:
        noise[_SHOT // 2 : _SHOT // 2 + 20] = peaks
    return noise


def shot(folder: Path, name: str, samples: npt.NDArray[np.float64] | None) -> Clip:
    sound = (lambda time: samples[: len(time)]) if samples is not None else None
    return Clip(path=film(folder / f"{name}.mp4", num_frames=FRAMES, sound=sound))


def written(folder: Path, *clips: Clip, plan: SoundPlan | None = None) -> tuple[FilmLevels, npt.NDArray[np.float32]]:
    target = folder / "film.mp4"
    levels = join(clips, target, tags={}, on_frame=lambda *_: None, sound=plan or SoundPlan(loudness=-16.0))
    facts = probe(target)
    assert facts.sound_seconds == pytest.approx(facts.seconds, abs=1 / 24)
    return levels, sound_of(target)


def heard(sound: npt.NDArray[np.float32], number: int) -> Level:
    """The level of a shot in the film, without the fades at its cuts."""
    return level_of(sound[None, number * _SHOT + 1000 : (number + 1) * _SHOT - 1000])


def test_loud_and_quiet_shots_are_one_film_and_silence_stays(tmp_path: Path) -> None:
    shots = [
        shot(tmp_path, "quiet", of_loudness(-30)),
        shot(tmp_path, "even", of_loudness(-23)),
        shot(tmp_path, "loud", of_loudness(-12, peaks=1.0)),
        shot(tmp_path, "silence", np.zeros(_SHOT)),
        shot(tmp_path, "none", None),
    ]
    levels, sound = written(tmp_path, *shots)
    whole = level_of(sound[None])
    assert whole.loudness == pytest.approx(-16, abs=0.5)
    assert whole.peak is not None
    assert whole.peak <= -1
    assert [heard(sound, number).loudness for number in range(3)] == pytest.approx([whole.loudness] * 3, abs=1)
    assert heard(sound, 3).is_silent
    assert heard(sound, 4).is_silent
    assert [one.gain for one in levels.shots] == pytest.approx([14, 7, -4, 0, 0], abs=1)
    assert [one.before for one in levels.shots] == pytest.approx([-30, -23, -12, None, None], abs=0.7)
    assert levels.loudness == pytest.approx(whole.loudness, abs=0.3)
    assert levels.peak == pytest.approx(-2, abs=1)


def test_a_click_in_a_quiet_shot_is_limited_and_the_shot_is_still_as_loud(tmp_path: Path) -> None:
    _, sound = written(tmp_path, shot(tmp_path, "click", of_loudness(-30, peaks=0.5)))
    whole = level_of(sound[None])
    assert whole.loudness == pytest.approx(-16, abs=1)
    assert whole.peak is not None
    assert whole.peak <= -1


def test_a_shot_of_a_few_frames_is_measured_too(tmp_path: Path) -> None:
    short = Clip(path=film(tmp_path / "short.mp4", num_frames=5, sound=tone(loud=0.01)))
    levels, _ = written(tmp_path, short, shot(tmp_path, "even", of_loudness(-23)))
    assert levels.shots[0].gain > 20


@pytest.mark.parametrize("before", [-30, -12, None])
def test_a_copy_of_one_clip_has_the_same_pictures(tmp_path: Path, before: float | None) -> None:
    sound = of_loudness(before) if before else np.zeros(_SHOT)
    clip = shot(tmp_path, "clip", sound).path
    level, gain = write_level_copy(clip, tmp_path / "copy.mp4", -16)
    assert frames_of(tmp_path / "copy.mp4") == frames_of(clip)
    after = level_of(sound_of(tmp_path / "copy.mp4")[None])
    if before is None:
        assert (level.is_silent, gain, after.is_silent) == (True, 0, True)
    else:
        assert after.loudness == pytest.approx(-16, abs=1)
        assert len(sound_of(tmp_path / "copy.mp4")) == pytest.approx(_SHOT, abs=2048)


def test_without_a_loudness_nothing_is_changed(tmp_path: Path) -> None:
    loud = Clip(path=film(tmp_path / "loud.mp4", num_frames=FRAMES, sound=tone(loud=0.7)))
    levels, sound = written(tmp_path, loud, plan=SoundPlan())
    assert levels.target is None
    assert level_of(sound[None]).loudness == pytest.approx(level_of(sound_of(loud.path)[None]).loudness, abs=0.2)


def test_the_limiter_moves_nothing() -> None:
    sound = tone(440, 0.1)(np.arange(_SHOT) / RATE)[None].astype(np.float32)
    out = np.concatenate(list(levelled([sound[:, :777], sound[:, 777:]], 1, 6.0)), axis=1)
    assert out.shape == sound.shape
    assert np.abs(out - sound * 10 ** (6 / 20))[:, 2000:-2000].max() < 0.002


@pytest.mark.parametrize(("j_cut", "l_cut", "low_begins"), [(6, 0, 19), (0, 6, 25)])
def test_sound_is_cut_before_or_after_its_picture(tmp_path: Path, j_cut: int, l_cut: int, low_begins: int) -> None:
    """A high tone, then a low one: in a J-cut it is heard six frames early, in an L-cut the first goes on."""
    first = film(tmp_path / "1.mp4", num_frames=31, sound=tone(4000, 0.2))
    second = film(tmp_path / "2.mp4", num_frames=31, sound=tone(300, 0.2))
    clips = [Clip(path=first, end=6), Clip(path=second, start=6, j_cut=j_cut, l_cut=l_cut)]
    _, sound = written(tmp_path, *clips, plan=SoundPlan())
    assert len(sound) == pytest.approx(50 * RATE / 24, abs=RATE / 24)

    def share(frame: float, frequency: int) -> float:
        window = sound[round(frame * 2000) : round((frame + 1) * 2000)]
        wave = np.exp(2j * np.pi * frequency * np.arange(len(window)) / RATE)
        return float(abs((window * wave).mean())) * 2

    assert share(low_begins - 1.1, 300) < 0.02
    assert share(low_begins + 2.5, 300) == pytest.approx(0.2 * 0.5**0.5, abs=0.04)  # of equal power half way
    assert share(low_begins + 2.5, 4000) == pytest.approx(0.2 * 0.5**0.5, abs=0.04)
    assert share(low_begins + 6.1, 4000) < 0.02
