"""The true last picture of a video: all of it is decoded, for a seek may end some frames before the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import av
from PIL import Image

from errors import FileMissing, VideoUnplayable
from media.videos import picture_track
from notes import N_

if TYPE_CHECKING:
    from av.container import InputContainer


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """An MP4 file to decode.

    Raises:
        FileMissing: the file cannot be opened.
        VideoUnplayable: it is not an MP4 file, or breaks off while it is read.
    """
    try:
        file = path.open("rb")
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or N_("unreadable")) from problem
    with file:
        try:
            with av.open(file, "r", format="mp4", metadata_errors="replace") as container:
                yield container
        except (av.FFmpegError, ValueError, ArithmeticError) as problem:
            raise VideoUnplayable(str(problem), reason=N_("it breaks off or is damaged")) from problem


def last_frame(path: Path) -> Image.Image:
    """The last frame as it is shown, RGB, in the video's own size; a cover picture in the file is none.

    Raises:
        FileMissing, VideoUnplayable.
    """
    with opened(path) as container:
        track = picture_track(container)
        track.thread_type = "AUTO"
        shown = deque(container.decode(track), maxlen=1)
        if not shown:
            raise VideoUnplayable(reason=N_("it has no frames"))
        return Image.fromarray(shown[0].to_ndarray(format="rgb24"))
