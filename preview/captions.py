"""The description at the foot of the picture: wrapped, in pages that together show all of it, and the preview mark."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import Image

from preview import font

MARK = "PREVIEW · not MOVA"
SHADE = (0, 0, 0, 150)
PAGE_SECONDS = 2.5  # the least time to read a page, where the length of the video allows it
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"  # Chinese and Japanese: a line may break after any of these
_CLOSING = "，。！？；：、”’）》」』】…,.!?;:)"  # these stay with what they follow
_PIECES = re.compile(rf"[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+|\s+")


@dataclass(frozen=True)
class Patch:
    """A small RGBA picture and where its left top corner goes (pixels)."""

    image: Image.Image
    left: int
    top: int

    def paste_on(self, picture: Image.Image) -> None:
        picture.paste(self.image, (self.left, self.top), self.image)


def text_size(width: int, height: int) -> int:
    """The size of the letters (pixels) in a picture: 14 for 640x352, 28 for 1280x720."""
    return max(8, min(width, height) // 25)


def wrapped(text: str, size: int, width: float) -> list[str]:
    """Drawable text in lines no wider than ``width`` pixels (one character, where even that is wider)."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if font.width_of(lines[-1] + piece.rstrip(), size) <= width:
            lines[-1] += piece
        else:
            first, *rest = _broken(piece.strip(), size, width)
            lines = [*lines, first, *rest] if lines[-1].strip() else [*lines[:-1], first, *rest]
    return [line.strip() for line in lines if line.strip()]


def _broken(word: str, size: int, width: float) -> list[str]:
    """A word alone on its line, in parts where it is longer than a line."""
    parts = [""]
    for character in word:
        if parts[-1] and font.width_of(parts[-1] + character, size) > width:
            parts.append("")
        parts[-1] += character
    return parts


def paged(lines: list[str], seconds: float, most_lines: int) -> list[list[str]]:
    """The lines in pages: as few lines on a page as leave time to read it, and never more than ``most_lines``."""
    if not lines:
        return []
    enough = (rows for rows in range(2, most_lines) if seconds / -(-len(lines) // rows) >= PAGE_SECONDS)
    rows = next(enough, max(most_lines, 1))
    return [lines[start : start + rows] for start in range(0, len(lines), rows)]


def caption_pages(text: str, width: int, height: int, seconds: float) -> list[Patch]:
    """The pages to show one after the other over ``seconds``; none for a text without a drawable character.

    A page covers at most a third of the height.
    """
    size = text_size(width, height)
    lines = wrapped(font.drawable(text), size, width - 4 * size)
    most_lines = (height // 3 - size) // font.line_height(size)
    return [_at_the_foot(_box(page, size), width, height, size) for page in paged(lines, seconds, most_lines)]


def mark(width: int, height: int) -> Patch:
    """The sign in the top left corner that this is a preview; it always fits the width."""
    size = text_size(width, height)
    while size > 1 and font.width_of(MARK, size) + size > width:
        size -= 1
    return Patch(_box([MARK], size), size // 2, size // 2)


def _box(lines: list[str], size: int) -> Image.Image:
    """The lines in white on a half transparent dark box."""
    margin = size // 2
    step = font.line_height(size)
    width = max(font.width_of(line, size) for line in lines)
    box = Image.new("RGBA", (round(width) + 2 * margin, len(lines) * step + 2 * (margin // 2)), SHADE)
    ink = Image.new("L", box.size)
    for row, line in enumerate(lines):
        font.draw_line(ink, margin, margin // 2 + row * step, line, size)
    box.paste((255, 255, 255, 255), (0, 0), ink)
    return box


def _at_the_foot(box: Image.Image, width: int, height: int, size: int) -> Patch:
    return Patch(box, (width - box.width) // 2, height - box.height - size // 2)
