"""A card's picture as a service takes it: in a kind and a size of its own, unchanged where it fits already."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config import Settings

_MIME = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_QUALITY = 92


@dataclass(frozen=True, kw_only=True)
class PictureLimits:
    """``kinds`` are file endings such as ``png``; ``shortest`` and ``longest`` are sides in pixels."""

    kinds: tuple[str, ...] = ("png", "jpg", "webp")
    shortest: int = 64
    longest: int = 3072
    megabytes: int = 7


def small_png(data: bytes, settings: Settings, longest: int = 1024) -> bytes:
    """The picture as PNG bytes whose longer side has at most so many pixels, to be looked at.

    Raises:
        PictureError: it cannot be used.
    """
    from PIL.Image import Resampling

    from media.frames import open_source
    from media.pictures import png_bytes

    picture = open_source(data, settings)
    scale = longest / max(picture.size)
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in picture.size)
        picture = picture.resize((width, height), Resampling.LANCZOS)
    return png_bytes(picture)


def as_taken(data: bytes, limits: PictureLimits, settings: Settings) -> tuple[bytes, str]:
    """The picture's bytes as they are sent, and their MIME type.

    Raises:
        PictureError: it cannot be used.
    """
    from PIL.Image import Resampling

    from media.frames import open_source
    from media.pictures import kind_of

    picture, kind = open_source(data, settings), kind_of(data)
    sides = picture.size
    fits = limits.shortest <= min(sides) and max(sides) <= limits.longest
    if fits and kind in limits.kinds and kind in _MIME and len(data) <= limits.megabytes * 10**6:
        return data, _MIME[kind]
    scale = min(max(1.0, limits.shortest / min(sides)), limits.longest / max(sides))
    if scale != 1.0:
        picture = picture.resize((max(1, round(sides[0] * scale)), max(1, round(sides[1] * scale))), Resampling.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue(), "image/jpeg"
