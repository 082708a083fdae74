"""Buildings and trees as pictures on nothing, each standing on its lower edge."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from storyboard.canvas import Colour, colour_of, mix
from storyboard.shares import outline, upright, whole

_WARM = "#ffd98a"
_ROCK = outline("-0.5,1 -0.44,0.93 -0.3,0.885 -0.2,0.83 0.02,0.815 0.18,0.83 0.27,0.89 0.4,0.92 0.5,1")
_ROCK_IN_LIGHT = outline("-0.2,0.83 0.02,0.815 0.05,0.9 -0.12,0.98 -0.34,0.99 -0.3,0.885")
_EAVES = outline("-1.25,0.035 -0.95,0.075 0,0.08 0.95,0.075 1.25,0.035 0.75,0.045 0.35,0 -0.35,0 -0.75,0.045")
# Left and right edge and top in shares of the picture, and how dark.
_TOWERS = (
    (0.2, 0.32, 0.3, 0.12),
    (0.68, 0.8, 0.34, 0.12),
    (0.4, 0.6, 0.24, 0.2),
    (0.06, 0.19, 0.5, 0.0),
    (0.81, 0.94, 0.5, 0.0),
)


def lighthouse(height: float) -> Image.Image:
    """A white tower with red bands on a rock; its lamp is at 0.115 of the height."""
    pen = upright(height * 0.62, height)
    for band in range(5):
        top, bottom = 0.2 + band * 0.128, 0.2 + (band + 1) * 0.128
        high, low = (0.055 + 0.04 * (at - 0.2) / 0.64 for at in (top, bottom))
        colour = colour_of("#e9e4da" if band % 2 == 0 else "#b6392f")
        pen.polygon(colour, (-high, top), (high, top), (low, bottom), (-low, bottom))
        shade = mix(colour, (10, 16, 40), 0.3)
        pen.polygon(shade, (high * 0.25, top), (high, top), (low, bottom), (low * 0.25, bottom))
    iron = "#2b2f38"
    pen.box(iron, -0.085, 0.175, 0.085, 0.2)
    pen.box("#f7e6a6", -0.045, 0.08, 0.045, 0.175)
    for post in (-0.045, -0.015, 0.015, 0.045):
        pen.line(iron, 0.006, (post, 0.08), (post, 0.175))
    pen.polygon("#8f2a24", (-0.062, 0.082), (0, 0.015), (0.062, 0.082))
    for row in (0.36, 0.56):
        pen.box(iron, -0.014, row, 0.014, row + 0.05)
    for colour, edge in ((colour_of("#3a3d44"), _ROCK), (colour_of("#50545c"), _ROCK_IN_LIGHT)):
        pen.polygon(colour, *((x * 0.62, y) for x, y in edge))
    return pen.done()


def house(height: float, random: Random, *, lit: bool) -> Image.Image:
    """A house with a gable, two windows and a chimney."""
    pen = whole(height * 1.25, height)
    wall = colour_of(random.choice(("#d8cbb2", "#c9b39a", "#b9c0bd", "#a98770")))
    pen.box("#6b4a42", 0.68, 0.08, 0.77, 0.4)
    pen.box(wall, 0.1, 0.45, 0.9, 1)
    pen.box(mix(wall, (20, 20, 40), 0.2), 0.55, 0.45, 0.9, 1)
    pen.polygon("#7a3f35", (0, 0.5), (0.28, 0.1), (0.78, 0.1), (1, 0.5))
    for left in (0.2, 0.66):
        pen.box(_WARM if lit else "#5d7586", left, 0.6, left + 0.15, 0.8)
        pen.box(wall, left + 0.07, 0.6, left + 0.085, 0.8)
    pen.box("#4a3328", 0.43, 0.62, 0.55, 1)
    return pen.done()


def pagoda(height: float, *, lit: bool) -> Image.Image:
    pen = upright(height * 0.8, height)
    pen.line("#8a6a35", 0.014, (0, 0), (0, 0.12))
    for floor in range(5):
        top, wide = 0.1 + floor * 0.165, 0.13 + floor * 0.045
        pen.box("#a5453a", -wide * 0.72, top + 0.06, wide * 0.72, top + 0.17)
        for door in (-0.4, 0, 0.4):
            glass = _WARM if lit else "#5b2b28"
            pen.box(glass, (door - 0.09) * wide, top + 0.085, (door + 0.09) * wide, top + 0.165)
        pen.polygon("#33414a", *((x * wide, top + y) for x, y in _EAVES))
    pen.box("#8d8878", -0.32, 0.96, 0.32, 1)
    return pen.done()


def windmill(height: float, turn: float) -> Image.Image:
    """``turn`` is that of the sails, in degrees."""
    pen = upright(height, height)
    pen.polygon("#d9cfbd", (-0.1, 0.35), (0.1, 0.35), (0.16, 1), (-0.16, 1))
    pen.polygon("#b3a791", (0.02, 0.35), (0.1, 0.35), (0.16, 1), (0.05, 1))
    pen.polygon("#6e4437", (-0.115, 0.36), (0, 0.22), (0.115, 0.36))
    wood = "#5b3a2c"
    pen.box(wood, -0.035, 0.84, 0.035, 1)
    x, middle, tall = pen.x, 0.31 * pen.down, pen.down
    for sail in range(4):
        angle = math.radians(turn + 90 * sail)
        along, side = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
        root, tip = ((x + along[0] * (far * tall), middle + along[1] * (far * tall)) for far in (0.07, 0.3))
        edge = ((at[0] + side[0] * (0.055 * tall), at[1] + side[1] * (0.055 * tall)) for at in (tip, root))
        pen.canvas.polygon([root, tip, *edge], colour_of("#efe7d6"))
        pen.canvas.line([(x, middle), tip], 0.016 * tall, colour_of(wood))
    return pen.done()


def castle(height: float, *, lit: bool) -> Image.Image:
    """Towers with pointed roofs behind a wall with battlements."""
    pen, stone = whole(height * 1.25, height), colour_of("#8a8a8f")
    for left, right, top, share in _TOWERS:
        wall, roof = mix(stone, (20, 24, 40), share), mix(colour_of("#56384a"), (0, 0, 0), share)
        pen.box(wall, left, top, right, 1)
        pen.box(mix(wall, (10, 12, 30), 0.28), left + (right - left) * 0.62, top, right, 1)
        middle, over = (left + right) / 2, (right - left) * 0.62
        pen.polygon(roof, (middle - over, top), (middle, top - 0.22), (middle + over, top))
        pen.line((40, 36, 40), 0.006, (middle, top - 0.22), (middle, top - 0.28))
        for row in (0.06, 0.2):
            glass = _WARM if lit else (34, 36, 46)
            pen.box(glass, middle - 0.012, top + row, middle + 0.012, top + row + 0.06)
    front = mix(stone, (255, 255, 255), 0.06)
    pen.box(front, 0.12, 0.66, 0.88, 1)
    for step in range(19):
        pen.box(front, 0.12 + step * 0.04, 0.63, 0.14 + step * 0.04, 0.67)
    pen.curve((44, 32, 28), (0.45, 1.05), (0.45, 0.83), (0.5, 0.77), (0.55, 0.83), (0.55, 1.05))
    return pen.done()


def streetlamp(height: float, *, lit: bool) -> Image.Image:
    """Its light is at 0.06 of the height."""
    pen, iron = upright(height * 0.3, height), "#22252c"
    pen.line(iron, 0.018, (0, 1), (0, 0.12))
    pen.limb(iron, (0, 1), (0, 0.88), 0.025, 0.012)
    pen.polygon(_WARM if lit else "#aab3b8", (-0.035, 0.03), (0.035, 0.03), (0.025, 0.11), (-0.025, 0.11))
    pen.polygon(iron, (-0.05, 0.035), (0, 0), (0.05, 0.035))
    return pen.done()


def pine(height: float, random: Random, colour: Colour) -> Image.Image:
    pen, tiers = upright(height * 0.5, height, 2), 7
    pen.box(mix(colour, (20, 12, 8), 0.5), -0.022, 0.85, 0.022, 1)
    for tier in range(tiers, 0, -1):
        bottom, wide = 0.1 + 0.8 * tier / tiers, (0.03 + 0.19 * tier / tiers) * random.uniform(0.88, 1.1)
        right = ((wide * 0.55, bottom - 0.05), (wide, bottom), (wide * 0.3, bottom - 0.025))
        left = ((-wide * 0.3, bottom - 0.02), (-wide, bottom), (-wide * 0.55, bottom - 0.05))
        pen.polygon(mix(colour, (0, 0, 0), 0.18 * (tier % 2)), (0, bottom - 0.24), *right, *left)
    return pen.done()


def tree(height: float, random: Random, colour: Colour, trunk: Colour) -> Image.Image:
    """A tree with leaves: round masses, lighter to the upper left."""
    pen = upright(height * 1.0, height, 2)
    pen.curve(trunk, *outline("-0.045,1 -0.03,0.6 -0.12,0.4 0,0.5 0.13,0.38 0.04,0.62 0.055,1"))
    for share, shift in ((0.25, 0.0), (0.0, -0.02), (-0.22, -0.045)):
        tone = mix(colour, (0, 0, 0) if share > 0 else (255, 250, 220), abs(share))
        for _ in range(15):
            angle, far = random.uniform(0, 6.3), random.uniform(0, 0.25)
            size = random.uniform(0.07, 0.14) * (1 if share >= 0 else 0.6)
            x, y = math.cos(angle) * far * 1.25 + shift, 0.33 + math.sin(angle) * far * 0.75 + shift
            pen.disc(tone, x, y, size, size * 0.86)
    return pen.done()
