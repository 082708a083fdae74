"""The first frame of a render: the user's picture at the exact size that MOVA gets, or a white one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from notes import N_, Note, note

if TYPE_CHECKING:
    from PIL.Image import Image

    from config import Settings
    from media.crop import CropChoice
    from render_settings import RenderSettings

WHITE_FRAME_NOTE = note(
    N_(
        "A white first frame is fragile: about 40 % of such clips were reported to be one flat colour. "
        "Describe everything, and try another seed or a real first frame where that happens."
    )
)


def open_source(source: Path | bytes, settings: Settings) -> Image:
    """Decode the user's picture within the limits of the settings.

    Raises:
        FileMissing, PictureError.
    """
    from media.pictures import open_picture

    return open_picture(
        source, max_bytes=settings.max_image_mb * 2**20, max_pixels=settings.max_image_megapixels * 10**6
    )


def white_png(render: RenderSettings) -> bytes:
    """The white first frame of a render without a picture."""
    from media.pictures import png_bytes, white_frame

    return png_bytes(white_frame(render.width, render.height))


def exact_frame(source: Path, render: RenderSettings, crop: CropChoice, settings: Settings) -> bytes:
    """The frame of a picture's file; one that is such a frame already stays as it is, byte for byte.

    The last frames are remembered: every step of a job asks for its own, which takes 0.1 s to make.

    Raises:
        FileMissing, PictureError.
    """
    return _exact_frame(source, _version(source), render, crop, settings)


def _version(source: Path) -> tuple[int, ...]:
    """Another one where the file was written again."""
    try:
        found = source.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=8)
def _exact_frame(
    source: Path, version: tuple[int, ...], render: RenderSettings, crop: CropChoice, settings: Settings
) -> bytes:
    from media.pictures import is_bare_png

    picture = open_source(source, settings)
    if picture.size == (render.width, render.height) and is_bare_png(data := source.read_bytes()):
        return data
    return render_frame(picture, render, crop)[0]


def render_frame(picture: Image | None, render: RenderSettings, crop: CropChoice) -> tuple[bytes, list[Note]]:
    """The frame as PNG bytes of ``render.width`` x ``render.height``, white where there is no picture.

    Returns:
        The bytes, and what was cut off or is known of white frames.
    """
    from media.crop import fit
    from media.pictures import png_bytes, white_frame

    if picture is None:
        return png_bytes(white_frame(render.width, render.height)), [WHITE_FRAME_NOTE]
    fitted = fit(picture, render.width, render.height, crop)
    return png_bytes(fitted.picture), [fitted.note] if fitted.note else []
