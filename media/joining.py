"""Shots that continue each other, joined to one film.

A shot begins with the picture that the one before it ends with, so that of the two the later is dropped: a film has as
many frames as its shots together, less one for each joint. The sound of a shot begins with that dropped picture, one
frame before the joint, where the sound before it still lasts: over this one frame (42 ms at 24 fps) the two are
cross-faded, and every sound stays where its picture is. Sound is cut or filled with silence to the length of its
pictures, so that nothing drifts however many shots there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType

from errors import ShotsDiffer
from media.last_frame import opened
from media.videos import picture_track
from notes import N_, phrase

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Sound = npt.NDArray[np.float32]  # one row a channel
OnFrame = Callable[[int, int], None]
_RATE = 48_000
_CHUNK = 1024


@dataclass(frozen=True)
class Shape:
    """What all shots of a film have in common; ``channels`` is 0 where none of them has sound."""

    width: int
    height: int
    fps: Fraction
    num_frames: int
    channels: int
    colours: Mapping[str, int] = field(default_factory=dict)


def join(shots: Sequence[Path], target: Path, *, tags: Mapping[str, str], on_frame: OnFrame) -> None:
    """Join MP4 files, in their order, to ``target`` (H.264 and AAC); ``on_frame(done, all)`` follows the frames.

    ``target`` may be there in part where this raises.

    Raises:
        ShotsDiffer: they are not of one size and speed; nothing was written.
        FileMissing, VideoUnplayable: a shot cannot be read.
        OSError: the target cannot be written.
    """
    shapes = [shape_of(path) for path in shots]
    whole = _common(shapes)
    with av.open(f"file:{target}", "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update(tags)
        film = _Film(container, whole, on_frame)
        for path, shape in zip(shots, shapes, strict=True):
            film.add(path, shape)
        film.finish()


def shape_of(path: Path) -> Shape:
    """The shape of one shot; its frames are counted by decoding them, for headers may be wrong.

    Raises:
        FileMissing, VideoUnplayable.
    """
    with opened(path) as container:
        track = picture_track(container)
        track.thread_type = "AUTO"
        context = track.codec_context
        colours = {name: getattr(context, name) for name in ("color_primaries", "color_trc", "colorspace")}
        return Shape(
            width=track.width,
            height=track.height,
            fps=track.average_rate or track.guessed_rate or Fraction(),
            num_frames=sum(1 for _ in container.decode(track)),
            channels=max((sound.channels for sound in container.streams.audio[:1]), default=0),
            colours=colours,
        )


def _common(shapes: Sequence[Shape]) -> Shape:
    """The film's shape.

    Raises:
        ShotsDiffer
    """
    first = shapes[0]
    for number, shape in enumerate(shapes[1:], 2):
        if (shape.width, shape.height) != (first.width, first.height):
            sizes = {"found": f"{shape.width}x{shape.height}", "first": f"{first.width}x{first.height}"}
            raise ShotsDiffer(reason=phrase(N_("shot {n} is {found}, shot 1 is {first}"), n=number, **sizes))
        if shape.fps != first.fps:
            rates = {"found": round(float(shape.fps), 3), "first": round(float(first.fps), 3)}
            words = N_("shot {n} has {found} frames a second, shot 1 has {first}")
            raise ShotsDiffer(reason=phrase(words, n=number, **rates))
    num_frames = sum(shape.num_frames for shape in shapes) - (len(shapes) - 1)
    channels = min(2, max(shape.channels for shape in shapes))
    return Shape(first.width, first.height, first.fps, num_frames, channels, first.colours)


class _Film:
    """The film as it is written."""

    def __init__(self, container: OutputContainer, whole: Shape, on_frame: OnFrame) -> None:
        self._container, self._whole, self._on_frame = container, whole, on_frame
        self._track = self._video_track()
        self._sound = _SoundTrack(container, whole) if whole.channels else None
        self._frames = 0

    def add(self, path: Path, shape: Shape) -> None:
        """Write one shot: its pictures but a duplicate first one, and its sound."""
        begins = self._frames - 1 if self._frames else 0  # where its first picture lies in the film
        if self._sound is not None:
            self._sound.add(path, begins, begins + shape.num_frames)
        with opened(path) as container:
            track = picture_track(container)
            track.thread_type = "AUTO"
            for number, frame in enumerate(container.decode(track)):
                if number or not self._frames:
                    self._add_picture(frame)

    def finish(self) -> None:
        """Write what is held back, and the ends of both tracks."""
        if self._sound is not None:
            self._sound.finish()
        self._container.mux(self._track.encode(None))

    def _video_track(self) -> VideoStream:
        track = self._container.add_stream("libx264", rate=self._whole.fps, options={"preset": "fast", "crf": "16"})
        track.width, track.height, track.pix_fmt = self._whole.width, self._whole.height, "yuv420p"
        for name, value in self._whole.colours.items():
            setattr(track.codec_context, name, value)
        return track

    def _add_picture(self, frame: VideoFrame) -> None:
        shown = frame.reformat(format="yuv420p")
        shown.pts, shown.time_base = self._frames, 1 / self._whole.fps
        shown.pict_type = PictureType.NONE  # the encoder's own choice, not the source's
        self._container.mux(self._track.encode(shown))
        self._frames += 1
        self._on_frame(self._frames, self._whole.num_frames)


class _SoundTrack:
    """The film's sound. ``_tail`` is that of its last frame so far, which the next shot's fades into."""

    def __init__(self, container: OutputContainer, whole: Shape) -> None:
        self._container, self._fps, self._channels = container, whole.fps, whole.channels
        self._layout = "mono" if whole.channels == 1 else "stereo"
        self._track: AudioStream = container.add_stream("aac", rate=_RATE, layout=self._layout, bit_rate=192_000)
        self._tail: Sound = np.zeros((whole.channels, 0), np.float32)
        self._samples = 0

    def add(self, path: Path, begins: int, ends: int) -> None:
        """Write a shot's sound up to its last frame, and hold that of the last frame back.

        Args:
            begins, ends: where its first picture lies in the film, and one past its last.
        """
        begin, last, end = (self._sample(frame) for frame in (begins, ends - 1, ends))
        sound = _as_long_as(self._read(path), end - begin)
        faded = min(self._tail.shape[1], end - begin)
        rise = np.linspace(0, 1, faded, endpoint=False, dtype=np.float32)
        sound[:, :faded] = self._tail[:, :faded] * (1 - rise) + sound[:, :faded] * rise
        self._write(sound[:, : last - begin])
        self._tail = sound[:, last - begin :]

    def finish(self) -> None:
        """Write the sound of the film's last frame, and the end of the track."""
        self._write(self._tail)
        self._container.mux(self._track.encode(None))

    def _sample(self, frame: int) -> int:
        """The sample at which a frame begins."""
        return round(frame * _RATE / self._fps)

    def _read(self, path: Path) -> Sound:
        with opened(path) as container:
            parts = list(_decoded_sound(container, self._layout))
        return np.concatenate(parts, axis=1) if parts else np.zeros((self._channels, 0), np.float32)

    def _write(self, sound: Sound) -> None:
        for start in range(0, sound.shape[1], _CHUNK):
            piece = np.ascontiguousarray(sound[:, start : start + _CHUNK])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=self._layout)
            frame.sample_rate, frame.pts, frame.time_base = _RATE, self._samples, Fraction(1, _RATE)
            self._samples += piece.shape[1]
            self._container.mux(self._track.encode(frame))


def _decoded_sound(container: InputContainer, layout: str) -> Iterator[Sound]:
    if not container.streams.audio:
        return
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=_RATE)
    for frame in container.decode(container.streams.audio[0]):
        yield from map(_samples, resampler.resample(frame))
    yield from map(_samples, resampler.resample(None))


def _samples(frame: AudioFrame) -> Sound:
    return frame.to_ndarray().astype(np.float32)


def _as_long_as(sound: Sound, length: int) -> Sound:
    """Cut, or filled with silence."""
    filled = np.zeros((sound.shape[0], length), np.float32)
    kept = min(length, sound.shape[1])
    filled[:, :kept] = sound[:, :kept]
    return filled
