"""The true last picture of a video, as a player shows it."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter
from PIL import Image

from core.errors import VideoUnplayable
from core.messages import gettext_noop
from media.boxes import is_whole
from media.opened import container, opened, picture_track

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import BinaryIO

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_MOST_FOREIGN_PIXELS = 4096 * 2304  # a phone's 4K
_LONGEST_FOREIGN = 4 * 3600  # seconds; only the end is decoded
_WHOLE = 30  # seconds up to which a film is decoded from its beginning
_MOST_LEFT_AWAY = 12  # frames, half a second
LAST_FRAMES = 2 * _MOST_LEFT_AWAY  # of a film, by which its end is judged
_SMALL = 160  # pixels of width on which light and detail are measured
_JUMP, _FLASH = 12.0, 30.0  # grey levels between two frames, and against the second before
_CUT, _CUT_ABOVE = 20.0, 6.0  # mean grey levels between two frames, and how often the usual
_END = 10  # seconds before the end from which a longer one is


def last_frame(path: Path) -> Image.Image:
    """The last frame, RGB, in the video's own size and upright; a cover picture in the file is none.

    Raises:
        FileMissing, VideoUnplayable.
    """
    with opened(path) as film:
        return _last(film, picture_track(film))


def clean_last_frame(path: Path) -> tuple[Image.Image, int]:
    """The last frame that neither flashes nor blurs, and how many after it are left away, at most half a second.

    Renders of joint models end in a flash now and then (Lightricks/LTX-2 #148), which would be the next shot's start.

    Raises:
        FileMissing, VideoUnplayable.
    """
    with opened(path) as film:
        track = picture_track(film)
        track.thread_type = "AUTO"
        shown = deque(film.decode(track), maxlen=LAST_FRAMES)
        if not shown:
            raise VideoUnplayable(reason=gettext_noop("it has no frames"))
        left_away = _unclean(_greys(shown))
        return _as_shown(shown[-1 - left_away], track), left_away


@dataclass(frozen=True)
class Ending:
    """How a video ends, where *Extend* begins: ``unclean`` last frames flash or blur; ``jumps``: a cut in its last
    second.
    """

    unclean: int
    jumps: bool


def ending_of(path: Path) -> Ending:
    """Look at the last second.

    Raises:
        FileMissing, VideoUnplayable.
    """
    with opened(path) as film:
        track = picture_track(film)
        track.thread_type = "AUTO"
        return ending_in(deque(film.decode(track), maxlen=LAST_FRAMES))


def ending_in(shown: Collection[VideoFrame]) -> Ending:
    """The same of a film's last ``LAST_FRAMES`` frames.

    Raises:
        VideoUnplayable: there are none.
    """
    if not shown:
        raise VideoUnplayable(reason=gettext_noop("it has no frames"))
    frames = _greys(shown)
    unclean = _unclean(frames)
    moved = np.abs(np.diff(frames[: len(frames) - unclean], axis=0)).mean(axis=(1, 2))
    jumps = bool(len(moved) > 2 and float(np.max(moved)) > max(_CUT, _CUT_ABOVE * float(np.median(moved))))
    return Ending(unclean, jumps)


def _greys(frames: Iterable[VideoFrame]) -> npt.NDArray[np.float32]:
    scaler = VideoReformatter()  # one for all, and no threads: they would cost more than they spare
    return np.stack([_grey(frame, scaler) for frame in frames])


def _grey(frame: VideoFrame, scaler: VideoReformatter) -> npt.NDArray[np.float32]:
    height = max(2, _SMALL * frame.height // frame.width)
    small = scaler.reformat(frame, width=_SMALL, height=height, format="gray", threads=1)
    return small.to_ndarray().astype(np.float32)


def _unclean(frames: npt.NDArray[np.float32]) -> int:
    """How many of the last frames differ at once from those before in light, or have lost half of their detail."""
    before = frames[: max(1, len(frames) - _MOST_LEFT_AWAY)]
    light = frames.mean(axis=(1, 2))
    detail = np.abs(np.diff(frames, axis=2)).mean(axis=(1, 2)) / (light + 1)  # a picture that gets dark is not blurred
    jumps = np.abs(np.diff(light, prepend=light[0])) > _JUMP
    usual_light, usual_detail = np.median(light[: len(before)]), np.median(detail[: len(before)])
    for left_away in range(min(_MOST_LEFT_AWAY, len(frames) - 1) + 1):
        last = len(frames) - 1 - left_away
        flashes = abs(light[last] - usual_light) > _FLASH and jumps[len(before) : last + 1].any()
        if not flashes and detail[last] >= usual_detail / 2:
            return left_away
    return 0  # it has changed for good: that is how the shot ends


def last_frame_of(file: BinaryIO) -> Image.Image:
    """The same of any MP4 or MOV file, such as a phone's.

    Raises:
        VideoUnplayable
    """
    try:
        if not is_whole(file, file.seek(0, os.SEEK_END)):
            raise VideoUnplayable(reason=gettext_noop("it is incomplete"))
        with container(file, max_seconds=_LONGEST_FOREIGN) as film:
            return _last(film, picture_track(film, _MOST_FOREIGN_PIXELS))
    except (av.FFmpegError, OSError, ValueError, ArithmeticError) as problem:
        raise VideoUnplayable(str(problem), reason=gettext_noop("it is incomplete or damaged")) from problem


def _last(film: InputContainer, track: VideoStream) -> Image.Image:
    track.thread_type = "AUTO"
    seconds = float(track.duration * track.time_base) if track.duration and track.time_base else 0.0
    if seconds > _WHOLE and track.time_base:  # to the key picture before that place: everything after it is decoded
        film.seek(int((seconds - _END) / track.time_base) + (track.start_time or 0), stream=track)
    shown = deque(film.decode(track), maxlen=1)
    if not shown and seconds > _WHOLE:
        film.seek(0)
        shown = deque(film.decode(track), maxlen=1)
    if not shown:
        raise VideoUnplayable(reason=gettext_noop("it has no frames"))
    return _as_shown(shown[0], track)


def _as_shown(frame: VideoFrame, track: VideoStream) -> Image.Image:
    """Upright, and with square pixels."""
    picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
    wide = float(track.sample_aspect_ratio or 1)
    if wide != 1 and 0.25 <= wide <= 4:
        picture = picture.resize((max(1, round(picture.width * wide)), picture.height), Image.Resampling.BICUBIC)
    turns = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    turn = turns.get(round(frame.rotation / 90) * 90 % 360)
    return picture if turn is None else picture.transpose(turn)
