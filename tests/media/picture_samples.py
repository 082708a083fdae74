"""Small pictures that the tests of the room share."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from media.pictures import open_picture

SIZE = (80, 66)
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CORNERS = ((5, 5), (74, 5), (5, 60), (74, 60))


def quarters() -> Image.Image:
    """Red and green above, blue and white below: every turn and flip of it looks different."""
    picture = Image.new("RGB", SIZE, WHITE)
    for colour, corner in ((RED, (0, 0)), (GREEN, (40, 0)), (BLUE, (0, 33))):
        picture.paste(colour, (*corner, corner[0] + 40, corner[1] + 33))
    return picture


def noise() -> Image.Image:
    grey = Image.linear_gradient("L").resize(SIZE)
    return Image.merge("RGB", [grey, grey.rotate(180), Image.radial_gradient("L").resize(SIZE)])


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes | Path, *, max_bytes: int = 10**7, max_pixels: int = 10**6) -> Image.Image:
    picture = open_picture(data, max_bytes=max_bytes, max_pixels=max_pixels)
    assert picture.mode == "RGB"
    assert type(picture) is Image.Image
    assert not picture.info
    return picture


def colours(picture: Image.Image) -> list[tuple[int, ...]]:
    return [picture.getpixel(corner) for corner in CORNERS]  # type: ignore[misc]


def close(found: list[tuple[int, ...]], wanted: list[tuple[int, ...]], within: int) -> bool:
    return all(abs(a - b) <= within for x, y in zip(found, wanted, strict=True) for a, b in zip(x, y, strict=True))


def animation(**options: object) -> dict[str, object]:
    """How to save a black frame after the first one."""
    return {"save_all": True, "append_images": [Image.new("RGB", SIZE, "black")], "duration": 100, **options}
