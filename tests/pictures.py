"""Picture files to test with."""

from __future__ import annotations

import io

from PIL import Image


def picture(width: int = 640, height: int = 352, colour: str = "teal") -> bytes:
    """A PNG file of one colour."""
    return encoded(Image.new("RGB", (width, height), colour))


def gradient(width: int, height: int, kind: str = "PNG") -> bytes:
    """A picture of which every crop looks different."""
    return encoded(Image.radial_gradient("L").resize((width, height)).convert("RGB"), kind)


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    image.save(written, kind)
    return written.getvalue()
