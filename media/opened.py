"""The one way to open a film for reading: what it may cost is bounded before a frame or a sample is decoded.

A file of a few kB can promise millions of samples, thousands of tracks, or hours of silence. So its tables are counted
before FFmpeg sees them, its lengths before anything is decoded, and its decoders take no picture beyond a size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import av
from av.stream import Disposition

from core.errors import FileMissing, VideoUnplayable
from core.messages import gettext_noop, phrase
from media.boxes import Box, all_boxes

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

MAX_SECONDS = 600  # of a shot: the longest that can be asked for are 481 frames at 1 a second
_MOST_PIXELS = 2048 * 2048  # of one frame; MOVA's largest has a quarter of that
_MOST_TRACKS = 32  # a phone's film has up to nine
_MOST_SAMPLES = 2_000_000  # of one track: FFmpeg keeps 24 bytes for each of them
_MOST_SOUND_SAMPLES = 500_000_000  # of sound that is not compressed: FFmpeg keeps nothing for one of them
_COUNTS = {b"stsz": 8, b"stz2": 8, b"trun": 4}  # where a table of sizes says of how many samples it is
_MOST_CHANNELS = 16
_RATES = (4_000, 384_000)  # samples a second; resampled to 48,000, one of 1 Hz would grow that much


@contextmanager
def opened(path: Path, *, max_seconds: float = MAX_SECONDS) -> Iterator[InputContainer]:
    """An MP4 file to decode.

    Raises:
        FileMissing: the file cannot be opened.
        VideoUnplayable: it is not an MP4 file, breaks off while it is read, or is beyond a limit.
    """
    try:
        file = path.open("rb")
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or gettext_noop("unreadable")) from problem
    with file:
        try:
            with container(file, max_seconds=max_seconds) as film:
                yield film
        except (av.FFmpegError, ValueError, ArithmeticError) as problem:
            raise VideoUnplayable(str(problem), reason=gettext_noop("it is incomplete or damaged")) from problem


@contextmanager
def container(
    file: BinaryIO, *, max_seconds: float = MAX_SECONDS, packets_only: bool = False
) -> Iterator[InputContainer]:
    """The same of an open file, with FFmpeg's own errors.

    An open file and the reader's name, not a path: nothing in the bytes can make FFmpeg open an address.

    Args:
        packets_only: nothing will be decoded; FFmpeg would decode a frame of each track on opening, for 5 ms.

    Raises:
        VideoUnplayable: it is beyond a limit.
        av.FFmpegError, OSError, ValueError, ArithmeticError: it cannot be read.
    """
    _check_tables(file)
    file.seek(0)
    streams = _MOST_TRACKS * [{"skip_frame": "all"}] if packets_only else []
    # PyAV's stub has the wrong type for them.
    as_typed = cast("list[str]", streams)
    with av.open(file, "r", format="mp4", metadata_errors="replace", stream_options=as_typed) as film:
        for track in (*film.streams.video, *film.streams.audio):
            check_length(_seconds(track), max_seconds)
        yield film


def picture_track(film: InputContainer, max_pixels: int = _MOST_PIXELS) -> VideoStream:
    """The moving pictures, none of which may have more than ``max_pixels``.

    Raises:
        VideoUnplayable: there are none, or they are larger.
    """
    for track in film.streams.video:
        if not track.disposition & Disposition.attached_pic:  # a cover picture is kept as a track, too
            return _of_bearable_size(track, max_pixels)
    raise VideoUnplayable(reason=gettext_noop("it has no moving pictures"))


def film_tracks(film: InputContainer) -> list[Stream]:
    """All moving pictures and all sound."""
    pictures = [track for track in film.streams.video if not track.disposition & Disposition.attached_pic]
    return [*pictures, *film.streams.audio]


def sound_track(film: InputContainer) -> AudioStream | None:
    """The sound, None where there is none.

    Raises:
        VideoUnplayable: it is in a form that no film has.
    """
    for track in film.streams.audio[:1]:
        rate, channels = track.sample_rate or 0, track.channels
        if not _RATES[0] <= rate <= _RATES[1] or channels > _MOST_CHANNELS:
            words = gettext_noop("its sound has {channels} channels of {rate} samples a second")
            raise VideoUnplayable(reason=phrase(words, channels=channels, rate=rate))
        return track
    return None


def check_length(seconds: float, max_seconds: float) -> None:
    """Make sure that a track is not longer than a film may be.

    Raises:
        VideoUnplayable
    """
    if seconds > max_seconds:
        raise VideoUnplayable(reason=phrase(gettext_noop("it lasts longer than {limit} s"), limit=int(max_seconds)))


def _of_bearable_size(track: VideoStream, max_pixels: int) -> VideoStream:
    """The track, unless one frame of it would take more memory than it may; a later one that grows ends the reading."""
    if track.width * track.height > max_pixels:
        size = {"width": track.width, "height": track.height}
        raise VideoUnplayable(reason=phrase(gettext_noop("its frames are {width}x{height} pixels"), **size))
    track.codec_context.options = {"max_pixels": str(max_pixels)}
    return track


def _seconds(track: Stream) -> float:
    return float(track.duration * track.time_base) if track.duration and track.time_base else 0.0


def _check_tables(file: BinaryIO) -> None:
    """What FFmpeg would make memory for as soon as it reads the header."""
    found = list(all_boxes(file))
    media = [box for box in found if box.kind == b"mdia"]
    if max(len(media), sum(box.kind == b"trak" for box in found)) > _MOST_TRACKS:
        raise VideoUnplayable(reason=phrase(gettext_noop("it has more than {limit} tracks"), limit=_MOST_TRACKS))
    if any(box.kind == b"cmov" for box in found):  # a packed header, of the last century: it may unpack to gigabytes
        raise VideoUnplayable(reason=gettext_noop("it is incomplete or damaged"))
    plain = [one for one in media if _is_plain_sound(file, [box for box in found if one.start < box.start < one.end])]
    for box in found:
        if box.kind in _COUNTS:
            is_plain = any(one.start < box.start < one.end for one in plain)
            limit = _MOST_SOUND_SAMPLES if is_plain else _MOST_SAMPLES
            if _number(file, box, _COUNTS[box.kind]) > limit:
                raise VideoUnplayable(reason=phrase(gettext_noop("it has more than {limit} frames"), limit=limit))


def _is_plain_sound(file: BinaryIO, inside: list[Box]) -> bool:
    """Whether a track is of sound that is not compressed, each sample one tick long: FFmpeg reads it in pieces."""
    kinds = {_number(file, box, 8).to_bytes(4) for box in inside if box.kind == b"hdlr"}
    clocks = [(_number(file, box, 4), _number(file, box, 12)) for box in inside if box.kind == b"stts"]
    return b"soun" in kinds and kinds <= {b"soun", b"alis", b"url ", b"rsrc"} and set(clocks) == {(1, 1)}


def _number(file: BinaryIO, box: Box, place: int) -> int:
    file.seek(box.content + place)
    return int.from_bytes(file.read(4))
