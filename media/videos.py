"""The file that came back: is it a playable video, and is it what was asked for."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from core.errors import FileMissing, VideoUnplayable
from core.messages import Message, gettext_noop, message, phrase
from core.render_settings import RenderSettings
from media.boxes import is_whole
from media.decoding import DECODING
from media.opened import MAX_SECONDS, check_length, container, film_tracks, opened, picture_track, sound_track

OnFrame = Callable[[VideoFrame | AudioFrame], None]
OnPacket = Callable[["Packet[Stream]"], None]
_HELD = 64 * 2**20  # bytes of pictures that wait until the sound is decoded; a film of ours has a hundredth of it
_TOLERANCE = 0.25  # seconds; a sound track is padded to whole AAC frames, so it is never exactly as long


@dataclass(frozen=True)
class VideoFacts:
    """What a video file really holds: sizes in pixels, ``fps`` in frames a second, ``bytes`` of the whole file.

    ``seconds`` is the length of the picture track, ``sound_seconds`` that of the decoded sound, None without one.
    """

    width: int
    height: int
    num_frames: int
    fps: float
    seconds: float
    has_sound: bool
    sound_seconds: float | None
    bytes: int


@dataclass
class _Counts:
    """What has come out of the file so far; ``sound`` in seconds. ``seen_by`` is shown all of it."""

    seen_by: Onlooker
    max_frames: int
    max_seconds: float
    packets: int = 0
    frames: int = 0
    damaged: int = 0
    sound_packets: int = 0
    sound: Fraction = Fraction()

    def count(self, packet: Packet[Stream], *, is_picture: bool) -> None:
        if packet.size and is_picture:  # the last packet of a track is empty and only flushes the decoder
            self.packets += 1
            if self.packets > self.max_frames:
                raise VideoUnplayable(
                    reason=phrase(gettext_noop("it has more than {limit} frames"), limit=self.max_frames)
                )
        elif packet.size:
            self.sound_packets += 1

    def decode(self, packet: Packet[Stream]) -> None:
        for frame in packet.decode():
            if isinstance(frame, VideoFrame | AudioFrame):
                self.seen_by.frame(frame)
            if isinstance(frame, AudioFrame):
                self.sound += Fraction(frame.samples, frame.sample_rate)
                check_length(float(self.sound), self.max_seconds)
            elif isinstance(frame, VideoFrame):
                self.frames += 1
                self.damaged += frame.is_corrupt


@dataclass(frozen=True)
class Onlooker:
    """Who sees a film while it is decoded: each ``packet``, each ``frame``, and when all ``sound`` has been shown.

    The sound comes before the pictures, except in files far larger than ours. They raise nothing.
    """

    frame: OnFrame = lambda frame: None
    packet: OnPacket = lambda packet: None
    sound: Callable[[], None] = lambda: None


_NOBODY = Onlooker()


def probe(
    path: Path, *, max_frames: int = 2000, max_seconds: float = MAX_SECONDS, seen_by: Onlooker = _NOBODY
) -> VideoFacts:
    """Decode an MP4 file from its first frame to its last, sound included, and say what it holds.

    All of it is decoded, not only its ends, so that a break anywhere is found: 0.1 s for 193 frames of 640x352.

    Raises:
        FileMissing: the file cannot be opened.
        VideoUnplayable: empty, not MP4, without pictures, breaking off, longer than ``max_frames`` or ``max_seconds``,
            or enormous.
    """
    try:
        file = path.open("rb")
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or gettext_noop("unreadable")) from problem
    with file:
        return _probe_open_file(file, file.seek(0, os.SEEK_END), _Counts(seen_by, max_frames, max_seconds))


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a video's pictures in pixels; nothing is decoded.

    Raises:
        FileMissing, VideoUnplayable.
    """
    with opened(path) as film:
        track = picture_track(film)
        return track.width, track.height


def check(path: Path, settings: RenderSettings, seen_by: Onlooker = _NOBODY) -> tuple[VideoFacts, list[Message]]:
    """Probe a video; return what it holds and every deviation from what was asked for.

    Raises:
        FileMissing, VideoUnplayable: as ``probe``.
    """
    facts = probe(path, seen_by=seen_by)
    return facts, [*_picture_notes(facts, settings), *_sound_notes(facts)]


def _probe_open_file(file: BinaryIO, size: int, counts: _Counts) -> VideoFacts:
    file.seek(0)
    begins_like_mp4 = file.read(8)[4:] == b"ftyp"
    if begins_like_mp4 and not is_whole(file, size):
        raise VideoUnplayable(reason=gettext_noop("it is incomplete"))
    try:
        with container(file, max_seconds=counts.max_seconds) as film:
            return _probe_container(film, size, counts)
    except (av.FFmpegError, OSError, ValueError, ArithmeticError) as problem:
        reason = (
            gettext_noop("it is incomplete or damaged") if begins_like_mp4 else gettext_noop("it is not an MP4 file")
        )
        raise VideoUnplayable(str(problem), reason=reason if size else gettext_noop("it is empty")) from problem


def _probe_container(film: InputContainer, size: int, counts: _Counts) -> VideoFacts:
    pictures = picture_track(film)
    _decode(film, pictures, counts)
    rate = pictures.average_rate or pictures.guessed_rate or Fraction()
    return VideoFacts(
        width=pictures.width,
        height=pictures.height,
        num_frames=counts.frames,
        fps=float(rate),
        seconds=_length(pictures, counts.frames, rate),
        has_sound=counts.sound > 0,
        sound_seconds=float(counts.sound) or None,
        bytes=size,
    )


def _decode(film: InputContainer, pictures: VideoStream, counts: _Counts) -> None:
    """Walk through the whole file once."""
    sound = sound_track(film)
    pictures.thread_type = DECODING.thread_type
    held: deque[Packet[Stream]] = deque()
    weight = 0
    for packet in film.demux(*film_tracks(film)):
        counts.seen_by.packet(packet)
        is_picture = packet.stream is pictures
        if not is_picture and packet.stream is not sound:
            continue
        counts.count(packet, is_picture=is_picture)
        if is_picture:
            held.append(packet)
            weight += packet.size
        else:
            counts.decode(packet)
        while held and weight > _HELD:
            counts.decode(held.popleft())
    counts.seen_by.sound()
    while held:
        counts.decode(held.popleft())
    _check_complete(counts, pictures, sound)


def _check_complete(counts: _Counts, pictures: VideoStream, sound: AudioStream | None) -> None:
    """At the end of a file cut short FFmpeg just stops; the header still says how many there should be."""
    promised_sound = sound.frames if sound else 0
    if counts.packets < pictures.frames or counts.sound_packets < promised_sound:
        raise VideoUnplayable(reason=gettext_noop("it is incomplete"))
    if counts.damaged:
        raise VideoUnplayable(reason=gettext_noop("some of its frames are damaged"))
    if not counts.frames:
        raise VideoUnplayable(reason=gettext_noop("it has no frames"))


def _length(pictures: VideoStream, num_frames: int, rate: Fraction) -> float:
    if pictures.duration and pictures.time_base:
        return float(pictures.duration * pictures.time_base)
    return float(num_frames / rate) if rate else 0.0


def _picture_notes(facts: VideoFacts, asked: RenderSettings) -> list[Message]:
    notes = []
    if (facts.width, facts.height) != (asked.width, asked.height):
        size = f"{facts.width}x{facts.height}"
        notes.append(
            message(gettext_noop("The video is {found}; {asked} was asked for."), found=size, asked=asked.size)
        )
    if facts.num_frames != asked.num_frames:
        text = gettext_noop("The video has {found} frames; {asked} were asked for.")
        notes.append(message(text, found=facts.num_frames, asked=asked.num_frames))
    if abs(facts.fps - asked.fps) > 0.01:
        text = gettext_noop("The video runs at {found} frames a second; {asked} were asked for.")
        notes.append(message(text, found=round(facts.fps, 2), asked=asked.fps))
    if abs(facts.seconds - asked.seconds) > _TOLERANCE:
        text = gettext_noop("The video lasts {found} s; {asked} s were asked for.")
        notes.append(message(text, found=round(facts.seconds, 2), asked=round(asked.seconds, 2)))
    return notes


def _sound_notes(facts: VideoFacts) -> list[Message]:
    if facts.sound_seconds is None:
        return [message(gettext_noop("The video has no sound."))]
    if abs(facts.sound_seconds - facts.seconds) <= _TOLERANCE:
        return []
    text = gettext_noop("The sound lasts {sound} s, the pictures {pictures} s.")
    return [message(text, sound=round(facts.sound_seconds, 2), pictures=round(facts.seconds, 2))]
