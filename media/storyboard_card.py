"""A storyboard card: the words of a scene set on paper, in the size of the frame. It shows no scene and says so."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from PIL import Image, ImageDraw

from media.lettering import draw_line, drawable, line_height, width, wrapped

_PAPER, _RULE, _INK, _GREY, _ACCENT = "#f4f1ea", "#e2dccf", "#23262b", "#756f64", "#b4472f"
_HEAD, _FOOT = "STORYBOARD · FIRST FRAME", "Words on a card, no picture of the scene"
_LARGEST, _SMALLEST, _SMALL = 0.105, 0.034, 0.036  # letter sizes, as shares of the shorter side


@dataclass(frozen=True)
class _Block:
    """Lines of text of one size in pixels."""

    lines: list[str]
    size: int

    @property
    def height(self) -> int:
        return line_height(self.size) * len(self.lines)


def storyboard_card(text: str, width_px: int, height_px: int) -> Image.Image:
    """An RGB picture of exactly that size with the text on it: as large as it fits, at worst ended with an ellipsis.

    The same text and size give the same pixels.
    """
    card = Image.new("RGB", (width_px, height_px), _PAPER)
    draw = ImageDraw.Draw(card)
    short = min(card.size)
    margin, small = round(short * 0.09), max(8, round(short * _SMALL))
    _rules(draw, card.size, margin // 2)
    top, bottom = margin + line_height(small) * 1.5, height_px - margin - line_height(small) * 1.5
    _write(draw, _fitting(drawable(text), short, width_px - 2 * margin, bottom - top), margin, top, bottom)
    _edge_lines(draw, card.size, margin, small)
    return card


def _rules(draw: ImageDraw.ImageDraw, size: tuple[int, int], inset: int) -> None:
    """The frame, and the lines of the thirds."""
    width_px, height_px = size
    for third in (1, 2):
        draw.line((width_px * third // 3, inset, width_px * third // 3, height_px - inset), fill=_RULE)
        draw.line((inset, height_px * third // 3, width_px - inset, height_px * third // 3), fill=_RULE)
    draw.rectangle((inset, inset, width_px - inset - 1, height_px - inset - 1), outline=_INK, width=max(1, inset // 12))


def _fitting(text: str, short: int, room: float, height: float) -> _Block:
    """The largest letters with which all of the text fits; with the smallest, as much of it as fits."""
    smallest = max(9, round(short * _SMALLEST))
    sizes = range(smallest, max(smallest, round(short * _LARGEST)) + 1)
    too_large = bisect_right(sizes, height, key=lambda size: _Block(wrapped(text, size, room), size).height)
    size = sizes[max(0, too_large - 1)]
    block = _Block(wrapped(text, size, room), size)
    if block.height <= height:
        return block
    kept = block.lines[: max(1, int(height // line_height(size)))]
    return _Block([*kept[:-1], _with_ellipsis(kept[-1], size, room)], size)


def _with_ellipsis(line: str, size: int, room: float) -> str:
    while line and width(f"{line}…", size) > room:
        line = line[:-1]
    return f"{line.rstrip(' ,.，。;；')}…"


def _write(draw: ImageDraw.ImageDraw, block: _Block, left: float, top: float, bottom: float) -> None:
    top += (bottom - top - block.height) / 2
    for number, line in enumerate(block.lines):
        draw_line(draw, left, top + number * line_height(block.size), line, block.size, _INK)


def _edge_lines(draw: ImageDraw.ImageDraw, size: tuple[int, int], margin: int, small: int) -> None:
    draw_line(draw, margin, margin * 0.85, _HEAD, small, _ACCENT)
    draw_line(draw, margin, size[1] - margin * 0.85 - line_height(small), _FOOT, small, _GREY)
