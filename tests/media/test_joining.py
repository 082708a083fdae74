"""Joined shots: no frame lost but the duplicate at each joint, no click in the sound, no drift."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ShotsDiffer
from media.film_sound import Clip, SoundPlan
from media.joining import join
from media.videos import probe
from tests.media.films import RATE, Sound, film, frames_of, shade, sound_of, tone


def continued(shots: list[Path]) -> list[Clip]:
    """Shots that each begin with the last frame of the one before."""
    return [Clip(path=path, overlap=int(path != shots[0])) for path in shots]


def joined(folder: Path, *shots: Path) -> Path:
    seen: list[tuple[int, int]] = []
    target = folder / "joined.mp4"
    join(
        continued([*shots]),
        target,
        tags={"title": "three shots"},
        on_frame=lambda done, all_: seen.append((done, all_)),
    )
    assert seen[-1][0] == seen[-1][1] == len(seen)
    return target


def chain(folder: Path, *lengths: int, sound: Sound | None = None, **how: object) -> list[Path]:
    """Shots of which each begins with the last frame of the one before it."""
    first, shots = 0, []
    for number, length in enumerate(lengths):
        path = folder / f"{number}.mp4"
        shots.append(film(path, num_frames=length, first=first, sound=sound, **how))  # type: ignore[arg-type]
        first += length - 1
    return shots


def test_frames_are_those_of_the_shots_less_one_a_joint(tmp_path: Path) -> None:
    path = joined(tmp_path, *chain(tmp_path, 25, 17, 33, sound=tone()))
    facts = probe(path)
    assert facts.num_frames == 25 + 17 + 33 - 2
    assert (facts.width, facts.height, facts.fps) == (64, 48, 24.0)
    assert facts.seconds == pytest.approx(73 / 24, abs=1 / 48)
    assert facts.sound_seconds == pytest.approx(facts.seconds, abs=1 / 24)
    assert frames_of(path) == pytest.approx([shade(number) for number in range(73)], abs=4)


def test_the_sound_goes_on_over_the_joints(tmp_path: Path) -> None:
    """A tone that fits a frame a whole number of times: where it goes on, its loudness never dips or jumps."""
    shots = chain(tmp_path, 25, 25, 25, sound=tone(480.0))
    heard = sound_of(joined(tmp_path, *shots))[RATE // 10 : -RATE // 10]  # a codec is not at its best where it begins
    window = RATE // 100
    loudness = [float(np.abs(heard[at : at + window]).max()) for at in range(0, len(heard) - window, window)]
    assert min(loudness) > 0.36
    assert max(loudness) < 0.44
    assert float(np.abs(np.diff(heard)).max()) < 0.4 * 2 * np.pi * 480 / RATE * 1.3


def test_picture_and_sound_are_together_at_the_end(tmp_path: Path) -> None:
    """A flash and a click at the same frame of the last of five shots."""
    quiet = chain(tmp_path, 13, 13, 13, 13, sound=lambda time: 0 * time)
    click_at = 6
    last = film(
        tmp_path / "last.mp4",
        num_frames=13,
        colour=(10, 10, 10),
        sound=lambda time: np.where((time >= click_at / 24) & (time < click_at / 24 + 0.01), 0.8, 0.0),
    )
    flash = film(tmp_path / "flash.mp4", num_frames=13, first=2, sound=lambda time: 0 * time)
    path = joined(tmp_path, *quiet, last, flash)
    at = 13 * 4 - 4 + click_at
    heard = np.abs(sound_of(path))
    click = int(np.argmax(heard > 0.3))
    assert click / RATE == pytest.approx(at / 24, abs=1 / 24 / 2)
    flashed = next(number for number, grey in enumerate(frames_of(path)) if grey > 60 and number > at)
    assert flashed == 13 * 5 - 5 + 1  # the first new frame of the last shot


@pytest.mark.parametrize("seconds", [0.8, 1.5])
def test_a_sound_of_another_length_moves_nothing(tmp_path: Path, seconds: float) -> None:
    shots = chain(tmp_path, 25, 25, 25, sound=tone(), sound_seconds=seconds)
    facts = probe(joined(tmp_path, *shots))
    assert facts.sound_seconds == pytest.approx(73 / 24, abs=1 / 24)


def test_a_shot_without_sound_is_silent_and_another_rate_is_changed(tmp_path: Path) -> None:
    one = film(tmp_path / "1.mp4", num_frames=25, sound=tone(), rate=32_000)
    mute = film(tmp_path / "2.mp4", num_frames=25, first=24)
    path = joined(tmp_path, one, mute)
    heard = sound_of(path)
    assert probe(path).sound_seconds == pytest.approx(49 / 24, abs=1 / 24)
    assert float(np.abs(heard[RATE // 4 : RATE // 2]).max()) == pytest.approx(0.4, abs=0.05)
    assert float(np.abs(heard[RATE * 3 // 2 :]).max()) < 0.01


def test_shots_without_any_sound(tmp_path: Path) -> None:
    facts = probe(joined(tmp_path, *chain(tmp_path, 9, 9)))
    assert (facts.num_frames, facts.has_sound) == (17, False)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"size": (48, 64)}, "shot 2 is 48x64, shot 1 is 64x48"),
        ({"fps": 25}, "shot 2 has 25.0 frames a second, shot 1 has 24.0"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(tmp_path: Path, how: dict[str, object], words: str) -> None:
    one = film(tmp_path / "1.mp4", num_frames=9)
    other = film(tmp_path / "2.mp4", num_frames=9, **how)  # type: ignore[arg-type]
    with pytest.raises(ShotsDiffer, match=words):
        join(continued([one, other]), tmp_path / "j.mp4", tags={}, on_frame=lambda *_: None)
    assert not (tmp_path / "j.mp4").exists()


def cut_together(folder: Path, *clips: Clip, sound: SoundPlan | None = None) -> Path:
    target = folder / "film.mp4"
    join(clips, target, tags={}, on_frame=lambda *_: None, sound=sound)
    return target


def test_a_cut_has_every_frame_that_is_not_left_away(tmp_path: Path) -> None:
    one = film(tmp_path / "1.mp4", num_frames=17, sound=tone())
    two = film(tmp_path / "2.mp4", num_frames=13, first=50, sound=tone(660))
    path = cut_together(tmp_path, Clip(path=one, end=5), Clip(path=two, start=3))
    shades = [*map(shade, range(12)), *map(shade, range(53, 63))]
    assert frames_of(path) == pytest.approx(shades, abs=4)
    assert probe(path).sound_seconds == pytest.approx(22 / 24, abs=1 / 24)
    heard, at = sound_of(path), round(12 / 24 * RATE)
    assert float(np.abs(heard[at - 40 : at + 40]).max()) < 0.15  # no click


def test_a_dissolve_blends_pictures_and_keeps_the_loudness(tmp_path: Path) -> None:
    dark = film(tmp_path / "1.mp4", num_frames=25, colour=(40, 40, 40), sound=tone(440))
    light = film(tmp_path / "2.mp4", num_frames=25, colour=(200, 200, 200), sound=tone(1234))
    path = cut_together(tmp_path, Clip(path=dark), Clip(path=light, overlap=7, blends=True))
    greys = frames_of(path)
    assert len(greys) == 25 + 25 - 7
    assert greys[17:26] == pytest.approx([40 + 160 * step / 8 for step in range(9)], abs=5)
    heard = sound_of(path)
    root = [float(np.sqrt((heard[at : at + 2400] ** 2).mean())) for at in range(4800, len(heard) - 4800, 2400)]
    assert max(root) / min(root) < 1.25


@pytest.mark.long
@pytest.mark.parametrize("sound", [SoundPlan(), SoundPlan(loudness=-16)], ids=["as it is", "levelled"])
def test_fifty_shots_end_together(tmp_path: Path, sound: SoundPlan) -> None:
    shot = film(tmp_path / "1.mp4", num_frames=9, sound=tone(), sound_seconds=0.31)
    kinds = [{"overlap": 0}, {"overlap": 1}, {"overlap": 3, "blends": True}]
    clips = [Clip(path=shot, **(kinds[n % 3] if n else {})) for n in range(50)]  # type: ignore[arg-type]
    facts = probe(cut_together(tmp_path, *clips, sound=sound))
    assert facts.num_frames == 50 * 9 - sum(clip.overlap for clip in clips)
    assert facts.sound_seconds == pytest.approx(facts.num_frames / 24, abs=1 / 24)


@pytest.mark.long
@pytest.mark.parametrize("count", [1, 100])
def test_one_shot_and_a_hundred(tmp_path: Path, count: int) -> None:
    shot = film(tmp_path / "1.mp4", num_frames=5, size=(32, 32), sound=tone())
    facts = probe(cut_together(tmp_path, *[Clip(path=shot)] * count, sound=SoundPlan(loudness=-16)))
    assert facts.num_frames == count * 5
    assert facts.sound_seconds == pytest.approx(facts.num_frames / 24, abs=1 / 24)


@pytest.mark.parametrize("clip", [{"start": 9}, {"start": 5, "end": 4}, {"overlap": 10, "blends": True}])
def test_more_left_away_than_there_is_is_refused(tmp_path: Path, clip: dict[str, int]) -> None:
    shot = film(tmp_path / "1.mp4", num_frames=9)
    with pytest.raises(ShotsDiffer, match="is shorter than what is left away or dissolved of it"):
        cut_together(tmp_path, Clip(path=shot), Clip(path=shot, **clip))  # type: ignore[arg-type]
