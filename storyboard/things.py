"""Animals, furniture and small things as pictures on nothing, each standing on its lower edge."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw

from storyboard.canvas import Canvas, Colour, colour_of, mix, seeded
from storyboard.shares import Shares, outline, upright, whole

_FILE = Path(__file__).with_name("shapes.json")
_CALM = 0.22  # how much of its colour a shape loses, to stand in a landscape
_FLAME = outline("-0.32,0.9 -0.36,0.62 -0.2,0.42 -0.12,0.2 0,0.04 0.12,0.26 0.24,0.4 0.36,0.64 0.3,0.9")
# The colours of a shape that the words' colour takes the place of, from light to dark.
_COATS = {
    "cat": ("#f3ad61", "#d3883e"),
    "dog": ("#f3ad61", "#d3883e"),
    "horse": ("#a56953",),
    "car": ("#f92f60", "#ca0b4a", "#f8312f", "#ca0b4a"),
}


@lru_cache(maxsize=1)
def _shapes() -> tuple[int, dict[str, list[tuple[str, list[list[int]]]]]]:
    read = json.loads(_FILE.read_text(encoding="utf-8"))
    shapes = {name: [(part[0], part[1:]) for part in parts] for name, parts in read["shapes"].items()}
    return read["unit"], shapes


def names() -> frozenset[str]:
    """What is drawn from the file of shapes."""
    return frozenset(_shapes()[1])


def shape(name: str, height: float, colour: Colour | None = None) -> Image.Image:
    """A shape of the file as an RGBA picture cut to its edges, ``height`` pixels high; it looks to the left."""
    unit, shapes = _shapes()
    side = max(48, round(height * 3))
    picture = Image.new("RGBA", (side, side))
    for fill, lines in shapes[name]:
        mask = Image.new("L", picture.size)
        for line in lines:
            points = [(line[i] * side / unit, line[i + 1] * side / unit) for i in range(0, len(line), 2)]
            part = Image.new("L", picture.size)
            ImageDraw.Draw(part).polygon(points, fill=255)
            mask = ImageChops.difference(mask, part)
        picture.paste((*_coloured(name, fill, colour), 255), (0, 0), mask)
    cut = picture.crop(picture.getbbox())
    width = max(1, round(cut.width * height / cut.height))
    return cut.resize((width, max(1, round(height))), Image.Resampling.LANCZOS)


def _coloured(name: str, fill: str, colour: Colour | None) -> Colour:
    coats = _COATS.get(name, ())
    if colour is None or fill.lower() not in coats:
        found = colour_of(fill)
        return mix(found, (sum(found) // 3,) * 3, _CALM)
    return mix(colour, (0, 0, 0), 0.22 * min(coats.index(fill.lower()), 1))


def table(width: float, height: float, *, near: bool = False) -> Image.Image:
    """Near the camera only its top is seen."""
    pen, wood = whole(width, height), colour_of("#6d4630")
    if near:
        corners = pen.points((0, 0), (1, 0), (1, 1), (0, 1))
        pen.canvas.fill(corners, mix(wood, (255, 220, 170), 0.25), mix(wood, (0, 0, 0), 0.35))
        return pen.done()
    pen.box(mix(wood, (255, 220, 170), 0.22), 0, 0, 1, 0.12)
    pen.box(mix(wood, (0, 0, 0), 0.25), 0, 0.08, 1, 0.14)
    for left in (0.07, 0.89):
        pen.box(mix(wood, (0, 0, 0), 0.2), left, 0.12, left + 0.04, 1)
    return pen.done()


def cup(height: float) -> Image.Image:
    canvas = Canvas(height * 1.5, height)
    pen = Shares(canvas, 0, 0, canvas.height, canvas.height)
    pen.disc("#e9e2d6", 0.98, 0.5, 0.28, 0.26)
    pen.disc("#8a7a6a", 0.98, 0.5, 0.16, 0.15)
    pen.curve("#f2ede4", (0.1, 0.1), (0.95, 0.1), (0.88, 0.75), (0.65, 1), (0.4, 1), (0.17, 0.75))
    pen.disc("#5a3a28", 0.525, 0.12, 0.42, 0.09)
    return pen.done()


def candle(height: float) -> Image.Image:
    """Its flame is at 0.2 of the height."""
    pen = upright(height * 0.4, height)
    pen.box("#efe6d0", -0.09, 0.38, 0.09, 1)
    pen.curve("#ffb84a", (0, 0.02), (0.075, 0.24), (0, 0.36), (-0.075, 0.24))
    pen.curve("#fff2c2", (0, 0.14), (0.035, 0.27), (0, 0.35), (-0.035, 0.27))
    return pen.done()


def fire(height: float, random: Random) -> Image.Image:
    """One moment of a camp fire."""
    pen = upright(height * 1.2, height)
    x, tall = pen.x, pen.down
    for share, colour in ((1.0, "#e2531f"), (0.72, "#ff9a2e"), (0.42, "#ffe08a")):
        edge = []
        for across, down in _FLAME:
            side = x + across * share * tall * random.uniform(0.86, 1.14)
            edge.append((side, tall * (0.92 - (0.92 - down) * share * random.uniform(0.9, 1.08))))
        pen.canvas.curve(edge, colour_of(colour))
    for tilt in (-0.1, 0.1):
        pen.limb("#3d2a20", (-0.45, 0.92 + tilt * 0.5), (0.45, 0.92 - tilt * 0.5), 0.045, 0.04)
    return pen.done()


def flock(width: float, flap: float) -> Image.Image:
    """Birds far away as lines of two wings; ``flap`` is from 0 to 1."""
    canvas, random = Canvas(width, width * 0.45), seeded(5)
    for _ in range(7):
        x, y, size = (
            random.uniform(0.1, 0.9) * width,
            random.uniform(0.15, 0.85) * width * 0.45,
            random.uniform(0.035, 0.06) * width,
        )
        lift = math.sin((flap + random.random()) * 2 * math.pi) * 0.5
        canvas.line(
            [(x - size, y - size * lift), (x - size * 0.45, y - size * 0.35 - size * lift * 0.4), (x, y)],
            size * 0.16,
            colour_of("#20242c"),
        )
        canvas.line(
            [(x, y), (x + size * 0.45, y - size * 0.35 - size * lift * 0.4), (x + size, y - size * lift)],
            size * 0.16,
            colour_of("#20242c"),
        )
    return canvas.done()


def sofa(height: float, colour: Colour) -> Image.Image:
    """Its seat is at 0.55 of the height."""
    pen, dark = whole(height * 2.5, height), mix(colour, (0, 0, 0), 0.25)
    pen.curve(colour, (0.08, 0.1), (0.5, 0), (0.92, 0.1), (0.92, 0.7), (0.08, 0.7))
    pen.box(mix(colour, (255, 255, 255), 0.1), 0.1, 0.55, 0.9, 0.88)
    pen.box(dark, 0.1, 0.72, 0.9, 0.88)
    for left in (0.0, 0.88):
        pen.curve(dark, (left, 0.42), (left + 0.12, 0.42), (left + 0.12, 0.9), (left, 0.9))
        pen.box((40, 28, 22), left + 0.04, 0.9, left + 0.08, 1)
    return pen.done()


def bed(height: float) -> Image.Image:
    pen = whole(height * 2.8, height)
    pen.box("#6a4530", 0, 0, 0.05, 1)
    pen.box("#6a4530", 0.95, 0.4, 1, 1)
    pen.curve("#f1ede6", (0.05, 0.35), (0.3, 0.3), (0.3, 0.55), (0.05, 0.6))
    pen.curve("#6f8aa3", (0.2, 0.5), (0.5, 0.36), (0.95, 0.46), (0.95, 0.85), (0.05, 0.85), (0.06, 0.6))
    pen.box("#54382a", 0.05, 0.82, 0.95, 0.92)
    return pen.done()


def piano(height: float) -> Image.Image:
    """An upright piano from its side; its keys are at the left."""
    pen, black = whole(height * 1.0, height), colour_of("#1d1b1f")
    pen.box(black, 0.45, 0, 1, 1)
    pen.box(mix(black, (255, 255, 255), 0.2), 0.42, 0, 1, 0.05)
    pen.box(black, 0.1, 0.52, 0.5, 0.62)
    pen.box("#f1ede2", 0.1, 0.5, 0.45, 0.53)
    pen.box(black, 0.12, 0.62, 0.16, 1)
    pen.box("#efe9dc", 0.4, 0.25, 0.44, 0.44)
    return pen.done()


def yarn(height: float, colour: Colour, turn: float) -> Image.Image:
    canvas = Canvas(height, height)
    middle = canvas.width / 2
    canvas.disc(middle, middle, middle - 1, None, colour)
    for step in range(5):
        angle, bend = math.radians(turn + step * 36), middle * (0.75 - 0.12 * step)
        line = [
            (middle + math.cos(angle + at) * bend, middle + math.sin(angle + at) * bend * 0.8)
            for at in (0, 0.5, 1, 1.5, 2)
        ]
        canvas.line(line, middle * 0.09, mix(colour, (0, 0, 0) if step % 2 else (255, 255, 255), 0.3))
    return canvas.done()


def chess(width: float) -> Image.Image:
    """A board from its side with a few men on it."""
    canvas = Canvas(width, width * 0.34)
    wide, low = canvas.width, canvas.height
    canvas.box(0, low * 0.86, wide, low, colour_of("#3f2a1c"))
    for step in range(8):
        square = colour_of("#e7d7b5" if step % 2 else "#5a3b26")
        canvas.box(wide * step / 8, low * 0.86, wide * (step + 1) / 8, low * 0.92, square)
    men = ((0.08, 0.62), (0.2, 0.42), (0.34, 0.5), (0.62, 0.42), (0.76, 0.66), (0.9, 0.45))
    for step, (at, size) in enumerate(men):
        x, tone = wide * at, colour_of("#efe6cf" if step < 3 else "#26201c")
        canvas.limb((x, low * 0.84), (x, low * (0.86 - size * 0.8)), wide * 0.032, wide * 0.014, tone)
        canvas.disc(x, low * (0.86 - size * 0.9), wide * 0.026, None, tone)
    return canvas.done()


def curled(height: float, colour: Colour) -> Image.Image:
    """A small animal asleep, rolled up."""
    pen, dark = whole(height * 2.1, height), mix(colour, (0, 0, 0), 0.22)
    pen.curve(colour, (0.04, 1), (0.06, 0.5), (0.3, 0.1), (0.62, 0.06), (0.92, 0.4), (0.97, 1))
    wide = pen.across
    for step in range(3):
        x = wide * (0.52 + step * 0.12)
        upper, lower = pen.down * (0.07 + step * 0.07), pen.down * (0.3 + step * 0.06)
        pen.canvas.line([(x, upper), (x - wide * 0.03, lower)], pen.down * 0.05, dark)
    pen.line(dark, 0.13, (0.94, 0.72), (0.7, 0.95), (0.36, 0.96))
    for ear in (0.1, 0.26):
        pen.polygon(dark, (ear, 0.55), (ear + 0.02, 0.26), (ear + 0.11, 0.48))
    pen.disc(colour, 0.21, 0.7, 0.15, 0.27)
    for eye in (0.15, 0.26):
        pen.line((40, 26, 22), 0.025, (eye - 0.02, 0.68), (eye, 0.71), (eye + 0.02, 0.68))
    return pen.done()


def bench(height: float) -> Image.Image:
    """Its seat is at 0.45 of the height."""
    pen, wood, iron = whole(height * 2.6, height), colour_of("#7b5233"), "#2a2c31"
    for left in (0.08, 0.9):
        pen.box(iron, left, 0.1, left + 0.02, 1)
    for row in (0.0, 0.16, 0.32):
        pen.box(wood, 0, row, 1, row + 0.11)
    pen.box(mix(wood, (0, 0, 0), 0.2), 0, 0.52, 1, 0.64)
    return pen.done()
