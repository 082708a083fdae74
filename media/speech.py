"""Where somebody may be speaking, by the energy of the sound in the band of voices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from media.film_sound import decoded_sound
from media.loudness import RATE, Sound, filtered
from media.opened import opened

_WINDOW = RATE // 50  # 20 ms
_CLEAR = 10.0  # dB between what is loud and what is quiet: with less, nothing is said
_ABOVE, _DEEP = 8.0, 25.0  # dB: above what is around it, and at most so far below what is loud
_AROUND, _STEP = 100, 10  # windows
_VOICES = (("highpass", "f=150"), ("lowpass", "f=4000")) * 2  # twice as steep: what rumbles loudly is no voice
_PAUSE, _SHORTEST, _EDGE = 0.3, 0.2, 0.05  # seconds


def speech_in(path: Path) -> list[tuple[float, float]]:
    """The stretches of a video, in seconds, in which somebody may be heard; none where that cannot be told.

    Raises:
        FileMissing, VideoUnplayable.
    """
    with opened(path) as container:
        parts = list(filtered(decoded_sound(container, 1), 1, *_VOICES))
    return _stretches(np.concatenate(parts, axis=1)[0]) if parts else []


def _stretches(sound: Sound) -> list[tuple[float, float]]:
    count = len(sound) // _WINDOW
    if count < 10:
        return []
    windows = sound[: count * _WINDOW].reshape(count, _WINDOW)
    energy = 10 * np.log10((windows**2).mean(axis=1) + 1e-9)
    quiet, loud = (float(one) for one in np.percentile(energy, (10, 95)))
    if loud - quiet < _CLEAR:
        return []
    found: list[tuple[float, float]] = []
    for first, last in _runs((energy > _floor(energy) + _ABOVE) & (energy > loud - _DEEP)):
        begins, ends = first * 0.02, last * 0.02
        if found and begins - found[-1][1] < _PAUSE:
            begins = found.pop()[0]
        found.append((begins, ends))
    whole = count * 0.02
    return [(max(0.0, one - _EDGE), min(whole, end + _EDGE)) for one, end in found if end - one >= _SHORTEST]


def _floor(energy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How loud it is around each window without a voice: rain that swells is none, and a voice has gaps."""
    places = np.arange(0, len(energy), _STEP)
    quiet = [np.percentile(energy[max(0, at - _AROUND) : at + _AROUND], 20) for at in places]
    return np.interp(np.arange(len(energy)), places, quiet)


def _runs(marks: np.ndarray) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    yield from ((int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True))
