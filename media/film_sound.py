"""The sound of a film: that of its shots, where each lies, faded into each other, and music under it.

It is made in parts, from its first sample to its last, as often as it is asked for: once to be measured, once to be
written. Every part lies where its picture does; a shot's sound is cut or filled with silence to the length of its
pictures, so nothing drifts however many shots there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from media.loudness import (
    FILM_LOUDNESS,
    RATE,
    FilmLevels,
    Level,
    Meter,
    ShotLevel,
    Sound,
    gain_for,
    layout_of,
    levelled,
    measured,
)
from media.music import Bed, Music, MusicFacts, check_music
from media.opened import opened, sound_track

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.container import InputContainer

_CUT_FADE = 240  # samples, 5 ms: a cut in mid-wave would click


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A shot of a film. ``start`` and ``end`` are frames left away there.

    ``overlap`` is how many of its frames lie on the end of the clip before it: 0 is a cut. With ``blends`` they are
    dissolved into it; without, they show the same pictures, and those of the clip before stay. With ``j_cut`` its sound
    begins so many frames before its picture, with ``l_cut`` the sound of the clip before goes on for so many, as far as
    they were left away there.
    """

    path: Path
    start: int = 0
    end: int = 0
    overlap: int = 0
    blends: bool = False
    j_cut: int = 0
    l_cut: int = 0


@dataclass(frozen=True, kw_only=True)
class SoundPlan:
    """``loudness`` in LUFS for each shot and the film; None leaves every sound as loud as it is."""

    loudness: float | None = None
    music: Music | None = None


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A shot's sound in the film, in samples: it ``begins`` and ``ends`` there, from ``start`` of its own on.

    ``rise`` and ``fall`` are how long it fades in and out; of equal power where the two have nothing
    in common.
    """

    path: Path
    start: int
    begins: int
    ends: int
    rise: int
    fall: int
    rises_equal: bool
    falls_equal: bool
    gain: float = 0.0


class FilmSound:
    """The film's sound; ``levels`` are there once all of it was written."""

    def __init__(
        self, clips: Sequence[Clip], lengths: Sequence[int], fps: Fraction, channels: int, plan: SoundPlan
    ) -> None:
        """
        Args:
            lengths: of each clip in frames, those that lie on the one before it counted too.
            channels: 1 or 2.
        """
        self._channels, self._plan = channels, plan
        self._pieces = _pieces(clips, lengths, fps)
        self._shots: list[tuple[Level, float]] = []
        self._music: MusicFacts | None = None
        self._master = 0.0
        self._meter = Meter(channels)

    def prepare(self) -> None:
        """Measure the music, every shot, and the film as they make it.

        Raises:
            BadMusic: the music cannot be used.
            FileMissing, VideoUnplayable: a shot cannot be read.
        """
        target, music = self._plan.loudness, self._plan.music
        if music is not None:
            self._music = check_music(music.path, music.name)
        if target is None:
            return
        self._shots = [gain_for(_read(piece, self._channels), target) for piece in self._pieces]
        self._pieces = [replace(one, gain=gain) for one, (_, gain) in zip(self._pieces, self._shots, strict=True)]
        film = measured(levelled(self._mixed(), self._channels, 0.0), self._channels)
        if film.loudness is not None and not film.is_silent:
            self._master = target - film.loudness

    def parts(self) -> Iterator[Sound]:
        """All of it, in parts of any length."""
        parts = self._mixed()
        if self._plan.loudness is not None or self._plan.music is not None:
            parts = levelled(parts, self._channels, self._master)
        for part in parts:
            if self._plan.loudness is not None:
                self._meter.put(part)
            yield part

    def levels(self) -> FilmLevels:
        """What was done; to be asked for once all parts were taken."""
        if self._plan.loudness is None:
            return FilmLevels(target=None, loudness=None, peak=None)
        shots = tuple(
            ShotLevel(
                number=number,
                before=level.loudness,
                gain=0.0 if level.is_silent else gain + self._master,
                after=level.loudness if level.is_silent else self._plan.loudness + self._master,
            )
            for number, (level, gain) in enumerate(self._shots, 1)
        )
        film = self._meter.level()
        return FilmLevels(target=self._plan.loudness, loudness=film.loudness, peak=film.peak, shots=shots)

    def _mixed(self) -> Iterator[Sound]:
        parts = self._of_shots()
        if self._plan.music is None or self._music is None:
            return parts
        target = FILM_LOUDNESS if self._plan.loudness is None else self._plan.loudness
        bed = Bed(self._plan.music, self._music, self._channels, self._pieces[-1].ends / RATE, target)
        return bed.under(parts)

    def _of_shots(self) -> Iterator[Sound]:
        rest = np.zeros((self._channels, 0), np.float32)  # what lies on the next shot
        for piece, after in zip(self._pieces, [*self._pieces[1:], None], strict=True):
            sound = _faded(_read(piece, self._channels), piece)
            if rest.shape[1] > sound.shape[1]:
                sound = np.pad(sound, ((0, 0), (0, rest.shape[1] - sound.shape[1])))
            sound[:, : rest.shape[1]] += rest
            done = after.begins - piece.begins if after else piece.ends - piece.begins
            yield sound[:, :done]
            rest = sound[:, done:]


def _pieces(clips: Sequence[Clip], lengths: Sequence[int], fps: Fraction) -> list[_Piece]:
    begins: list[int] = []
    ends: list[int] = []
    for number, (clip, length) in enumerate(zip(clips, lengths, strict=True)):
        begins.append(ends[-1] - clip.overlap if number else 0)
        ends.append(begins[-1] + length)
    # The frames of the film in which each shot's sound begins and ends.
    firsts = [begin - clip.j_cut for begin, clip in zip(begins, clips, strict=True)]
    lasts = [end + after.l_cut for end, after in zip(ends, clips[1:], strict=False)] + ends[-1:]
    shared = [0] + [max(0, last - first) for last, first in zip(lasts, firsts[1:], strict=False)] + [0]
    equal = [True] + [clip.blends or clip.overlap == 0 for clip in clips[1:]] + [True]
    spots = [(sample(first, fps), sample(last, fps)) for first, last in zip(firsts, lasts, strict=True)]
    overlaps = [0] + [max(0, before[1] - after[0]) for before, after in pairwise(spots)] + [0]
    return [
        _Piece(
            path=clip.path,
            start=sample(clip.start - clip.j_cut, fps),
            begins=begin,
            ends=end,
            rise=overlaps[number] if shared[number] else (_CUT_FADE if number else 0),
            fall=overlaps[number + 1] if shared[number + 1] else _CUT_FADE,
            rises_equal=bool(shared[number]) and equal[number],
            falls_equal=bool(shared[number + 1]) and equal[number + 1],
        )
        for number, (clip, (begin, end)) in enumerate(zip(clips, spots, strict=True))
    ]


def sample(frame: int, fps: Fraction) -> int:
    """The sample at which a frame begins."""
    return round(frame * RATE / fps)


def _read(piece: _Piece, channels: int) -> Sound:
    """A shot's sound as far as the film has it: cut, or filled with silence."""
    length, left_away, place = piece.ends - piece.begins, piece.start, 0
    sound = np.zeros((channels, length), np.float32)
    with opened(piece.path) as container:
        for part in decoded_sound(container, channels):
            skipped = min(left_away, part.shape[1])
            left_away -= skipped
            kept = part[:, skipped : skipped + length - place]
            sound[:, place : place + kept.shape[1]] = kept
            place += kept.shape[1]
            if place == length:
                break
    return sound


def _faded(sound: Sound, piece: _Piece) -> Sound:
    if piece.gain:
        sound *= np.float32(10 ** (piece.gain / 20))
    rise, fall = min(piece.rise, sound.shape[1]), min(piece.fall, sound.shape[1])
    sound[:, :rise] *= _rising(rise, equal_power=piece.rises_equal)
    sound[:, sound.shape[1] - fall :] *= _falling(fall, equal_power=piece.falls_equal)
    return sound


def decoded_sound(container: InputContainer, channels: int) -> Iterator[Sound]:
    """The sound of an open file in parts, ``RATE`` samples a second; none where it has none."""
    track = sound_track(container)
    if track is None:
        return
    resampler = av.AudioResampler(format="fltp", layout=layout_of(channels), rate=RATE)
    for frame in container.decode(track):
        yield from map(_samples, resampler.resample(frame))
    yield from map(_samples, resampler.resample(None))


class FrameSound:
    """The sound of frames that something else decodes, as ``decoded_sound`` gives it.

    All parts have as many channels as the first frame, two at most, also where the frames change in the middle.
    """

    def __init__(self) -> None:
        self._channels = 0
        self._resampler: av.AudioResampler | None = None
        self._parts: list[Sound] = []

    def add(self, frame: AudioFrame) -> None:
        """Take the next frame; raises av.FFmpegError or ValueError where its sound cannot be converted."""
        self._channels = self._channels or min(2, frame.layout.nb_channels)
        if self._resampler is None and _is_as_wanted(frame, self._channels):
            self._parts.append(_samples(frame))
            return
        if self._resampler is None:
            self._resampler = av.AudioResampler(format="fltp", layout=layout_of(self._channels), rate=RATE)
        self._parts.extend(map(_samples, self._resampler.resample(frame)))

    def taken(self) -> list[Sound]:
        """The parts so far; they are not given again."""
        parts, self._parts = self._parts, []
        return parts

    def rest(self) -> list[Sound]:
        """All parts that were not taken, once the last frame was given."""
        if self._resampler is not None:
            self._parts.extend(map(_samples, self._resampler.resample(None)))
        return self._parts


def _is_as_wanted(frame: AudioFrame, channels: int) -> bool:
    """Whether nothing is to be converted, as in every video of MOVA: asking FFmpeg to takes four times as long."""
    plain = frame.format.name == "fltp" and frame.layout.name == layout_of(channels)
    return plain and frame.sample_rate == RATE


def _rising(samples: int, *, equal_power: bool) -> Sound:
    rise = np.linspace(0, 1, samples, endpoint=False, dtype=np.float32)
    return np.sqrt(rise) if equal_power else rise


def _falling(samples: int, *, equal_power: bool) -> Sound:
    fall = 1 - np.linspace(0, 1, samples, endpoint=False, dtype=np.float32)
    return np.sqrt(fall) if equal_power else fall


def _samples(frame: AudioFrame) -> Sound:
    return frame.to_ndarray().astype(np.float32, copy=False)
