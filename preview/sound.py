"""A soft bed of tones: a chord chosen by the prompt and the seed, with gentle fades."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
LOUDEST = 0.25  # of full scale
FADE_SECONDS = 0.6
CHORDS = ((0, 7, 12, 16), (0, 7, 12, 15), (0, 7, 14, 19), (0, 5, 12, 17))  # semitones over the root
LOWEST_ROOT, ROOTS = 110.0, 12  # Hz, and how many semitones up it may lie

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ToneBed:
    """The sound of one render, of ``length`` samples at 48 kHz, mono."""

    root: float
    chord: tuple[int, ...]
    length: int

    def samples(self, start: int, count: int) -> Samples:
        """``count`` samples from ``start``, between -0.25 and 0.25; fewer at the end."""
        index = np.arange(start, min(start + count, self.length))
        time = index / SAMPLE_RATE
        notes = [self._note(time, semitone, voice) for voice, semitone in enumerate(self.chord)]
        bed: Samples = (np.sum(notes, axis=0) * (LOUDEST / len(notes)) * self._fade(index)).astype(np.float32)
        return bed

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


def tone_bed(prompt: str, seed: int, num_frames: int, fps: int) -> ToneBed:
    """The bed for ``num_frames`` at ``fps``: the same prompt and seed, the same sound."""
    digest = hashlib.sha256(f"{seed} {prompt}".encode()).digest()
    return ToneBed(
        root=LOWEST_ROOT * 2 ** (digest[0] % ROOTS / 12),
        chord=CHORDS[digest[1] % len(CHORDS)],
        length=round(num_frames * SAMPLE_RATE / fps),
    )
