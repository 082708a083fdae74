"""Drawing in shares of a size, so that a drawing reads as a table of its shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storyboard.canvas import Canvas, colour_of

if TYPE_CHECKING:
    from PIL import Image

    from storyboard.canvas import Colour, Point


def outline(text: str) -> tuple[Point, ...]:
    """Points as in SVG: ``0.1,0.2 0.3,0.4``."""
    pairs = (pair.split(",") for pair in text.split())
    return tuple((float(x), float(y)) for x, y in pairs)


@dataclass(frozen=True)
class Shares:
    """A canvas on which (1, 1) lies ``across`` pixels to the right of (``x``, ``y``), and ``down`` below it.

    Thicknesses and radii of circles are shares of ``down``. A colour may be given as ``#rrggbb``.
    """

    canvas: Canvas
    x: float
    y: float
    across: float
    down: float

    def points(self, *points: Point) -> list[Point]:
        """These points in pixels."""
        return [(self.x + x * self.across, self.y + y * self.down) for x, y in points]

    def polygon(self, colour: Colour | str, *points: Point) -> None:
        self.canvas.polygon(self.points(*points), _plain(colour))

    def curve(self, colour: Colour | str, *points: Point) -> None:
        self.canvas.curve(self.points(*points), _plain(colour))

    def box(self, colour: Colour | str, left: float, top: float, right: float, bottom: float) -> None:
        (x, y), (other_x, other_y) = self.points((left, top), (right, bottom))
        self.canvas.box(x, y, other_x, other_y, _plain(colour))

    def disc(self, colour: Colour | str, x: float, y: float, across: float, down: float | None = None) -> None:
        """An ellipse by its centre and half axes; a circle by its centre and radius."""
        ((x, y),) = self.points((x, y))
        wide = across * (self.down if down is None else self.across)
        self.canvas.disc(x, y, wide, None if down is None else down * self.down, _plain(colour))

    def limb(self, colour: Colour | str, start: Point, end: Point, thick: float, thin: float) -> None:
        start, end = self.points(start, end)
        self.canvas.limb(start, end, thick * self.down, thin * self.down, _plain(colour))

    def line(self, colour: Colour | str, width: float, *points: Point) -> None:
        self.canvas.line(self.points(*points), width * self.down, _plain(colour))

    def done(self) -> Image.Image:
        return self.canvas.done()


def whole(width: float, height: float, scale: int = 3) -> Shares:
    """A new canvas, in shares of its width and height from its upper left corner."""
    canvas = Canvas(width, height, scale)
    return Shares(canvas, 0, 0, canvas.width, canvas.height)


def upright(width: float, height: float, scale: int = 3) -> Shares:
    """A new canvas, in shares of its height from the middle of its upper edge."""
    canvas = Canvas(width, height, scale)
    return Shares(canvas, canvas.width / 2, 0, canvas.height, canvas.height)


def _plain(colour: Colour | str) -> Colour:
    return colour_of(colour) if isinstance(colour, str) else colour
