"""The first frame of a render: the user's picture at the exact size that MOVA gets, or a white one."""

from __future__ import annotations

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
