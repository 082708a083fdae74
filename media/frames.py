"""The first frame of a render: the user's picture at the exact size that MOVA gets, or a white one."""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache, cached

from core.messages import Message, gettext_noop, message

if TYPE_CHECKING:
    from PIL.Image import Image

    from config import Settings
    from core.render_settings import RenderSettings
    from media.crop import CropChoice

WHITE_FRAME_NOTE = message(
    gettext_noop(
        "A white first frame is fragile: about 40 % of such clips were reported to be one flat colour. "
        "Describe everything, and try another seed or a real first frame where that happens."
    )
)


_KEPT = 50_000_000  # pixels, of which each takes 4 bytes: the largest picture of a phone, or many small ones


def open_source(source: Path | bytes, settings: Settings) -> Image:
    """The user's picture, decoded within the limits of the settings.

    The last ones are kept, for a picture is looked at several times on its way. So it is not to be changed.

    Raises:
        FileMissing, PictureError.
    """
    from media.pictures import read_picture

    max_bytes, max_pixels = settings.max_image_mb * 2**20, settings.max_image_megapixels * 10**6
    data = source if isinstance(source, bytes) else read_picture(source, max_bytes=max_bytes)
    return _decoded(data, max_bytes, max_pixels)


def _digest(data: bytes, *limits: int) -> tuple[bytes | int, ...]:
    return hashlib.sha256(data).digest(), *limits


@cached(LRUCache(_KEPT, lambda picture: picture.width * picture.height), key=_digest, lock=Lock())
def _decoded(data: bytes, max_bytes: int, max_pixels: int) -> Image:
    from media.pictures import open_picture

    return open_picture(data, max_bytes=max_bytes, max_pixels=max_pixels)


def taken_picture(data: bytes, name: str, settings: Settings) -> tuple[bytes, list[Message]]:
    """A person's file as a picture's bytes: itself, or of a film (MP4, MOV) its last frame, which is said.

    Raises:
        PictureError: it is neither, or cannot be used.
    """
    from core.errors import VideoUnplayable, VideoWithoutFrame
    from media.pictures import is_film, png_bytes

    if not is_film(data):
        open_source(data, settings)
        return data, []
    from media.last_frame import last_frame_of

    try:
        last = png_bytes(last_frame_of(io.BytesIO(data)))
    except VideoUnplayable as problem:
        raise VideoWithoutFrame(problem.raw, name=name[:80], reason=problem.facts["reason"]) from problem
    open_source(last, settings)
    return last, [
        message(gettext_noop("{name} is a video: its last frame is used as the first frame."), name=name[:80])
    ]


def read_own(path: Path, settings: Settings) -> tuple[bytes, list[Message]]:
    """The same of a file, which is read once. A film may be as large as a video, a picture as a picture.

    Raises:
        FileMissing, PictureError.
    """
    from media.pictures import read_picture

    data = read_picture(path, max_bytes=settings.max_image_mb * 2**20, max_film=settings.max_video_mb * 2**20)
    return taken_picture(data, path.name, settings)


def white_png(render: RenderSettings) -> bytes:
    """The white first frame of a render without a picture."""
    from media.pictures import png_bytes, white_frame

    return png_bytes(white_frame(render.width, render.height))


def exact_frame(source: Path | bytes, render: RenderSettings, crop: CropChoice, settings: Settings) -> bytes:
    """The frame of a picture; one that is such a frame already stays as it is, byte for byte.

    The last frames are remembered: every step of a job asks for its own, which takes 0.1 s to make.

    Raises:
        FileMissing, PictureError.
    """
    return _exact_frame(source, _version(source), render, crop, settings)


def _version(source: Path | bytes) -> tuple[int, ...]:
    """Another one where the file was written again."""
    if isinstance(source, bytes):
        return ()
    try:
        found = source.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=8)
def _exact_frame(
    source: Path | bytes, version: tuple[int, ...], render: RenderSettings, crop: CropChoice, settings: Settings
) -> bytes:
    from media.pictures import is_bare_png

    picture = open_source(source, settings)
    if picture.size == (render.width, render.height):
        data = source if isinstance(source, bytes) else source.read_bytes()
        if is_bare_png(data):
            return data
    return render_frame(picture, render, crop)[0]


def render_frame(picture: Image | None, render: RenderSettings, crop: CropChoice) -> tuple[bytes, list[Message]]:
    """The frame as PNG bytes of ``render.width`` x ``render.height``, white where there is no picture.

    Returns:
        The bytes, and what was cut off or is known of white frames.
    """
    from media.crop import fit
    from media.pictures import png_bytes, white_frame

    if picture is None:
        return png_bytes(white_frame(render.width, render.height)), [WHITE_FRAME_NOTE]
    fitted = fit(picture, render.width, render.height, crop)
    return png_bytes(fitted.picture), [fitted.message] if fitted.message else []
