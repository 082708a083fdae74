"""Words set into a picture with the shipped fonts: Chinese included, and never an empty box for what they lack."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

_FOLDER = Path(__file__).resolve().parent.parent / "fonts"
CHINESE = "chinese-simplified"
_PARTS = (CHINESE, "latin-ext", "vietnamese", "cyrillic")  # the first has Chinese and most of Latin
_A_LETTER_OF = {CHINESE: "中", "latin-ext": "ă", "vietnamese": "ạ", "cyrillic": "ж"}
_NO_CHARACTER = "\U0010ffff"  # never assigned: a font draws its empty box for it
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[（《「『【]*[{_WIDE}][，。！？；：、”’）》」』】…,.!?;:)]*|[^\s{_WIDE}]+|\s+")
# The font's curly marks are as wide as a Chinese character and tear Latin words apart.
_LATIN_CURLY = re.compile(r"(?<=[!-~])[‘’“”]|[‘’“”](?=[!-~])")


@lru_cache(maxsize=64)
def _face(part: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout draws the same pixels on every system.
    return ImageFont.truetype(_FOLDER / _file(part), size, layout_engine=ImageFont.Layout.BASIC)


def _file(part: str) -> str:
    return f"noto-sans-sc-{part}-400-normal.woff2"


@lru_cache(maxsize=8192)
def _part_with(character: str) -> str | None:
    return next((part for part in _PARTS if _shape(part, character) != _shape(part, _NO_CHARACTER)), None)


def _shape(part: str, character: str) -> tuple[tuple[int, int], bytes]:
    mask = _face(part, 16).getmask(character)
    return mask.size, bytes(mask)


def unusable_parts(folder: Path | None = None) -> tuple[str, ...]:
    """The parts of the font that cannot be opened, or lack the letters that they are for."""
    return tuple(part for part in _PARTS if not _draws(folder or _FOLDER, part))


def _draws(folder: Path, part: str) -> bool:
    try:
        face = ImageFont.truetype(folder / _file(part), 16, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        return False
    return bytes(face.getmask(_A_LETTER_OF[part])) != bytes(face.getmask(_NO_CHARACTER))


def drawable(text: str) -> str:
    """The text on one line with characters that the fonts have: ``ź`` may become ``z``, emoji go."""
    text = _LATIN_CURLY.sub(lambda mark: "'" if mark[0] in "‘’" else '"', unicodedata.normalize("NFC", text))
    return " ".join("".join(map(_drawn_as, text)).split())


def _drawn_as(character: str) -> str:
    if character.isspace() or unicodedata.category(character)[0] == "C":
        return " " if character.isspace() else ""
    plain = unicodedata.normalize("NFKD", character)[0]
    found = next((kept for kept in (character, plain) if _part_with(kept)), None)
    return found or ("·" if character.isalnum() else "")


def font_files(text: str) -> list[tuple[str, Path]]:
    """The parts of the font that drawable text needs, each with its file; the first is always there."""
    needed = {_part_with(character) for character in text}
    return [(part, _FOLDER / _file(part)) for part in _PARTS if part == _PARTS[0] or part in needed]


def _runs(text: str) -> list[tuple[str, str]]:
    return [(part, "".join(run)) for part, run in groupby(text, key=lambda c: _part_with(c) or _PARTS[0])]


def width(text: str, size: int) -> float:
    """The width of drawable text, in pixels."""
    return sum(_face(part, size).getlength(run) for part, run in _runs(text))


def line_height(size: int) -> int:
    """From one line to the next, in pixels."""
    return round(sum(_face(_PARTS[0], size).getmetrics()) * 0.98)


def wrapped(text: str, size: int, room: float) -> list[str]:
    """Drawable text in lines of at most ``room`` pixels; a line never begins with closing punctuation."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if width(lines[-1] + piece.rstrip(), size) > room:
            lines += _broken(piece.strip(), size, room)
        else:
            lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]


def _broken(piece: str, size: int, room: float) -> list[str]:
    """A piece on lines of its own, broken where it is longer than a line."""
    lines = [""]
    for character in piece:
        if lines[-1] and width(lines[-1] + character, size) > room:
            lines.append("")
        lines[-1] += character
    return lines


def draw_line(draw: ImageDraw.ImageDraw, left: float, top: float, text: str, size: int, colour: str) -> None:
    """Draw one line of drawable text; ``top`` is the top of its line, in pixels."""
    for part, run in _runs(text):
        draw.text((left, top), run, font=_face(part, size), fill=colour)
        left += _face(part, size).getlength(run)
