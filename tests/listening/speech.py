"""Made sounds: speech by espeak-ng, noise, music, silence; and takes that have them."""

from __future__ import annotations

import io
import subprocess
import wave
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from tests.media.films import RATE

Samples = npt.NDArray[np.float32]


@lru_cache(maxsize=64)
def _said(text: str, voice: str) -> tuple[bytes, int]:
    command = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text]
    written = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(written)) as file:
        # Its head does not tell the length, as it writes while it speaks.
        return written[44:], file.getframerate()


def speech(text: str, voice: str = "en-us", loud: float = 0.2) -> Samples:
    """A text spoken, of 48 kHz."""
    data, rate = _said(text, voice)
    plain = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / 32_768
    length = round(len(plain) * RATE / rate)
    made = np.interp(np.arange(length) * rate / RATE, np.arange(len(plain)), plain)
    return np.asarray(made * loud / max(float(np.sqrt(np.mean(made**2))), 1e-6), np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def noise(seconds: float, loud: float = 0.05, seed: int = 1) -> Samples:
    """Wind and sea: noise whose loudness falls with the pitch."""
    made = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    spectrum = np.fft.rfft(made) / np.sqrt(np.arange(len(made) // 2 + 1) + 50)
    plain = np.fft.irfft(spectrum, len(made))
    return np.asarray(plain * loud / np.sqrt(np.mean(plain**2)), np.float32)


def music(seconds: float, loud: float = 0.1, seed: int = 1) -> Samples:
    """Chords of decaying tones, each a third of a second."""
    dice, time = np.random.default_rng(seed), np.arange(round(seconds * RATE)) / RATE
    made = np.zeros(len(time))
    for start in np.arange(0, seconds, 0.33):
        since = np.clip(time - start, 0, None)
        for pitch in 220 * 2 ** (dice.choice([0, 3, 7, 10, 12], 3) / 12):
            made += np.where(time >= start, np.sin(2 * np.pi * pitch * since) * np.exp(-4 * since), 0)
    return np.asarray(made * loud / np.sqrt(np.mean(made**2)), np.float32)


def mixed(*parts: Samples) -> Samples:
    """Sounds over one another, as long as the longest."""
    whole = np.zeros(max(map(len, parts)), np.float32)
    for one in parts:
        whole[: len(one)] += one
    return whole


def joined(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def with_noise(sound: Samples, decibels: float, seed: int = 1) -> Samples:
    """A sound with noise so many dB below it."""
    loud = float(np.sqrt(np.mean(sound**2))) * 10 ** (-decibels / 20)
    return mixed(sound, noise(len(sound) / RATE, loud, seed))


def take(path: Path, sound: Samples) -> Path:
    """A video as long as its sound, with a picture that moves and has light and dark."""
    frames = max(9, round(len(sound) / RATE * 24))
    with av.open(str(path), "w") as container:
        track = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        track.width, track.height, track.pix_fmt = 128, 96, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="mono", bit_rate=128_000)
        slope = np.linspace(20, 220, 128, dtype=np.float32)
        for number in range(frames):
            row = np.roll(slope, number * 2).astype(np.uint8)
            pixels = np.repeat(np.repeat(row[None, :, None], 96, axis=0), 3, axis=2)
            container.mux(track.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(track.encode(None))
        for start in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path
