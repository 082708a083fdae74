"""A person's own music under a film: looped or not, of its own level, and quieter where somebody speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import av
import numpy as np
import numpy.typing as npt

from core.errors import BadMusic, VideoUnplayable
from core.messages import gettext_noop, phrase
from media.loudness import RATE, Level, Meter, Sound, layout_of
from media.opened import container, sound_track

if TYPE_CHECKING:
    from av.container import InputContainer

MAX_BYTES = 500_000_000
MIN_SECONDS, MAX_SECONDS = 1, 3600
_DUCK_IN, _DUCK_OUT = 0.25, 0.6  # seconds before and after speech
_FADE_IN, _FADE_OUT = 0.3, 1.5  # seconds
_STEP = 0.05  # seconds
_BEGINNINGS = (  # the name of FFmpeg's reader by how a file begins
    (b"ID3", 0, "mp3"),
    (b"RIFF", 0, "wav"),
    (b"fLaC", 0, "flac"),
    (b"OggS", 0, "ogg"),
    (b"FORM", 0, "aiff"),
    (b"ftyp", 4, "mp4"),
)


@dataclass(frozen=True, kw_only=True)
class Music:
    """``level`` in LU beside the film's loudness, less ``duck`` dB in ``speech``, where somebody speaks (seconds)."""

    path: Path
    name: str = ""
    level: float
    duck: float
    loops: bool = True
    speech: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class MusicFacts:
    seconds: float
    level: Level


def check_music(path: Path, name: str = "") -> MusicFacts:
    """Decode a music file from end to end, and say what it holds.

    Raises:
        BadMusic: it is none, is damaged, silent, too short, or too long.
    """
    name, samples, meter = name or path.name, 0, Meter(2)
    try:
        if path.stat().st_size > MAX_BYTES:
            words = gettext_noop("it is larger than {limit} MB")
            raise BadMusic(name=name, reason=phrase(words, limit=MAX_BYTES // 1_000_000))
        for part in _decoded(path, 2, name):
            samples += part.shape[1]
            if samples > MAX_SECONDS * RATE:
                raise BadMusic(
                    name=name, reason=phrase(gettext_noop("it lasts longer than {limit} s"), limit=MAX_SECONDS)
                )
            meter.put(part)
    except VideoUnplayable as problem:
        raise BadMusic(str(problem), name=name, reason=problem.facts["reason"]) from None
    except FileNotFoundError:
        raise BadMusic(name=name, reason=gettext_noop("there is no such file")) from None
    except (av.FFmpegError, OSError, ValueError, ArithmeticError) as problem:
        raise BadMusic(str(problem), name=name, reason=gettext_noop("it is damaged")) from None
    if samples < MIN_SECONDS * RATE:
        raise BadMusic(name=name, reason=phrase(gettext_noop("it is shorter than {limit} s"), limit=MIN_SECONDS))
    level = meter.level()
    if level.loudness is None:
        raise BadMusic(name=name, reason=gettext_noop("it is silent"))
    return MusicFacts(samples / RATE, level)


class Bed:
    """The music as it lies under a film of ``seconds``, whose loudness is ``loudness`` LUFS."""

    def __init__(self, music: Music, facts: MusicFacts, channels: int, seconds: float, loudness: float) -> None:
        self._channels, self._parts = channels, _samples_of(music, channels)
        self._rest = np.zeros((channels, 0), np.float32)
        target = loudness + music.level
        gain = target - (facts.level.loudness or target)
        self._points, self._decibels = _curve(music, gain, seconds if music.loops else min(seconds, facts.seconds))

    def under(self, parts: Iterator[Sound]) -> Iterator[Sound]:
        """The film's sound with the music added."""
        place = 0
        for part in parts:
            times = np.arange(place, place + part.shape[1]) / RATE
            amplitude = 10 ** (np.interp(times, self._points, self._decibels) / 20)
            yield part + self._next(part.shape[1]) * amplitude.astype(np.float32)
            place += part.shape[1]

    def _next(self, samples: int) -> Sound:
        taken, wanted = [self._rest], samples - self._rest.shape[1]
        while wanted > 0:
            part = next(self._parts, None)
            if part is None:
                part = np.zeros((self._channels, wanted), np.float32)
            taken.append(part)
            wanted -= part.shape[1]
        whole = np.concatenate(taken, axis=1)
        self._rest = whole[:, samples:]
        return whole[:, :samples]


def _samples_of(music: Music, channels: int) -> Iterator[Sound]:
    """The music's own samples, again and again where it loops."""
    while True:
        yield from _decoded(music.path, channels, music.name)
        if not music.loops:
            return


def _curve(music: Music, gain: float, seconds: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The gain in dB over time: straight between the points, in seconds."""
    grid = np.arange(0, seconds + _STEP, _STEP)
    ducked = np.zeros_like(grid)
    for begins, ends in music.speech:
        near = np.interp(grid, [begins - _DUCK_IN, begins, max(begins, ends), ends + _DUCK_OUT], [0, 1, 1, 0])
        ducked = np.maximum(ducked, near)
    edge = np.minimum(grid / _FADE_IN, (seconds - grid) / min(_FADE_OUT, seconds / 4))
    return grid, gain - music.duck * ducked + 20 * np.log10(np.clip(edge, 1e-6, 1))


def _decoded(path: Path, channels: int, name: str) -> Iterator[Sound]:
    with path.open("rb") as file, _reader(file, name) as opened:
        track = sound_track(opened)
        if track is None:
            raise BadMusic(name=name, reason=gettext_noop("it has no sound"))
        resampler = av.AudioResampler(format="fltp", layout=layout_of(channels), rate=RATE)
        for frame in opened.decode(track):
            for one in resampler.resample(frame):
                yield one.to_ndarray().astype(np.float32)
        for one in resampler.resample(None):
            yield one.to_ndarray().astype(np.float32)


@contextmanager
def _reader(file: BinaryIO, name: str) -> Iterator[InputContainer]:
    """The open file, read as what it begins like: nothing in its bytes can make FFmpeg open an address."""
    head = file.read(12)
    kind = next((kind for mark, place, kind in _BEGINNINGS if head[place : place + len(mark)] == mark), None)
    if kind is None and len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        kind = "mp3"
    if kind is None:
        raise BadMusic(name=name, reason=gettext_noop("it is no MP3, WAV, FLAC, Ogg, AIFF or M4A file"))
    file.seek(0)
    if kind == "mp4":
        with container(file, max_seconds=MAX_SECONDS) as opened:
            yield opened
        return
    with av.open(file, "r", format=kind, metadata_errors="replace") as plain:
        yield plain
