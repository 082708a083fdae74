"""A small JPEG that stands for a video or a picture on pages: of the first frame on which there is something."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import av
from PIL import Image, ImageStat

from core.errors import FileMissing, VideoUnplayable
from core.messages import gettext_noop
from media.opened import container, picture_track

_SIDE = 480  # pixels of the longer side, enough for a card on a sharp screen: 20 to 40 kB
_QUALITY = 80
_LOOKED_AT = 120  # frames; a run from a white frame shows something within its first seconds
_FLAT = 4.0  # standard deviation of the grey levels: below this there is nothing to see


def first_poster(sources: Iterable[Path]) -> bytes | None:
    """The ``poster`` of the first of these files that can be read; None where none can."""
    for source in sources:
        with suppress(FileMissing, VideoUnplayable):
            return poster(source)
    return None


def poster(source: Path) -> bytes:
    """A JPEG of at most 480 pixels a side: of a video's first frame that is not flat, or of a picture.

    Raises:
        FileMissing: the file cannot be opened.
        VideoUnplayable: no frame can be decoded, or it is no picture.
    """
    try:
        picture = _first_not_flat(source) if source.suffix == ".mp4" else _opened(source)
    except (av.FFmpegError, Image.DecompressionBombError, SyntaxError) as problem:
        raise VideoUnplayable(reason=type(problem).__name__) from problem
    except OSError as problem:
        raise FileMissing(name=source.name, reason=problem.strerror or gettext_noop("unreadable")) from problem
    picture.thumbnail((_SIDE, _SIDE))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def is_flat(picture: Image.Image) -> bool:
    """Whether a picture is of one colour all over."""
    small = picture.convert("L").resize((64, 64))
    return ImageStat.Stat(small).stddev[0] < _FLAT


def _opened(source: Path) -> Image.Image:
    with Image.open(source) as picture:
        return picture.convert("RGB")


def _first_not_flat(source: Path) -> Image.Image:
    """The first frame that shows something; the very first where none of those looked at does."""
    first: Image.Image | None = None
    for picture in _frames(source):
        if not is_flat(picture):
            return picture
        first = first or picture
    if first is None:
        raise VideoUnplayable(reason=gettext_noop("it has no frames"))
    return first


def _frames(source: Path) -> Iterator[Image.Image]:
    with source.open("rb") as file, container(file) as film:
        for number, frame in enumerate(film.decode(picture_track(film))):
            if number == _LOOKED_AT:
                return
            yield frame.to_image()  # type: ignore[no-untyped-call]
