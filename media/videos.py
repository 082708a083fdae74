"""The file that came back: is it a playable video, and is it what was asked for."""

from __future__ import annotations

import os
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
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from errors import FileMissing, VideoUnplayable
from notes import N_, Note, note, phrase
from render_settings import RenderSettings

OnFrame = Callable[[VideoFrame | AudioFrame], None]
_MOST_PIXELS = 2048 * 2048  # of one frame; MOVA's largest has a quarter of that
_MOST_BOXES = 100_000
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
    """What has come out of the file so far; ``sound`` in seconds. ``on_frame`` is shown all of it."""

    on_frame: OnFrame
    packets: int = 0
    frames: int = 0
    damaged: int = 0
    sound_packets: int = 0
    sound: Fraction = Fraction()

    def add(self, packet: Packet[Stream], *, is_picture: bool) -> None:
        if packet.size and is_picture:  # the last packet of a track is empty and only flushes the decoder
            self.packets += 1
        elif packet.size:
            self.sound_packets += 1
        for frame in packet.decode():
            if isinstance(frame, VideoFrame | AudioFrame):
                self.on_frame(frame)
            if isinstance(frame, AudioFrame):
                self.sound += Fraction(frame.samples, frame.sample_rate)
            elif isinstance(frame, VideoFrame):
                self.frames += 1
                self.damaged += frame.is_corrupt


def _unseen(frame: VideoFrame | AudioFrame) -> None:
    """Nobody else looks."""


def probe(path: Path, *, max_frames: int = 2000, on_frame: OnFrame = _unseen) -> VideoFacts:
    """Decode an MP4 file from its first frame to its last, sound included, and say what it holds.

    All of it is decoded, not only its ends, so that a break anywhere is found: 0.1 s for 193 frames of 640x352.
    ``on_frame`` is shown each picture and each piece of sound on the way, and raises nothing.

    Raises:
        FileMissing: the file cannot be opened.
        VideoUnplayable: empty, not MP4, without pictures, breaking off, longer than ``max_frames``, or enormous.
    """
    try:
        file = path.open("rb")
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or N_("unreadable")) from problem
    with file:
        return _probe_open_file(file, file.seek(0, os.SEEK_END), max_frames, _Counts(on_frame))


def check(path: Path, settings: RenderSettings, on_frame: OnFrame = _unseen) -> tuple[VideoFacts, list[Note]]:
    """Probe a video; return what it holds and every deviation from what was asked for.

    Raises:
        FileMissing, VideoUnplayable: as ``probe``.
    """
    facts = probe(path, on_frame=on_frame)
    return facts, [*_picture_notes(facts, settings), *_sound_notes(facts)]


def _probe_open_file(file: BinaryIO, size: int, max_frames: int, counts: _Counts) -> VideoFacts:
    file.seek(0)
    begins_like_mp4 = file.read(8)[4:] == b"ftyp"
    if begins_like_mp4 and not _is_whole(file, size):
        raise VideoUnplayable(reason=N_("it breaks off"))
    file.seek(0)
    try:
        # An open file and the reader's name, not a path: nothing in the bytes can make FFmpeg open an address.
        with av.open(file, "r", format="mp4", metadata_errors="replace") as container:
            return _probe_container(container, size, max_frames, counts)
    except (av.FFmpegError, OSError, ValueError, ArithmeticError) as problem:
        reason = N_("it breaks off or is damaged") if begins_like_mp4 else N_("it is not an MP4 file")
        raise VideoUnplayable(str(problem), reason=reason if size else N_("it is empty")) from problem


def _is_whole(file: BinaryIO, size: int) -> bool:
    """Whether the boxes that MP4 is made of, each beginning with its length, end where the file ends.

    FFmpeg forgives a last box that is cut, and shows a film without its sound.
    """
    place = 0
    for _ in range(_MOST_BOXES):
        if place >= size:
            break
        file.seek(place)
        header = file.read(16)
        length = int.from_bytes(header[:4])
        if length == 1:  # more than 32 bits: the length comes after the box's name
            length = int.from_bytes(header[8:])
        if length < 8:
            return length == 0  # 0: to the end of the file
        place += length
    return place == size


def _probe_container(container: InputContainer, size: int, max_frames: int, counts: _Counts) -> VideoFacts:
    pictures = picture_track(container)
    _decode(container, pictures, max_frames, counts)
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


def picture_track(container: InputContainer) -> VideoStream:
    """The moving pictures.

    Raises:
        VideoUnplayable: there are none.
    """
    for track in container.streams.video:
        if not track.disposition & Disposition.attached_pic:  # a cover picture is kept as a track, too
            return _of_bearable_size(track)
    raise VideoUnplayable(reason=N_("it has no moving pictures"))


def _of_bearable_size(track: VideoStream) -> VideoStream:
    """The track, unless one frame of it would take more memory than a whole render may."""
    if track.width * track.height > _MOST_PIXELS:
        raise VideoUnplayable(
            reason=phrase(N_("its pictures have {width}x{height} pixels"), width=track.width, height=track.height)
        )
    return track


def _decode(container: InputContainer, pictures: VideoStream, max_frames: int, counts: _Counts) -> None:
    """Walk through the whole file once."""
    sound = container.streams.audio[:1]
    pictures.thread_type = "AUTO"
    for packet in container.demux(pictures, *sound):
        counts.add(packet, is_picture=packet.stream is pictures)
        if counts.packets > max_frames:
            raise VideoUnplayable(reason=phrase(N_("it has more than {limit} frames"), limit=max_frames))
    _check_complete(counts, pictures, sound)


def _check_complete(counts: _Counts, pictures: VideoStream, sound: tuple[AudioStream, ...]) -> None:
    """At the end of a file cut short FFmpeg just stops; the header still says how many there should be."""
    promised_sound = sound[0].frames if sound else 0
    if counts.packets < pictures.frames or counts.sound_packets < promised_sound:
        raise VideoUnplayable(reason=N_("it breaks off"))
    if counts.damaged:
        raise VideoUnplayable(reason=N_("some of its frames are damaged"))
    if not counts.frames:
        raise VideoUnplayable(reason=N_("it has no frames"))


def _length(pictures: VideoStream, num_frames: int, rate: Fraction) -> float:
    if pictures.duration and pictures.time_base:
        return float(pictures.duration * pictures.time_base)
    return float(num_frames / rate) if rate else 0.0


def _picture_notes(facts: VideoFacts, asked: RenderSettings) -> list[Note]:
    notes = []
    if (facts.width, facts.height) != (asked.width, asked.height):
        size = f"{facts.width}x{facts.height}"
        notes.append(note(N_("The video is {found}; {asked} was asked for."), found=size, asked=asked.size))
    if facts.num_frames != asked.num_frames:
        text = N_("The video has {found} frames; {asked} were asked for.")
        notes.append(note(text, found=facts.num_frames, asked=asked.num_frames))
    if abs(facts.fps - asked.fps) > 0.01:
        text = N_("The video runs at {found} frames a second; {asked} were asked for.")
        notes.append(note(text, found=round(facts.fps, 2), asked=asked.fps))
    if abs(facts.seconds - asked.seconds) > _TOLERANCE:
        text = N_("The video lasts {found} s; {asked} s were asked for.")
        notes.append(note(text, found=round(facts.seconds, 2), asked=round(asked.seconds, 2)))
    return notes


def _sound_notes(facts: VideoFacts) -> list[Note]:
    if facts.sound_seconds is None:
        return [note(N_("The video has no sound."))]
    if abs(facts.sound_seconds - facts.seconds) <= _TOLERANCE:
        return []
    text = N_("The sound lasts {sound} s, the pictures {pictures} s.")
    return [note(text, sound=round(facts.sound_seconds, 2), pictures=round(facts.seconds, 2))]
