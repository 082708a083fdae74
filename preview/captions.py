"""What is written over the pictures: lines as they are said, sounds below them, and the sign that this is a preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from storyboard.lettering import draw_line, drawable, line_height, width, wrapped
from storyboard.script import Line

MARK = "PREVIEW · not MOVA"
_SHADE = (0, 0, 0, 150)
_MOST_LINES = 2  # of a subtitle at a time


@dataclass(frozen=True)
class Patch:
    """A small RGBA picture and where its left top corner goes (pixels)."""

    image: Image.Image
    left: int
    top: int

    def paste_on(self, picture: Image.Image) -> None:
        picture.paste(self.image, (self.left, self.top), self.image)


@dataclass(frozen=True)
class Shown:
    """A patch that is there from ``start`` to ``end``, in seconds."""

    patch: Patch
    start: float
    end: float

    def is_on(self, seconds: float) -> bool:
        return self.start <= seconds < self.end


def text_size(width_px: int, height_px: int) -> int:
    """The size of the letters (pixels) in a picture: 14 for 640x352, 28 for 1280x720."""
    return max(8, min(width_px, height_px) // 25)


def subtitles(lines: Sequence[Line], width_px: int, height_px: int) -> list[Shown]:
    """Each line for as long as it is said; a long one in parts of two rows, one after the other."""
    size = round(text_size(width_px, height_px) * 1.15)
    found = []
    for line in lines:
        rows = wrapped(drawable(line.words), size, width_px - 4 * size)
        parts = [rows[start : start + _MOST_LINES] for start in range(0, len(rows), _MOST_LINES)]
        letters = sum(len("".join(part)) for part in parts)
        at = line.start
        for part in parts:
            until = at + (line.end - line.start) * len("".join(part)) / letters
            box = _box(part, size)
            left, top = (width_px - box.width) // 2, height_px - box.height - round(size * 2.4)
            found.append(Shown(Patch(box, left, top), at, until))
            at = until
    return found


def sound_lines(text: str, width_px: int, height_px: int, seconds: float) -> list[Shown]:
    """What is heard, in brackets on the lowest row, in as many parts as it needs, over the whole time."""
    size = max(7, round(text_size(width_px, height_px) * 0.85))
    rows = wrapped(drawable(text.strip().rstrip(".。")), size, width_px - 5 * size)
    boxes = [_box([f"[{row}]"], size) for row in rows]
    each = seconds / max(1, len(boxes))
    return [
        Shown(
            Patch(box, (width_px - box.width) // 2, height_px - box.height - size // 2),
            each * number,
            each * (number + 1) + 1e-6,
        )
        for number, box in enumerate(boxes)
    ]


def mark(width_px: int, height_px: int) -> Patch:
    """The sign in the top left corner that this is a preview; it always fits the width."""
    size = text_size(width_px, height_px)
    while size > 1 and width(MARK, size) + size > width_px:
        size -= 1
    return Patch(_box([MARK], size), size // 2, size // 2)


def _box(rows: list[str], size: int) -> Image.Image:
    """The rows in white, in the middle of a half transparent dark box."""
    margin, step = size // 2, line_height(size)
    wide = max(width(row, size) for row in rows)
    box = Image.new("RGBA", (round(wide) + 2 * margin, len(rows) * step + 2 * (margin // 2)), _SHADE)
    ink = Image.new("L", box.size)
    draw = ImageDraw.Draw(ink)
    for number, row in enumerate(rows):
        draw_line(draw, margin + (wide - width(row, size)) / 2, margin // 2 + number * step, row, size, "white")
    box.paste((255, 255, 255, 255), (0, 0), ink)
    return box
