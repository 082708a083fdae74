"""Text that is never a box: the shipped fonts, which characters they have, and drawing with several of them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).resolve().parent.parent / "fonts"
# Noto Sans SC in parts: the first has Chinese and most of Latin, the others only what it lacks.
FILES = tuple(
    f"noto-sans-sc-{part}-400-normal.woff2" for part in ("chinese-simplified", "latin-ext", "vietnamese", "cyrillic")
)
_PROBE_SIZE = 16
_NO_CHARACTER = "\U0010ffff"  # never assigned, so every font draws its empty box for it
_UNKNOWN_LETTER = "·"
# The font's curly quotes are as wide as a Chinese character: beside Latin letters they tear words apart.
_CURLY = re.compile(r"(?<=[!-~])[‘’“”]|[‘’“”](?=[!-~])")
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")


@lru_cache(maxsize=32)
def font(file: str, size: int) -> ImageFont.FreeTypeFont:
    # The plain layout gives the same picture on every system; the other one depends on what is installed.
    return ImageFont.truetype(FOLDER / file, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def file_with(character: str) -> str | None:
    """The first font file that has a glyph for the character."""
    return next((file for file in FILES if _drawn(file, character) != _drawn(file, _NO_CHARACTER)), None)


def _drawn(file: str, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font(file, _PROBE_SIZE).getmask(character)
    return mask.size, bytes(mask)


def drawable(text: str) -> str:
    """``text`` on one line, with only characters that the fonts have.

    A letter without a glyph becomes its plain form (ź z) or else a middle dot; emoji and other signs go.
    """
    straight = _CURLY.sub(lambda quote: quote[0].translate(_STRAIGHT), unicodedata.normalize("NFC", text))
    kept = (_kept(character) for character in straight)
    return " ".join("".join(kept).split())


def _kept(character: str) -> str:
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    if file_with(character):
        return character
    plain = unicodedata.normalize("NFKD", character)[0]
    if file_with(plain):
        return plain
    return _UNKNOWN_LETTER if character.isalnum() else ""


def runs(text: str) -> list[tuple[str, str]]:
    """Drawable text cut where the font changes: ``(file, part)``."""
    cut = groupby(text, key=lambda character: file_with(character) or FILES[0])
    return [(file, "".join(part)) for file, part in cut]


def width_of(text: str, size: int) -> float:
    """The width (pixels) of drawable text."""
    return sum(font(file, size).getlength(part) for file, part in runs(text))


def draw_line(canvas: Image.Image, left: float, top: float, text: str, size: int) -> None:
    """Draw one line of drawable text in white; ``top`` is the top of its line box."""
    draw = ImageDraw.Draw(canvas)
    for file, part in runs(text):
        face = font(file, size)
        draw.text((left, top), part, font=face, fill="white")
        left += face.getlength(part)


def line_height(size: int) -> int:
    """From one line to the next (pixels)."""
    return sum(font(FILES[0], size).getmetrics())
