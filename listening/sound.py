"""A take's sound as it is listened to: measured as it is, and as one channel of 16 kHz for speech models."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from media.film_sound import decoded_sound
from media.loudness import RATE, Sound, filtered, level_of
from media.opened import opened, sound_track

SPEECH_RATE = 16_000
_STEP = RATE // SPEECH_RATE
_LONGEST = 240  # seconds that are listened to: Qwen-ASR takes five minutes and 10 MB
_WINDOW = RATE // 10
_SILENT, _CEILING, _CLIPPED = 0.001, 0.95, 0.1  # as media.quality_check has them
_HUM = 12.0  # dB of mains hum and its octave above what lies beside them, in the quietest second


@dataclass(frozen=True, kw_only=True)
class SoundMeasures:
    """``loudness`` in LUFS and ``peak`` in dBTP, None for silence; ``silence`` and ``clipping`` are shares of the time,
    0 to 1; ``hum`` is the mains' 50 or 60 Hz, None where there is none.
    """

    loudness: float | None
    peak: float | None
    silence: float
    clipping: float
    hum: int | None


@dataclass(frozen=True)
class TakeSound:
    """``samples`` of 48 kHz, a row a channel."""

    samples: Sound

    @classmethod
    def of(cls, video: Path) -> TakeSound:
        """The sound of a video; empty where it has none.

        Raises:
            FileMissing, VideoUnplayable.
        """
        with opened(video) as container:
            track = sound_track(container)
            parts = list(decoded_sound(container, 1 if track is not None and track.channels == 1 else 2))
        return cls.joined(parts)

    @classmethod
    def joined(cls, parts: Sequence[Sound]) -> TakeSound:
        """A sound out of its parts."""
        return cls(np.concatenate(parts, axis=1) if parts else np.zeros((1, 0), np.float32))

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1] / RATE)

    def measures(self) -> SoundMeasures | None:
        """None where there is no sound at all."""
        if not self.samples.shape[1]:
            return None
        level, windows = level_of(self.samples), _windows(self.samples.mean(axis=0))
        loud = np.sqrt((windows**2).mean(axis=1))
        clipped = (_windows(np.abs(self.samples).max(axis=0)) >= _CEILING).mean(axis=1) > _CLIPPED
        return SoundMeasures(
            loudness=None if level.loudness is None else round(level.loudness, 1),
            peak=None if level.peak is None else round(level.peak, 1),
            silence=round(float((loud <= _SILENT).mean()), 3),
            clipping=round(float(clipped.mean()), 3),
            hum=_hum(windows[loud > 0]),
        )

    def for_speech(self) -> npt.NDArray[np.float32]:
        """One channel of 16 kHz."""
        one = self.samples[:, : _LONGEST * RATE].mean(axis=0, keepdims=True)
        if not one.shape[1]:
            return np.zeros(0, np.float32)
        plain = np.concatenate(list(filtered([one], 1, ("lowpass", "f=7500"))), axis=1)[0]
        return np.asarray(np.clip(plain[::_STEP], -1.0, 1.0), np.float32)


def wav_of(samples: npt.NDArray[np.float32]) -> bytes:
    """A WAV file of 16 bits of sound for speech models."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams((1, 2, SPEECH_RATE, 0, "NONE", ""))
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return written.getvalue()


def _windows(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Tenths of a second; what is shorter is one."""
    count = max(1, len(sound) // _WINDOW)
    return np.resize(sound[: count * _WINDOW], (count, min(_WINDOW, len(sound)))) if len(sound) else sound[None]


def _hum(windows: npt.NDArray[np.float32]) -> int | None:
    """Of the quieter half of the time: a tone of the mains and its octave, both far above what is beside them."""
    if len(windows) < 10 or windows.shape[1] < _WINDOW:
        return None
    loud = (windows**2).mean(axis=1)
    quiet = windows[loud <= np.median(loud)]
    spectrum = (np.abs(np.fft.rfft(quiet * np.hanning(quiet.shape[1]), axis=1)) ** 2).mean(axis=0)

    def stands_out(hertz: int) -> bool:
        place = round(hertz * quiet.shape[1] / RATE)
        beside = np.r_[spectrum[max(1, place - 4) : place - 2], spectrum[place + 3 : place + 6]]
        return bool(10 * np.log10((spectrum[place] + 1e-12) / (np.median(beside) + 1e-12)) > _HUM)

    return next((hertz for hertz in (50, 60) if stands_out(hertz) and stands_out(2 * hertz)), None)
