"""Buildings and trees as pictures on nothing, each standing on its lower edge."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from storyboard.canvas import Canvas, Colour, colour_of, mix

_WARM = colour_of("#ffd98a")


def lighthouse(height: float) -> Image.Image:
    """A white tower with red bands on a rock; its lamp is at 0.115 of the height."""
    canvas = Canvas(height * 0.62, height)
    x, tall = canvas.width / 2, canvas.height
    for band in range(5):
        top, bottom = 0.2 + band * 0.128, 0.2 + (band + 1) * 0.128
        wide = [(0.055 + 0.04 * (at - 0.2) / 0.64) * tall for at in (top, bottom)]
        colour = colour_of("#e9e4da" if band % 2 == 0 else "#b6392f")
        canvas.polygon(
            [
                (x - wide[0], top * tall),
                (x + wide[0], top * tall),
                (x + wide[1], bottom * tall),
                (x - wide[1], bottom * tall),
            ],
            colour,
        )
        canvas.polygon(
            [
                (x + wide[0] * 0.25, top * tall),
                (x + wide[0], top * tall),
                (x + wide[1], bottom * tall),
                (x + wide[1] * 0.25, bottom * tall),
            ],
            mix(colour, (10, 16, 40), 0.3),
        )
    canvas.box(x - 0.085 * tall, 0.175 * tall, x + 0.085 * tall, 0.2 * tall, colour_of("#2b2f38"))
    canvas.box(x - 0.045 * tall, 0.08 * tall, x + 0.045 * tall, 0.175 * tall, colour_of("#f7e6a6"))
    for post in (-0.045, -0.015, 0.015, 0.045):
        canvas.line(
            [(x + post * tall, 0.08 * tall), (x + post * tall, 0.175 * tall)], 0.006 * tall, colour_of("#2b2f38")
        )
    canvas.polygon(
        [(x - 0.062 * tall, 0.082 * tall), (x, 0.015 * tall), (x + 0.062 * tall, 0.082 * tall)], colour_of("#8f2a24")
    )
    for row in (0.36, 0.56):
        canvas.box(x - 0.014 * tall, row * tall, x + 0.014 * tall, (row + 0.05) * tall, colour_of("#2b2f38"))
    rock = [
        (-0.5, 1.0),
        (-0.44, 0.93),
        (-0.3, 0.885),
        (-0.2, 0.83),
        (0.02, 0.815),
        (0.18, 0.83),
        (0.27, 0.89),
        (0.4, 0.92),
        (0.5, 1.0),
    ]
    canvas.polygon([(x + dx * 0.62 * tall, dy * tall) for dx, dy in rock], colour_of("#3a3d44"))
    light = [(-0.2, 0.83), (0.02, 0.815), (0.05, 0.9), (-0.12, 0.98), (-0.34, 0.99), (-0.3, 0.885)]
    canvas.polygon([(x + dx * 0.62 * tall, dy * tall) for dx, dy in light], colour_of("#50545c"))
    return canvas.done()


def house(height: float, random: Random, *, lit: bool) -> Image.Image:
    """A house with a gable, two windows and a chimney."""
    canvas = Canvas(height * 1.25, height)
    wide, tall = canvas.width, canvas.height
    wall = colour_of(random.choice(("#d8cbb2", "#c9b39a", "#b9c0bd", "#a98770")))
    canvas.box(wide * 0.68, tall * 0.08, wide * 0.77, tall * 0.4, colour_of("#6b4a42"))
    canvas.box(wide * 0.1, tall * 0.45, wide * 0.9, tall, wall)
    canvas.box(wide * 0.55, tall * 0.45, wide * 0.9, tall, mix(wall, (20, 20, 40), 0.2))
    canvas.polygon(
        [(0, tall * 0.5), (wide * 0.28, tall * 0.1), (wide * 0.78, tall * 0.1), (wide, tall * 0.5)],
        colour_of("#7a3f35"),
    )
    pane = _WARM if lit else colour_of("#5d7586")
    for left in (0.2, 0.66):
        canvas.box(wide * left, tall * 0.6, wide * (left + 0.15), tall * 0.8, pane)
        canvas.box(wide * (left + 0.07), tall * 0.6, wide * (left + 0.085), tall * 0.8, wall)
    canvas.box(wide * 0.43, tall * 0.62, wide * 0.55, tall, colour_of("#4a3328"))
    return canvas.done()


def pagoda(height: float, *, lit: bool) -> Image.Image:
    canvas = Canvas(height * 0.8, height)
    x, tall = canvas.width / 2, canvas.height
    canvas.line([(x, 0), (x, tall * 0.12)], tall * 0.014, colour_of("#8a6a35"))
    for floor in range(5):
        top, wide = 0.1 + floor * 0.165, 0.13 + floor * 0.045
        canvas.box(
            x - wide * 0.72 * tall,
            (top + 0.06) * tall,
            x + wide * 0.72 * tall,
            (top + 0.17) * tall,
            colour_of("#a5453a"),
        )
        for door in (-0.4, 0, 0.4):
            canvas.box(
                x + (door - 0.09) * wide * tall,
                (top + 0.085) * tall,
                x + (door + 0.09) * wide * tall,
                (top + 0.165) * tall,
                _WARM if lit else colour_of("#5b2b28"),
            )
        eaves = [
            (-1.25, 0.035),
            (-0.95, 0.075),
            (0, 0.08),
            (0.95, 0.075),
            (1.25, 0.035),
            (0.75, 0.045),
            (0.35, 0),
            (-0.35, 0),
            (-0.75, 0.045),
        ]
        canvas.polygon([(x + dx * wide * tall, (top + dy) * tall) for dx, dy in eaves], colour_of("#33414a"))
    canvas.box(x - 0.32 * tall, 0.96 * tall, x + 0.32 * tall, tall, colour_of("#8d8878"))
    return canvas.done()


def windmill(height: float, turn: float) -> Image.Image:
    """``turn`` is that of the sails, in degrees."""
    canvas = Canvas(height, height)
    x, tall = canvas.width / 2, canvas.height
    canvas.polygon(
        [
            (x - 0.1 * tall, 0.35 * tall),
            (x + 0.1 * tall, 0.35 * tall),
            (x + 0.16 * tall, tall),
            (x - 0.16 * tall, tall),
        ],
        colour_of("#d9cfbd"),
    )
    canvas.polygon(
        [
            (x + 0.02 * tall, 0.35 * tall),
            (x + 0.1 * tall, 0.35 * tall),
            (x + 0.16 * tall, tall),
            (x + 0.05 * tall, tall),
        ],
        colour_of("#b3a791"),
    )
    canvas.polygon(
        [(x - 0.115 * tall, 0.36 * tall), (x, 0.22 * tall), (x + 0.115 * tall, 0.36 * tall)], colour_of("#6e4437")
    )
    canvas.box(x - 0.035 * tall, 0.84 * tall, x + 0.035 * tall, tall, colour_of("#5b3a2c"))
    for sail in range(4):
        angle = math.radians(turn + 90 * sail)
        way, side = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
        near, far = 0.07 * tall, 0.3 * tall
        start, hub = 0.31 * tall, 0.055 * tall
        canvas.polygon(
            [
                (x + way[0] * near, start + way[1] * near),
                (x + way[0] * far, start + way[1] * far),
                (x + way[0] * far + side[0] * hub, start + way[1] * far + side[1] * hub),
                (x + way[0] * near + side[0] * hub, start + way[1] * near + side[1] * hub),
            ],
            colour_of("#efe7d6"),
        )
        canvas.line([(x, start), (x + way[0] * far, start + way[1] * far)], 0.016 * tall, colour_of("#5b3a2c"))
    return canvas.done()


def castle(height: float, *, lit: bool) -> Image.Image:
    """Towers with pointed roofs behind a wall with battlements."""
    canvas = Canvas(height * 1.25, height)
    wide, tall, stone = canvas.width, canvas.height, colour_of("#8a8a8f")
    for left, right, top, share in (
        (0.2, 0.32, 0.3, 0.12),
        (0.68, 0.8, 0.34, 0.12),
        (0.4, 0.6, 0.24, 0.2),
        (0.06, 0.19, 0.5, 0.0),
        (0.81, 0.94, 0.5, 0.0),
    ):
        wall = mix(stone, (20, 24, 40), share)
        canvas.box(wide * left, tall * top, wide * right, tall, wall)
        canvas.box(wide * (left + (right - left) * 0.62), tall * top, wide * right, tall, mix(wall, (10, 12, 30), 0.28))
        middle, over = (left + right) / 2, (right - left) * 0.62
        canvas.polygon(
            [
                (wide * (middle - over), tall * top),
                (wide * middle, tall * (top - 0.22)),
                (wide * (middle + over), tall * top),
            ],
            mix(colour_of("#56384a"), (0, 0, 0), share),
        )
        canvas.line(
            [(wide * middle, tall * (top - 0.22)), (wide * middle, tall * (top - 0.28))], tall * 0.006, (40, 36, 40)
        )
        for row in (0.06, 0.2):
            canvas.box(
                wide * (middle - 0.012),
                tall * (top + row),
                wide * (middle + 0.012),
                tall * (top + row + 0.06),
                _WARM if lit else (34, 36, 46),
            )
    canvas.box(wide * 0.12, tall * 0.66, wide * 0.88, tall, mix(stone, (255, 255, 255), 0.06))
    for step in range(19):
        canvas.box(
            wide * (0.12 + step * 0.04),
            tall * 0.63,
            wide * (0.14 + step * 0.04),
            tall * 0.67,
            mix(stone, (255, 255, 255), 0.06),
        )
    canvas.curve(
        [
            (wide * 0.45, tall * 1.05),
            (wide * 0.45, tall * 0.83),
            (wide * 0.5, tall * 0.77),
            (wide * 0.55, tall * 0.83),
            (wide * 0.55, tall * 1.05),
        ],
        (44, 32, 28),
    )
    return canvas.done()


def streetlamp(height: float, *, lit: bool) -> Image.Image:
    """Its light is at 0.06 of the height."""
    canvas = Canvas(height * 0.3, height)
    x, tall, iron = canvas.width / 2, canvas.height, colour_of("#22252c")
    canvas.line([(x, tall), (x, 0.12 * tall)], 0.018 * tall, iron)
    canvas.limb((x, tall), (x, 0.88 * tall), 0.025 * tall, 0.012 * tall, iron)
    canvas.polygon(
        [
            (x - 0.035 * tall, 0.03 * tall),
            (x + 0.035 * tall, 0.03 * tall),
            (x + 0.025 * tall, 0.11 * tall),
            (x - 0.025 * tall, 0.11 * tall),
        ],
        _WARM if lit else colour_of("#aab3b8"),
    )
    canvas.polygon([(x - 0.05 * tall, 0.035 * tall), (x, 0), (x + 0.05 * tall, 0.035 * tall)], iron)
    return canvas.done()


def pine(height: float, random: Random, colour: Colour) -> Image.Image:
    canvas = Canvas(height * 0.5, height, 2)
    x, tall = canvas.width / 2, canvas.height
    canvas.box(x - 0.022 * tall, tall * 0.85, x + 0.022 * tall, tall, mix(colour, (20, 12, 8), 0.5))
    tiers = 7
    for tier in range(tiers, 0, -1):
        bottom, wide = (
            (0.1 + 0.8 * tier / tiers) * tall,
            (0.03 + 0.19 * tier / tiers) * tall * random.uniform(0.88, 1.1),
        )
        top = bottom - 0.24 * tall
        canvas.polygon(
            [
                (x, top),
                (x + wide * 0.55, bottom - 0.05 * tall),
                (x + wide, bottom),
                (x + wide * 0.3, bottom - 0.025 * tall),
                (x - wide * 0.3, bottom - 0.02 * tall),
                (x - wide, bottom),
                (x - wide * 0.55, bottom - 0.05 * tall),
            ],
            mix(colour, (0, 0, 0), 0.18 * (tier % 2)),
        )
    return canvas.done()


def tree(height: float, random: Random, colour: Colour, trunk: Colour) -> Image.Image:
    """A tree with leaves: round masses, lighter to the upper left."""
    canvas = Canvas(height * 1.0, height, 2)
    x, tall = canvas.width / 2, canvas.height
    canvas.curve(
        [
            (x - 0.045 * tall, tall),
            (x - 0.03 * tall, 0.6 * tall),
            (x - 0.12 * tall, 0.4 * tall),
            (x, 0.5 * tall),
            (x + 0.13 * tall, 0.38 * tall),
            (x + 0.04 * tall, 0.62 * tall),
            (x + 0.055 * tall, tall),
        ],
        trunk,
    )
    for share, shift in ((0.25, 0.0), (0.0, -0.02), (-0.22, -0.045)):
        tone = mix(colour, (0, 0, 0) if share > 0 else (255, 250, 220), abs(share))
        for _ in range(15):
            angle, far = random.uniform(0, 6.3), random.uniform(0, 0.25)
            size = random.uniform(0.07, 0.14) * (1 if share >= 0 else 0.6)
            canvas.disc(
                x + (math.cos(angle) * far * 1.25 + shift) * tall,
                (0.33 + math.sin(angle) * far * 0.75 + shift) * tall,
                size * tall,
                size * 0.86 * tall,
                tone,
            )
    return canvas.done()
