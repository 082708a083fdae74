"""Animals, furniture and small things as pictures on nothing, each standing on its lower edge."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw

from storyboard.canvas import Canvas, Colour, colour_of, mix, seeded

_FILE = Path(__file__).with_name("shapes.json")
_CALM = 0.22  # how much of its colour a shape loses, to stand in a landscape
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
    canvas = Canvas(width, height)
    wood, tall = colour_of("#6d4630"), canvas.height
    if near:
        canvas.fill(
            [(0, 0), (canvas.width, 0), (canvas.width, tall), (0, tall)],
            mix(wood, (255, 220, 170), 0.25),
            mix(wood, (0, 0, 0), 0.35),
        )
        return canvas.done()
    canvas.box(0, 0, canvas.width, tall * 0.12, mix(wood, (255, 220, 170), 0.22))
    canvas.box(0, tall * 0.08, canvas.width, tall * 0.14, mix(wood, (0, 0, 0), 0.25))
    for left in (0.07, 0.89):
        canvas.box(canvas.width * left, tall * 0.12, canvas.width * (left + 0.04), tall, mix(wood, (0, 0, 0), 0.2))
    return canvas.done()


def cup(height: float) -> Image.Image:
    canvas = Canvas(height * 1.5, height)
    tall = canvas.height
    canvas.disc(tall * 0.98, tall * 0.5, tall * 0.28, tall * 0.26, colour_of("#e9e2d6"))
    canvas.disc(tall * 0.98, tall * 0.5, tall * 0.16, tall * 0.15, colour_of("#8a7a6a"))
    canvas.curve(
        [
            (tall * 0.1, tall * 0.1),
            (tall * 0.95, tall * 0.1),
            (tall * 0.88, tall * 0.75),
            (tall * 0.65, tall),
            (tall * 0.4, tall),
            (tall * 0.17, tall * 0.75),
        ],
        colour_of("#f2ede4"),
    )
    canvas.disc(tall * 0.525, tall * 0.12, tall * 0.42, tall * 0.09, colour_of("#5a3a28"))
    return canvas.done()


def candle(height: float) -> Image.Image:
    """Its flame is at 0.2 of the height."""
    canvas = Canvas(height * 0.4, height)
    x, tall = canvas.width / 2, canvas.height
    canvas.box(x - 0.09 * tall, 0.38 * tall, x + 0.09 * tall, tall, colour_of("#efe6d0"))
    canvas.curve(
        [(x, 0.02 * tall), (x + 0.075 * tall, 0.24 * tall), (x, 0.36 * tall), (x - 0.075 * tall, 0.24 * tall)],
        colour_of("#ffb84a"),
    )
    canvas.curve(
        [(x, 0.14 * tall), (x + 0.035 * tall, 0.27 * tall), (x, 0.35 * tall), (x - 0.035 * tall, 0.27 * tall)],
        colour_of("#fff2c2"),
    )
    return canvas.done()


def fire(height: float, random: Random) -> Image.Image:
    """One moment of a camp fire."""
    canvas = Canvas(height * 1.2, height)
    x, tall = canvas.width / 2, canvas.height
    for share, colour in ((1.0, "#e2531f"), (0.72, "#ff9a2e"), (0.42, "#ffe08a")):
        edge = [
            (-0.32, 0.9),
            (-0.36, 0.62),
            (-0.2, 0.42),
            (-0.12, 0.2),
            (0.0, 0.04),
            (0.12, 0.26),
            (0.24, 0.4),
            (0.36, 0.64),
            (0.3, 0.9),
        ]
        canvas.curve(
            [
                (
                    x + dx * share * tall * random.uniform(0.86, 1.14),
                    tall * (0.92 - (0.92 - dy) * share * random.uniform(0.9, 1.08)),
                )
                for dx, dy in edge
            ],
            colour_of(colour),
        )
    for tilt in (-0.1, 0.1):
        canvas.limb(
            (x - 0.45 * tall, (0.92 + tilt * 0.5) * tall),
            (x + 0.45 * tall, (0.92 - tilt * 0.5) * tall),
            0.045 * tall,
            0.04 * tall,
            colour_of("#3d2a20"),
        )
    return canvas.done()


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
    canvas = Canvas(height * 2.5, height)
    wide, tall, dark = canvas.width, canvas.height, mix(colour, (0, 0, 0), 0.25)
    canvas.curve(
        [
            (wide * 0.08, tall * 0.1),
            (wide * 0.5, 0),
            (wide * 0.92, tall * 0.1),
            (wide * 0.92, tall * 0.7),
            (wide * 0.08, tall * 0.7),
        ],
        colour,
    )
    canvas.box(wide * 0.1, tall * 0.55, wide * 0.9, tall * 0.88, mix(colour, (255, 255, 255), 0.1))
    canvas.box(wide * 0.1, tall * 0.72, wide * 0.9, tall * 0.88, dark)
    for left in (0.0, 0.88):
        canvas.curve(
            [
                (wide * left, tall * 0.42),
                (wide * (left + 0.12), tall * 0.42),
                (wide * (left + 0.12), tall * 0.9),
                (wide * left, tall * 0.9),
            ],
            dark,
        )
        canvas.box(wide * (left + 0.04), tall * 0.9, wide * (left + 0.08), tall, (40, 28, 22))
    return canvas.done()


def bed(height: float) -> Image.Image:
    canvas = Canvas(height * 2.8, height)
    wide, tall = canvas.width, canvas.height
    canvas.box(0, 0, wide * 0.05, tall, colour_of("#6a4530"))
    canvas.box(wide * 0.95, tall * 0.4, wide, tall, colour_of("#6a4530"))
    canvas.curve(
        [(wide * 0.05, tall * 0.35), (wide * 0.3, tall * 0.3), (wide * 0.3, tall * 0.55), (wide * 0.05, tall * 0.6)],
        colour_of("#f1ede6"),
    )
    canvas.curve(
        [
            (wide * 0.2, tall * 0.5),
            (wide * 0.5, tall * 0.36),
            (wide * 0.95, tall * 0.46),
            (wide * 0.95, tall * 0.85),
            (wide * 0.05, tall * 0.85),
            (wide * 0.06, tall * 0.6),
        ],
        colour_of("#6f8aa3"),
    )
    canvas.box(wide * 0.05, tall * 0.82, wide * 0.95, tall * 0.92, colour_of("#54382a"))
    return canvas.done()


def piano(height: float) -> Image.Image:
    """An upright piano from its side; its keys are at the left."""
    canvas = Canvas(height * 1.0, height)
    wide, tall, black = canvas.width, canvas.height, colour_of("#1d1b1f")
    canvas.box(wide * 0.45, 0, wide, tall, black)
    canvas.box(wide * 0.42, 0, wide, tall * 0.05, mix(black, (255, 255, 255), 0.2))
    canvas.box(wide * 0.1, tall * 0.52, wide * 0.5, tall * 0.62, black)
    canvas.box(wide * 0.1, tall * 0.5, wide * 0.45, tall * 0.53, colour_of("#f1ede2"))
    canvas.box(wide * 0.12, tall * 0.62, wide * 0.16, tall, black)
    canvas.box(wide * 0.4, tall * 0.25, wide * 0.44, tall * 0.44, colour_of("#efe9dc"))
    return canvas.done()


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
    low = canvas.height
    canvas.box(0, low * 0.86, canvas.width, low, colour_of("#3f2a1c"))
    for step in range(8):
        canvas.box(
            canvas.width * step / 8,
            low * 0.86,
            canvas.width * (step + 1) / 8,
            low * 0.92,
            colour_of("#e7d7b5" if step % 2 else "#5a3b26"),
        )
    for step, (at, size) in enumerate(
        ((0.08, 0.62), (0.2, 0.42), (0.34, 0.5), (0.62, 0.42), (0.76, 0.66), (0.9, 0.45))
    ):
        x, tone = canvas.width * at, colour_of("#efe6cf" if step < 3 else "#26201c")
        canvas.limb((x, low * 0.84), (x, low * (0.86 - size * 0.8)), canvas.width * 0.032, canvas.width * 0.014, tone)
        canvas.disc(x, low * (0.86 - size * 0.9), canvas.width * 0.026, None, tone)
    return canvas.done()


def curled(height: float, colour: Colour) -> Image.Image:
    """A small animal asleep, rolled up."""
    canvas = Canvas(height * 2.1, height)
    wide, tall, dark = canvas.width, canvas.height, mix(colour, (0, 0, 0), 0.22)
    canvas.curve(
        [
            (wide * 0.04, tall),
            (wide * 0.06, tall * 0.5),
            (wide * 0.3, tall * 0.1),
            (wide * 0.62, tall * 0.06),
            (wide * 0.92, tall * 0.4),
            (wide * 0.97, tall),
        ],
        colour,
    )
    for step in range(3):
        x = wide * (0.52 + step * 0.12)
        canvas.line(
            [(x, tall * (0.07 + step * 0.07)), (x - wide * 0.03, tall * (0.3 + step * 0.06))], tall * 0.05, dark
        )
    canvas.line([(wide * 0.94, tall * 0.72), (wide * 0.7, tall * 0.95), (wide * 0.36, tall * 0.96)], tall * 0.13, dark)
    for ear in (0.1, 0.26):
        canvas.polygon(
            [(wide * ear, tall * 0.55), (wide * (ear + 0.02), tall * 0.26), (wide * (ear + 0.11), tall * 0.48)], dark
        )
    canvas.disc(wide * 0.21, tall * 0.7, wide * 0.15, tall * 0.27, colour)
    for eye in (0.15, 0.26):
        canvas.line(
            [(wide * (eye - 0.02), tall * 0.68), (wide * eye, tall * 0.71), (wide * (eye + 0.02), tall * 0.68)],
            tall * 0.025,
            (40, 26, 22),
        )
    return canvas.done()


def bench(height: float) -> Image.Image:
    """Its seat is at 0.45 of the height."""
    canvas = Canvas(height * 2.6, height)
    wide, tall, wood, iron = canvas.width, canvas.height, colour_of("#7b5233"), colour_of("#2a2c31")
    for left in (0.08, 0.9):
        canvas.box(wide * left, tall * 0.1, wide * (left + 0.02), tall, iron)
    for row in (0.0, 0.16, 0.32):
        canvas.box(0, tall * row, wide, tall * (row + 0.11), wood)
    canvas.box(0, tall * 0.52, wide, tall * 0.64, mix(wood, (0, 0, 0), 0.2))
    return canvas.done()
