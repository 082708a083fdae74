"""What an automatic look at a video finds, on made films and on a real one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from core.render_settings import RenderSettings
from media.film_sound import FrameSound
from media.findings import WORDS, said
from media.quality_check import QualityCheck
from media.videos import Onlooker, VideoFacts, probe

Picture = NDArray[np.uint8]
Sound = NDArray[np.float64]
FRAMES, FPS, RATE = 49, 24, 48_000
SAMPLE = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "cat_mova_360p.mp4"
CHANCE = np.random.default_rng(7)


def asked(num_frames: int = FRAMES) -> RenderSettings:
    return RenderSettings(
        width=320, height=176, num_frames=num_frames, fps=FPS, guidance_scale=5, num_inference_steps=50, seed=1
    )


@lru_cache
def scenery() -> Picture:
    """A picture with much in it."""
    x, y = np.meshgrid(np.arange(320), np.arange(176))
    waves = [127 + 120 * np.sin(x / (17 + 5 * c)) * np.cos(y / (11 + 3 * c)) for c in range(3)]
    return np.stack(waves, axis=-1).astype(np.uint8)


def plain(level: float = 120) -> Picture:
    return np.full((176, 320, 3), (level, level * 0.8, level * 0.6), np.uint8)


def noisy(picture: Picture, sigma: float) -> Picture:
    return np.clip(picture + CHANCE.normal(0, sigma, (176, 320, 1)), 0, 255).astype(np.uint8)


def with_dot(picture: Picture, x: int, y: int = 60) -> Picture:
    changed = picture.copy()
    changed[y : y + 8, x : x + 8] = 255 if picture[y, x, 0] < 128 else 0
    return changed


def speech(level: float = 0.3) -> Sound:
    """Something like syllables: tones of changing height and loudness, with pauses."""
    t = np.arange(RATE * FRAMES // FPS) / RATE
    tones = np.sin(2 * np.pi * 180 * t + 3 * np.sin(9 * t)) + 0.5 * np.sin(2 * np.pi * 730 * t)
    return np.asarray(level * tones / 1.5 * np.clip(np.sin(2 * np.pi * 2.2 * t), 0, 1))


def film(path: Path, pictures: Iterable[Picture], sound: Sound | None, *, crf: int = 26) -> Path:
    with av.open(str(path), "w", format="mp4") as file:
        track = file.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": str(crf)})
        track.width, track.height, track.pix_fmt = 320, 176, "yuv420p"
        layout = "mono" if sound is None or sound.ndim == 1 else "stereo"
        heard = file.add_stream("aac", rate=RATE, layout=layout) if sound is not None else None
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = n
            file.mux(track.encode(frame))
        file.mux(track.encode())
        if heard is not None and sound is not None:
            rows = np.ascontiguousarray(np.atleast_2d(sound), np.float32)
            samples = av.AudioFrame.from_ndarray(rows, format="fltp", layout=layout)
            samples.sample_rate = RATE
            file.mux(heard.encode(samples))
            file.mux(heard.encode())
    return path


def found(path: Path, num_frames: int = FRAMES) -> tuple[str, ...] | None:
    look = QualityCheck()
    return look.findings(probe(path, seen_by=Onlooker(frame=look.add)), asked(num_frames))


def moving() -> list[Picture]:
    return [np.roll(scenery(), 3 * n, axis=1) for n in range(FRAMES)]


PICTURES = {
    "a moving picture": (moving, ()),
    "flat": (lambda: [plain()] * FRAMES, ("flat_colour",)),
    "white": (lambda: [np.full((176, 320, 3), 255, np.uint8)] * FRAMES, ("flat_colour",)),
    "flat with noise": (lambda: [noisy(plain(), 6) for _ in range(FRAMES)], ("flat_colour",)),
    "flat, slowly darker": (lambda: [plain(160 - n) for n in range(FRAMES)], ("flat_colour",)),
    "a real first frame, then flat": (lambda: [scenery()] * 3 + [plain()] * (FRAMES - 3), ("flat_colour",)),
    "a slow fade from black": (lambda: [(scenery() * (n / FRAMES)).astype(np.uint8) for n in range(FRAMES)], ()),
    "a slow fade of a still picture": (
        lambda: [(scenery() * (1 - 0.4 * n / FRAMES)).astype(np.uint8) for n in range(FRAMES)],
        (),
    ),
    "a dot crosses a plain wall": (lambda: [with_dot(plain(), 20 + 4 * n) for n in range(FRAMES)], ()),
    "frozen": (lambda: [scenery()] * FRAMES, ("frozen",)),
    "frozen with grain": (lambda: [noisy(scenery(), 3) for _ in range(FRAMES)], ("frozen",)),
    "a tiny motion": (lambda: [with_dot(scenery(), 40 + n) for n in range(FRAMES)], ()),
    "something blinks now and then": (
        lambda: [with_dot(scenery(), 80) if n % 24 < 4 else scenery() for n in range(FRAMES)],
        (),
    ),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("crf", [18, 34])
def test_pictures(tmp_path: Path, name: str, crf: int) -> None:
    made, expected = PICTURES[name]
    assert found(film(tmp_path / "a.mp4", made(), speech(), crf=crf)) == expected


SOUNDS = {
    "speech": (speech(), ()),
    "as loud as it can be without harm": (speech() / np.abs(speech()).max(), ()),
    "quiet but fine": (speech(0.02), ()),
    "one soft sound in silence": (np.where(np.arange(speech().size) < RATE // 3, speech(0.05), 0), ()),
    "digital silence": (speech(0), ("silent",)),
    "the noise of a codec": (CHANCE.normal(0, 1e-4, speech().size), ("silent",)),
    "no track": (None, ("silent",)),
    "12 dB too loud": (np.clip(speech() / np.abs(speech()).max() * 4, -1, 1), ("clipped",)),
    "30 dB too loud": (np.clip(speech() * 100, -1, 1), ("clipped",)),
    "loud and alike on both sides": (np.stack(2 * [np.clip(speech() / np.abs(speech()).max() * 4, -0.8, 0.8)]), ()),
    "too loud on one side": (np.stack([speech(), np.clip(speech() * 100, -1, 1)]), ("clipped",)),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_sounds(tmp_path: Path, name: str) -> None:
    sound, expected = SOUNDS[name]
    assert found(film(tmp_path / "a.mp4", moving(), sound)) == expected


def test_lengths(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", moving(), speech()[: RATE * 3 // 2])
    assert found(path) == ("lengths_differ",)
    assert found(path, num_frames=53) == ("lengths_differ", "frames_missing")


def test_several_at_once_are_one_sentence(tmp_path: Path) -> None:
    findings = found(film(tmp_path / "a.mp4", [plain()] * FRAMES, None))
    assert findings == ("flat_colour", "silent")
    assert str(said(findings)) == "This video looks failed: flat colour, no sound."
    assert said(()) is None
    assert set(findings) <= set(WORDS)


def frame_of(layout: str) -> av.AudioFrame:
    rows = np.full((av.AudioLayout(layout).nb_channels, 1024), 0.1, np.float32)
    frame = av.AudioFrame.from_ndarray(rows, format="fltp", layout=layout)
    frame.sample_rate = RATE
    return frame


@pytest.mark.parametrize(("first", "then", "channels"), [("mono", "stereo", 1), ("stereo", "mono", 2)])
def test_sound_that_changes_its_channels_in_the_middle(first: str, then: str, channels: int) -> None:
    """It ended the job although its video was there."""
    look, sound = QualityCheck(), FrameSound()
    for frame in (frame_of(first), frame_of(first), frame_of(then)):
        look.add(frame)
        sound.add(frame)
    assert {part.shape[0] for part in sound.rest()} == {channels}
    facts = VideoFacts(
        width=320, height=176, num_frames=FRAMES, fps=FPS, seconds=2.0, has_sound=True, sound_seconds=2.0, bytes=1
    )
    assert look.findings(facts, asked()) == ("flat_colour",)  # no picture was shown


def test_a_fault_in_the_last_of_the_sound_is_nobody_elses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(_sound: FrameSound) -> list[Sound]:
        raise ValueError

    monkeypatch.setattr(FrameSound, "rest", fails)
    assert found(film(tmp_path / "a.mp4", [plain()] * 4, None), 4) is None


@pytest.mark.skipif(not SAMPLE.is_file(), reason="no sample of a real MOVA run beside this checkout")
def test_a_real_video_is_fine(tmp_path: Path) -> None:
    assert found(SAMPLE, probe(SAMPLE).num_frames) == ()
