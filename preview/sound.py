"""The sound of an animatic: the place's own noises, else a soft bed of tones; lines that are said lie over them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storyboard.scene import Scene

SAMPLE_RATE = 48_000
LOUDEST = 0.25  # of full scale, without voices
FADE_SECONDS = 0.6
CHORDS = ((0, 7, 12, 16), (0, 7, 12, 15), (0, 7, 14, 19), (0, 5, 12, 17))  # semitones over the root
LOWEST_ROOT, ROOTS = 110.0, 12  # Hz, and how many semitones up it may lie
_ROUND_SECONDS = 8  # noises are made for so long and go round
# Of each noise its band in Hz, its loudness, and how deep (0 to 1) and how often a second it swells.
_NOISES = {
    "rain": (900, 9000, 0.55, 0.1, 0.25),
    "storm": (60, 700, 0.9, 0.6, 0.125),
    "wind": (120, 600, 0.6, 0.7, 0.25),
    "waves": (90, 1400, 0.7, 0.8, 0.125),
    "water": (500, 3500, 0.3, 0.35, 0.5),
    "street": (50, 380, 0.4, 0.3, 0.25),
    "leaves": (1500, 7000, 0.2, 0.6, 0.25),
    "engine": (40, 130, 0.6, 0.15, 0.5),
    "deep": (30, 220, 0.6, 0.4, 0.125),
}
_OF_PLACES = {
    **{"sea": "waves", "beach": "waves", "lake": "water", "street": "street", "city": "street", "road": "engine"},
    **{"station": "engine", "forest": "leaves", "mountains": "wind", "desert": "wind", "sky": "wind", "space": "deep"},
    "underwater": "deep",
}

Samples = npt.NDArray[np.float32]


def noises_of(scene: Scene) -> tuple[str, ...]:
    """The names of what is heard in a scene; none in a quiet room or field."""
    weather = {"storm": ("storm", "rain"), "rain": ("rain",), "wind": ("wind",)}
    heard = [name for word, names in weather.items() if word in scene.weather for name in names]
    place = _OF_PLACES.get(scene.place)
    return tuple(dict.fromkeys([*heard, *([place] if place else [])]))


@lru_cache(maxsize=16)
def _noise(name: str, seed: int) -> Samples:
    """A round of noise in its band: it ends as it begins."""
    low, high, loud, depth, often = _NOISES[name]
    count = _ROUND_SECONDS * SAMPLE_RATE
    white = np.random.default_rng(seed).standard_normal(count)
    pitch = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    band = np.exp(-((np.log((pitch + 1) / np.sqrt(low * high)) / (0.6 * np.log(high / low))) ** 2))
    shaped = np.fft.irfft(np.fft.rfft(white) * band, count)
    swell = 1 - depth * (0.5 + 0.5 * np.cos(np.arange(count) * (2 * np.pi * often / SAMPLE_RATE)))
    found: Samples = (shaped / np.abs(shaped).max() * swell * loud).astype(np.float32)
    return found


@dataclass(frozen=True)
class SoundTrack:
    """The sound of one render, of ``length`` samples at 48 kHz, mono; ``voices`` are lines and where each begins."""

    root: float
    chord: tuple[int, ...]
    length: int
    seed: int = 0
    noises: tuple[str, ...] = ()
    voices: Sequence[tuple[int, Samples]] = field(default=())

    def samples(self, start: int, count: int) -> Samples:
        """``count`` samples from ``start``, fewer at the end: from -1 to 1, without voices from -0.25 to 0.25."""
        index = np.arange(start, min(start + count, self.length))
        heard = self._noise(index) if self.noises else self._tones(index)
        track = (heard * self._fade(index)).astype(np.float32)
        for begin, voice in self.voices:
            first, last = max(start, begin), min(start + len(index), begin + len(voice))
            if first < last:
                track[first - start : last - start] += voice[first - begin : last - begin]
        clipped: Samples = np.clip(track, -1, 1)
        return clipped

    def _noise(self, index: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        rounds = [_noise(name, self.seed % 2**32 + number) for number, name in enumerate(self.noises)]
        mixed = np.sum([one[index % len(one)] for one in rounds], axis=0)
        found: npt.NDArray[np.float64] = mixed.astype(np.float64) * (LOUDEST / len(rounds))
        return found

    def _tones(self, index: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        time = index / SAMPLE_RATE
        notes = [self._note(time, semitone, voice) for voice, semitone in enumerate(self.chord)]
        found: npt.NDArray[np.float64] = np.sum(notes, axis=0) * (LOUDEST / len(notes))
        return found

    def _note(self, time: npt.NDArray[np.float64], semitone: int, voice: int) -> npt.NDArray[np.float64]:
        swell = 0.75 + 0.25 * np.sin(2 * np.pi * (0.11 + 0.05 * voice) * time + voice)
        frequency = self.root * 2 ** (semitone / 12)
        result: npt.NDArray[np.float64] = swell * np.sin(2 * np.pi * frequency * time)
        return result

    def _fade(self, index: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        fade = max(1.0, min(FADE_SECONDS * SAMPLE_RATE, self.length / 4))
        edge = np.clip(np.minimum(index, self.length - 1 - index) / fade, 0, 1)
        result: npt.NDArray[np.float64] = np.sin(edge * np.pi / 2) ** 2
        return result


def sound_track(
    prompt: str,
    seed: int,
    num_frames: int,
    fps: int,
    *,
    noises: tuple[str, ...] = (),
    voices: Sequence[tuple[int, Samples]] = (),
) -> SoundTrack:
    """The sound for ``num_frames`` at ``fps``: the same prompt, seed and voices, the same sound."""
    digest = hashlib.sha256(f"{seed} {prompt}".encode()).digest()
    return SoundTrack(
        root=LOWEST_ROOT * 2 ** (digest[0] % ROOTS / 12),
        chord=CHORDS[digest[1] % len(CHORDS)],
        length=round(num_frames * SAMPLE_RATE / fps),
        seed=int.from_bytes(digest[2:6], "big"),
        noises=noises,
        voices=voices,
    )
