"""Shots joined to one film, to the frame.

A *cut* puts one shot behind the other. A shot that *continues* begins with the picture that the one before it ends
with: of the two the later is dropped, and the sound, which begins with that dropped picture, is cross-faded over its
one frame (42 ms at 24 fps). A *dissolve* blends the last frames of one with the first of the next, sound and all.
Of the sound ``media/film_sound.py`` knows more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.frame import PictureType

from core.errors import ShotsDiffer
from core.messages import gettext_noop, phrase
from media.film_sound import Clip, FilmSound, SoundPlan, sample
from media.loudness import RATE, FilmLevels, Sound, layout_of
from media.opened import opened, picture_track, sound_track
from media.subtitling import Burner, SoftTrack, Subtitles

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

OnFrame = Callable[[int, int], None]
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


def join(
    clips: Sequence[Clip],
    target: Path,
    *,
    tags: Mapping[str, str],
    on_frame: OnFrame,
    sound: SoundPlan | None = None,
    subtitles: Subtitles | None = None,
) -> FilmLevels:
    """Join MP4 files, in their order, to ``target`` (H.264 and AAC); ``on_frame(done, all)`` follows the frames.

    ``target`` may be there in part where this raises. Without ``sound`` every sound is as loud as it was.

    Raises:
        ShotsDiffer: they are not of one size and speed, or one is shorter than what is left away or dissolved of it;
            nothing was written.
        FileMissing, VideoUnplayable, BadMusic: a shot or the music cannot be read.
        OSError: the target cannot be written.
    """
    shapes = [shape_of(clip.path) for clip in clips]
    lengths = _lengths(clips, shapes)
    plan = sound or SoundPlan()
    whole = _common(shapes, sum(lengths) - sum(clip.overlap for clip in clips), 2 if plan.music else 0)
    heard = FilmSound(clips, lengths, whole.fps, whole.channels, plan) if whole.channels else None
    if heard is not None:
        heard.prepare()
    with av.open(f"file:{target}", "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update(tags)
        film = _Film(container, whole, heard, on_frame, subtitles)
        for clip, length, after in zip(clips, lengths, [*clips[1:], None], strict=True):
            film.add(clip, length, after)
        film.finish()
    return heard.levels() if heard is not None else FilmLevels(target=plan.loudness, loudness=None, peak=None)


def _lengths(clips: Sequence[Clip], shapes: Sequence[Shape]) -> list[int]:
    """The frames that the film has of each clip, those that lie on the one before it counted too.

    Raises:
        ShotsDiffer
    """
    lengths = [shape.num_frames - clip.start - clip.end for clip, shape in zip(clips, shapes, strict=True)]
    for number, (clip, length) in enumerate(zip(clips, lengths, strict=True), 1):
        after = clips[number].overlap if number < len(clips) else 0
        before = lengths[number - 2] if number > 1 else length
        if length < max(1, clip.overlap + after) or before < clip.overlap:
            words = gettext_noop("shot {n} is shorter than what is left away or dissolved of it")
            raise ShotsDiffer(reason=phrase(words, n=number))
        if clip.j_cut > min(clip.start, before - 1) or (clip.l_cut and clip.l_cut > min(clips[number - 2].end, length)):
            words = gettext_noop("the sound of shot {n} is to be cut where there is none")
            raise ShotsDiffer(reason=phrase(words, n=number))
    return lengths


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
            channels=sound.channels if (sound := sound_track(container)) else 0,
            colours=colours,
        )


def _common(shapes: Sequence[Shape], num_frames: int, channels: int) -> Shape:
    """The film's shape, with its number of frames.

    Raises:
        ShotsDiffer
    """
    first = shapes[0]
    for number, shape in enumerate(shapes[1:], 2):
        if (shape.width, shape.height) != (first.width, first.height):
            sizes = {"found": f"{shape.width}x{shape.height}", "first": f"{first.width}x{first.height}"}
            raise ShotsDiffer(reason=phrase(gettext_noop("shot {n} is {found}, shot 1 is {first}"), n=number, **sizes))
        if shape.fps != first.fps:
            rates = {"found": round(float(shape.fps), 3), "first": round(float(first.fps), 3)}
            words = gettext_noop("shot {n} has {found} frames a second, shot 1 has {first}")
            raise ShotsDiffer(reason=phrase(words, n=number, **rates))
    channels = min(2, max(channels, *(shape.channels for shape in shapes)))
    return Shape(first.width, first.height, first.fps, num_frames, channels, first.colours)


class _Film:
    """The film as it is written."""

    def __init__(
        self,
        container: OutputContainer,
        whole: Shape,
        heard: FilmSound | None,
        on_frame: OnFrame,
        subtitles: Subtitles | None,
    ) -> None:
        self._container, self._whole, self._on_frame = container, whole, on_frame
        self._track = self._video_track()
        self._sound = _SoundTrack(container, heard, whole.channels) if heard is not None else None
        shown = subtitles if subtitles is not None and subtitles.cues else None
        self._soft = SoftTrack(container, shown) if shown is not None and not shown.burnt else None
        self._burner = Burner(shown, (whole.width, whole.height)) if shown is not None and shown.burnt else None
        self._frames = 0
        self._held: deque[VideoFrame] = deque()  # the last pictures, which the next clip blends into

    def add(self, clip: Clip, length: int, after: Clip | None) -> None:
        """Write one clip up to what the one after it blends into.

        Args:
            length: its frames, those that lie on the clip before it counted too.
        """
        begins = self._frames + len(self._held) - clip.overlap  # where its first picture lies in the film
        if self._sound is not None:
            self._sound.write_to(sample(begins + length, self._whole.fps))
        holds = after.overlap if after is not None and after.blends else 0
        with opened(clip.path) as container:
            track = picture_track(container)
            track.thread_type = "AUTO"
            for number, frame in enumerate(islice(container.decode(track), clip.start, clip.start + length)):
                if number >= clip.overlap:
                    self._held.append(frame)
                elif clip.blends:
                    self._add_picture(_blended(self._held.popleft(), frame, (number + 1) / (clip.overlap + 1)))
                while number >= clip.overlap and len(self._held) > holds:
                    self._add_picture(self._held.popleft())

    def finish(self) -> None:
        """Write what is held back, and the ends of both tracks."""
        while self._held:
            self._add_picture(self._held.popleft())
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
        seconds, shown = float(self._frames / self._whole.fps), frame.reformat(format="yuv420p")
        if self._soft is not None:
            self._soft.write_to(seconds)
        if self._burner is not None:
            shown = self._burner.drawn(shown, seconds)
        shown.pts, shown.time_base = self._frames, 1 / self._whole.fps
        shown.pict_type = PictureType.NONE  # the encoder's own choice, not the source's
        self._container.mux(self._track.encode(shown))
        self._frames += 1
        self._on_frame(self._frames, self._whole.num_frames)


def _blended(before: VideoFrame, after: VideoFrame, share: float) -> VideoFrame:
    """A picture of a dissolve, with this share of the later one."""
    first, second = (frame.to_ndarray(format="yuv420p").astype(np.float32) for frame in (before, after))
    mixed = np.rint(first * (1 - share) + second * share).astype(np.uint8)
    return av.VideoFrame.from_ndarray(mixed, format="yuv420p")


class _SoundTrack:
    """The film's sound as it is written."""

    def __init__(self, container: OutputContainer, sound: FilmSound, channels: int) -> None:
        self._container, self._parts, self._layout = container, sound.parts(), layout_of(channels)
        self._track: AudioStream = container.add_stream("aac", rate=RATE, layout=self._layout, bit_rate=192_000)
        self._samples = 0

    def write_to(self, sample: int) -> None:
        """Write at least as far as this sample, so that sound and pictures lie beside each other in the file."""
        while self._samples < sample and (part := next(self._parts, None)) is not None:
            self._write(part)

    def finish(self) -> None:
        """Write what is left, and the end of the track."""
        for part in self._parts:
            self._write(part)
        self._container.mux(self._track.encode(None))

    def _write(self, sound: Sound) -> None:
        for start in range(0, sound.shape[1], _CHUNK):
            piece = np.ascontiguousarray(sound[:, start : start + _CHUNK])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=self._layout)
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
            self._samples += piece.shape[1]
            self._container.mux(self._track.encode(frame))
