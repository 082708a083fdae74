"""Loudness after EBU R128, measured and set by FFmpeg's own filters: ``ebur128``, ``volume`` and ``alimiter``.

The peaks are limited at four times the rate, so that those between two samples count too, and a little below the limit:
what comes out of an AAC encoder is never exactly what went in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt
from av.error import BlockingIOError, EOFError

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

Sound = npt.NDArray[np.float32]  # one row a channel
RATE = 48_000
FILM_LOUDNESS = -16.0  # LUFS: what people hear on phones and in browsers
MAX_PEAK = -1.0  # dBTP
QUIET = -50.0  # LUFS; what is quieter has nothing that is meant to be heard, and louder it would be noise
_LIMIT = MAX_PEAK - 1.0  # dB; the rest is for the encoder
_BLOCK = RATE * 2 // 5  # R128 measures blocks of 400 ms
_CHUNK = 48_000
_CLOSE = 0.2  # LU
_TRIES = 4
_LIMITER = (
    ("aresample", "192000"),
    ("alimiter", f"limit={10 ** (_LIMIT / 20):.6f}:level=disabled:latency=1:attack=5:release=60"),
    ("aresample", str(RATE)),
)


@dataclass(frozen=True)
class Level:
    """``loudness`` in LUFS, None for silence; ``peak`` in dBTP, None for nothing but zeros."""

    loudness: float | None
    peak: float | None

    @property
    def is_silent(self) -> bool:
        return self.loudness is None or self.loudness < QUIET


@dataclass(frozen=True, kw_only=True)
class ShotLevel:
    """What was done to a shot's sound: ``gain`` in dB; ``after`` as the film has it."""

    number: int
    before: float | None
    gain: float
    after: float | None


@dataclass(frozen=True, kw_only=True)
class FilmLevels:
    """A film's sound as it was written, and what was done to each shot; ``target`` None: nothing was done."""

    target: float | None
    loudness: float | None
    peak: float | None
    shots: tuple[ShotLevel, ...] = ()


class _Filters:
    """A chain of FFmpeg's filters for sound of ``RATE`` samples a second."""

    def __init__(self, channels: int, *filters: tuple[str, str]) -> None:
        self._layout = layout_of(channels)
        self._graph, self._place = av.filter.Graph(), 0
        last = self._graph.add_abuffer(
            format="fltp", sample_rate=RATE, layout=self._layout, time_base=Fraction(1, RATE)
        )
        for name, options in (*filters, ("aformat", f"sample_fmts=fltp:channel_layouts={self._layout}")):
            after = self._graph.add(name, options)
            last.link_to(after)
            last = after
        last.link_to(self._graph.add("abuffersink"))
        self._graph.configure()

    def put(self, sound: Sound | None) -> Iterator[AudioFrame]:
        """What comes out for this sound; None is its end."""
        self._graph.push(None if sound is None else self._frame(sound))
        while True:
            try:
                frame: Any = self._graph.pull()
            except (BlockingIOError, EOFError):
                return
            yield frame

    def _frame(self, sound: Sound) -> AudioFrame:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout=self._layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._place, Fraction(1, RATE)
        self._place += sound.shape[1]
        return frame


class Meter:
    """Measures sound piece by piece."""

    def __init__(self, channels: int) -> None:
        self._filters = _Filters(channels, ("ebur128", "metadata=1:peak=true"))
        self._channels, self._samples, self._short = channels, 0, [np.zeros((channels, 0), np.float32)]
        self._metadata: dict[str, str] = {}

    def put(self, sound: Sound) -> None:
        if not sound.shape[1]:
            return
        if self._samples < _BLOCK:
            self._short.append(sound[:, :_BLOCK])
        self._samples += sound.shape[1]
        self._take(self._filters.put(sound))

    def level(self) -> Level:
        """The level of all of it; what is shorter than a block is measured as if it went on like that."""
        if 0 < self._samples < _BLOCK:
            whole = np.concatenate(self._short, axis=1)
            self._take(self._filters.put(np.tile(whole, -(-2 * _BLOCK // self._samples))))
        self._take(self._filters.put(None))
        loudness = float(self._metadata.get("lavfi.r128.I", "-inf"))
        peak = float(self._metadata.get("lavfi.r128.true_peak", "0"))
        return Level(loudness if loudness > -70 else None, 20 * math.log10(peak) if peak > 0 else None)

    def _take(self, frames: Iterable[AudioFrame]) -> None:
        for frame in frames:
            self._metadata.update(frame.metadata)


def layout_of(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"


def level_of(sound: Sound) -> Level:
    """The level of a whole sound."""
    meter = Meter(sound.shape[0])
    for start in range(0, sound.shape[1], _CHUNK):
        meter.put(sound[:, start : start + _CHUNK])
    return meter.level()


def measured(parts: Iterable[Sound], channels: int) -> Level:
    """The level of a sound in parts."""
    meter = Meter(channels)
    for part in parts:
        meter.put(part)
    return meter.level()


def levelled(parts: Iterable[Sound], channels: int, gain: float) -> Iterator[Sound]:
    """A sound in parts, louder by ``gain`` dB, its peaks limited; not a sample longer, shorter or later."""
    yield from filtered(parts, channels, ("volume", f"{gain:.3f}dB:precision=float"), *_LIMITER)


def filtered(parts: Iterable[Sound], channels: int, *by: tuple[str, str]) -> Iterator[Sound]:
    """A sound in parts through FFmpeg's filters, each a name with its options; as long as it was."""
    filters, left = _Filters(channels, *by), 0
    for part in parts:
        left += part.shape[1]
        for start in range(0, part.shape[1], _CHUNK):
            for out in _as_arrays(filters.put(part[:, start : start + _CHUNK])):
                left -= out.shape[1]
                yield out
    for out in _as_arrays(filters.put(None)):
        yield out[:, :left]
        left -= min(left, out.shape[1])
    if left > 0:
        yield np.zeros((channels, left), np.float32)


def gain_for(sound: Sound, target: float) -> tuple[Level, float]:
    """A sound's level, and the gain in dB after which it is of ``target`` LUFS, its peaks limited.

    0 for what is silent.
    """
    before = level_of(sound)
    if before.loudness is None or before.is_silent:
        return before, 0.0
    gain = target - before.loudness
    if before.peak is not None and before.peak + gain > _LIMIT:
        for _try in range(_TRIES):  # what the limiter takes is given back
            after = measured(levelled([sound], sound.shape[0], gain), sound.shape[0]).loudness
            if after is None or abs(target - after) < _CLOSE:
                break
            gain += target - after
    return before, gain


def _as_arrays(frames: Iterable[AudioFrame]) -> Iterator[Sound]:
    for frame in frames:
        yield frame.to_ndarray().astype(np.float32, copy=False)
