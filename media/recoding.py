"""A video's pictures encoded anew, its sound copied as it is: for copies that are labelled, or light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import av

from media.opened import opened, picture_track

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_TAGS = ("title", "artist", "keywords", "date")  # not the run inside, which may be longer than the film


def recode(source: Path, target: Path, *, x264: Mapping[str, str], change: Callable[[VideoFrame], VideoFrame]) -> None:
    """Write a copy that every browser plays, with short tags.

    Args:
        x264: its options, such as ``{"preset": "fast", "crf": "16"}``.
        change: is given each picture, and gives the one that is written, as yuv420p.

    ``target`` may be there in part where this raises.

    Raises:
        FileMissing, VideoUnplayable: the source cannot be read.
        OSError: the target cannot be written.
    """
    with opened(source) as film:
        pictures, sound = picture_track(film), film.streams.audio[:1]
        with av.open(f"file:{target}", "w", format="mp4", options={"movflags": "+faststart"}) as copy:
            copy.metadata.update({name: film.metadata[name] for name in _TAGS if name in film.metadata})
            encoder = _encoder(copy.add_stream("libx264", rate=pictures.average_rate), pictures, x264)
            copied = {track.index: copy.add_stream_from_template(track) for track in sound}
            for packet in film.demux(pictures, *sound):
                if packet.stream is not pictures:
                    if packet.dts is not None:  # the last one of a track is empty
                        packet.stream = copied[packet.stream.index]
                        copy.mux(packet)
                    continue
                for frame in pictures.codec_context.decode(packet if packet.size else None):
                    changed = change(frame)
                    changed.pts, changed.time_base = frame.pts, pictures.time_base
                    copy.mux(encoder.encode(changed))
            copy.mux(encoder.encode(None))


def _encoder(track: VideoStream, like: VideoStream, options: Mapping[str, str]) -> VideoStream:
    track.width, track.height, track.pix_fmt = like.width, like.height, "yuv420p"
    track.time_base = like.time_base
    track.options = dict(options)
    for name in ("color_primaries", "color_trc", "colorspace"):
        setattr(track.codec_context, name, getattr(like.codec_context, name))
    return track
