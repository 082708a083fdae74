"""An encoder of voices that needs no package: a voice is the pitch that is loudest in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from listening import voice_encoder
from listening.sound import SPEECH_RATE

Samples = npt.NDArray[np.float32]


def tone(hertz: float, seconds: float) -> Samples:
    """Of 16 kHz."""
    return np.asarray(
        0.2 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * SPEECH_RATE)) / SPEECH_RATE), np.float32
    )


def pitch_of(sound: Samples) -> Samples:
    """A number for each 32 Hz, of which one stands out: of length 1."""
    found = np.zeros(voice_encoder.SIZE, np.float32)
    found[int(np.argmax(np.abs(np.fft.rfft(sound))) * SPEECH_RATE / len(sound) / 32) % voice_encoder.SIZE] = 1
    return found


def with_pitches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use it in the place of Resemblyzer's."""
    monkeypatch.setattr(voice_encoder, "is_installed", lambda: True)
    monkeypatch.setattr(voice_encoder, "voice_of", pitch_of)
