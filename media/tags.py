"""What an MP4 file says about itself: standard tags, a cover picture and an XMP packet, written without re-encoding.

The pictures and the sound are copied packet by packet. Free keys (``use_metadata_tags``) would lose the cover, so only
tags are used that MP4 has names for; what has none goes into the XMP packet, a box of its own at the file's end.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

from media.boxes import boxes
from media.opened import container, film_tracks

# As Adobe's XMP specification (part 3) has it for MPEG-4.
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_NAMES = ("title", "artist", "description", "synopsis", "comment", "keywords", "date", "copyright")
_MAX_XMP = 1_000_000


@dataclass(frozen=True)
class Tags:
    """``words`` by the names that FFmpeg has for them; ``cover`` is a PNG file, empty without one."""

    words: Mapping[str, str] = field(default_factory=dict)
    cover: bytes = b""
    xmp: str = ""


def write_tagged(source: Path, target: Path, tags: Tags) -> None:
    """Copy an MP4 file with these tags in the place of its own; the film inside stays as it is, byte for byte.

    Raises:
        VideoUnplayable, av.FFmpegError, OSError, ValueError: ``target`` may be there in part.
    """
    with (
        source.open("rb") as file,
        container(file, packets_only=True) as film,
        # "file:" keeps a colon in the path from being taken for a protocol.
        av.open(f"file:{target}", "w", format="mp4", options={"movflags": "+faststart"}) as copy,
    ):
        _copy(film, copy, tags)
    add_xmp(target, tags.xmp)


def add_xmp(path: Path, xmp: str) -> None:
    """Append an XMP packet to an MP4 file that has none."""
    with path.open("ab") as written:
        written.write(_xmp_box(xmp) if xmp else b"")


def read_tags(source: Path | BinaryIO) -> Tags:
    """The tags of an MP4 file, of those that ``write_tagged`` writes.

    Raises:
        VideoUnplayable, av.FFmpegError, OSError, ValueError: it is not an MP4 file that can be read.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            return read_tags(file)
    with container(source, max_seconds=math.inf, packets_only=True) as film:
        words = _words(film)
        cover = _cover(film)
    return Tags(words, cover, _xmp(source))


Film = list[tuple[str, str, list[str]]]


@dataclass
class FilmPackets:
    """Shown every packet of a film in its order, by whoever reads it."""

    _tracks: dict[int, tuple[str, str]] = field(default_factory=dict)
    _packets: dict[int, list[str]] = field(default_factory=dict)

    def add(self, packet: Packet[Stream]) -> None:
        """Take the next packet; the empty one at a track's end makes its track known at the latest."""
        track = packet.stream
        self._tracks[track.index] = (track.type, track.codec_context.name)
        of_track = self._packets.setdefault(track.index, [])
        if packet.size:
            times = f"{packet.pts} {packet.dts} {packet.time_base} {packet.is_keyframe}"
            of_track.append(times + hashlib.sha256(packet).hexdigest())

    @property
    def film(self) -> Film:
        """The tracks of pictures and sound: kind, codec, and a digest of each packet with its times."""
        return [(kind, codec, self._packets[index]) for index, (kind, codec) in sorted(self._tracks.items())]


def film_of(path: Path) -> Film:
    """What ``FilmPackets`` tells of a file.

    Raises:
        VideoUnplayable, av.FFmpegError, OSError, ValueError.
    """
    return read_back(path)[1]


def read_back(path: Path) -> tuple[Tags, Film]:
    """What ``read_tags`` and ``film_of`` tell of a file, which is opened once.

    Raises:
        VideoUnplayable, av.FFmpegError, OSError, ValueError.
    """
    packets, cover = FilmPackets(), b""
    with path.open("rb") as file, container(file, packets_only=True) as film:
        tracks, words = film_tracks(film), _words(film)
        for packet in film.demux(*tracks, *_cover_tracks(film)):
            if packet.stream in tracks:
                packets.add(packet)
            else:
                cover = cover or bytes(packet)
        return Tags(words, cover, _xmp(file)), packets.film


def _words(film: InputContainer) -> dict[str, str]:
    return {name: film.metadata[name] for name in _NAMES if name in film.metadata}


def _copy(film: InputContainer, copy: OutputContainer, tags: Tags) -> None:
    copied = {track.index: copy.add_stream_from_template(track) for track in film_tracks(film)}
    cover = _cover_track(copy, tags.cover) if tags.cover else None
    copy.metadata.update(tags.words)
    copy.start_encoding()
    if cover is not None:
        picture = Packet(tags.cover)
        picture.stream, picture.pts, picture.dts, picture.is_keyframe = cover, 0, 0, True
        copy.mux(picture)
    for packet in film.demux(*film_tracks(film)):
        if packet.dts is not None:  # the last one of a track is empty
            packet.stream = copied[packet.stream.index]
            copy.mux(packet)


def _cover_track(copy: OutputContainer, png: bytes) -> Stream:
    track = copy.add_stream("png")
    track.width, track.height = (int.from_bytes(png[place : place + 4]) for place in (16, 20))
    track.pix_fmt = "rgb24"
    track.disposition = Disposition.attached_pic
    return track


def _cover(film: InputContainer) -> bytes:
    for track in _cover_tracks(film):
        return next((bytes(packet) for packet in film.demux(track) if packet.size), b"")
    return b""


def _cover_tracks(film: InputContainer) -> Sequence[Stream]:
    """The first picture that is shown in the place of the film; none where it has no such picture."""
    return [track for track in film.streams.video if track.disposition & Disposition.attached_pic][:1]


def _xmp_box(xmp: str) -> bytes:
    content = _XMP_BOX + xmp.encode()
    return (len(content) + 8).to_bytes(4) + b"uuid" + content


def _xmp(file: BinaryIO) -> str:
    for box in boxes(file):
        if box.kind == b"uuid" and box.end - box.start <= _MAX_XMP:
            file.seek(box.content)
            if file.read(16) == _XMP_BOX:
                return file.read(box.end - box.content - 16).decode("utf-8", "replace")
    return ""
