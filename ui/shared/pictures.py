"""Pictures that are not on the disk yet, for pages: inside the page itself.

Streamlit's own store of media drops a picture when the page is drawn anew, also while a browser still loads it.
"""

from __future__ import annotations

import io
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

_QUALITY = 85


def data_uri(picture: Image, side: int) -> str:
    """A picture as a JPEG in a ``data:`` address.

    Args:
        side: pixels of its longer side at most.
    """
    return f"data:image/jpeg;base64,{b64encode(_jpeg(picture, side)).decode()}"


_SIDE = 256  # twice what is shown of a thumbnail, for sharp screens


@lru_cache(maxsize=300)
def small_jpeg(path: Path, changed: int) -> bytes:
    """A file's picture as a JPEG of a few kilobytes; ``changed`` is when the file was written.

    Raises:
        OSError: it is no picture, or gone.
    """
    from PIL import Image

    with Image.open(path) as picture:
        return _jpeg(picture, _SIDE)


def _jpeg(picture: Image, side: int) -> bytes:
    small, written = picture.convert("RGB"), io.BytesIO()
    small.thumbnail((side, side))
    small.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
