"""A ship for space, a robot, a train, and a planet, as pictures on nothing."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageChops, ImageDraw

from storyboard.canvas import Canvas, Colour, colour_of, glow, mix, paste
from storyboard.shares import outline, upright, whole

_WARM = "#ffd98a"


def spaceship(height: float) -> Image.Image:
    """A long ship that flies to the right; its engines are at 0.04 of the width and half of the height."""
    pen, hull, dark = whole(height * 3.4, height), colour_of("#aab3c0"), "#5d6775"
    pen.polygon(dark, (0.16, 0.42), (0.3, 0.06), (0.4, 0.06), (0.44, 0.42))
    pen.polygon(hull, *outline("0.05,0.36 0.6,0.26 0.86,0.38 1,0.56 0.8,0.66 0.3,0.72 0.05,0.66"))
    belly = outline("0.05,0.54 0.62,0.52 1,0.56 0.8,0.66 0.3,0.72 0.05,0.66")
    pen.polygon(mix(hull, (16, 20, 40), 0.45), *belly)
    pen.polygon(dark, (0.12, 0.62), (0.46, 0.58), (0.36, 0.95), (0.2, 0.98))
    pen.polygon("#7fd0ee", (0.72, 0.36), (0.84, 0.4), (0.9, 0.49), (0.74, 0.48))
    for window in range(9):
        pen.box(_WARM, 0.2 + window * 0.053, 0.44, 0.222 + window * 0.053, 0.475)
    for seam in (0.3, 0.46, 0.6):
        pen.line(dark, 0.008, (seam, 0.33), (seam + 0.02, 0.67))
    pen.box("#39414d", 0.01, 0.38, 0.06, 0.64)
    return pen.done()


def robot(height: float) -> Image.Image:
    pen, steel, dark, light = upright(height * 0.6, height), "#9aa7b4", "#4a5563", "#6fe0ff"
    pen.line(dark, 0.012, (0, 0.08), (0, 0.02))
    pen.disc("#f2c14e", 0, 0.02, 0.018)
    for side in (-1, 1):
        pen.limb(dark, (side * 0.15, 0.34), (side * 0.2, 0.6), 0.035, 0.03)
        pen.disc(steel, side * 0.2, 0.62, 0.04)
        pen.limb(dark, (side * 0.07, 0.66), (side * 0.08, 0.94), 0.04, 0.035)
        pen.box(steel, side * 0.08 - 0.055, 0.94, side * 0.08 + 0.07, 1)
    pen.curve(steel, (-0.15, 0.3), (0.15, 0.3), (0.13, 0.66), (-0.13, 0.66))
    pen.box("#2b3440", -0.06, 0.38, 0.06, 0.48)
    pen.disc(light, 0, 0.43, 0.025)
    pen.curve(steel, (-0.12, 0.08), (0.12, 0.08), (0.12, 0.26), (-0.12, 0.26))
    for eye in (-0.02, 0.07):
        pen.disc(light, eye, 0.165, 0.025)
    return pen.done()


def train(height: float, *, lit: bool) -> Image.Image:
    """Carriages that end outside of what is seen; the front is at the left."""
    pen = whole(height * 8, height, 2)
    pen.curve("#c9cfd4", *outline("0,0.78 0.02,0.38 0.07,0.06 0.14,0.02 1.3,0.02 1.3,0.84 0.02,0.84"))
    pen.box("#b6392f", 0.03, 0.6, 1, 0.68)
    pen.polygon("#2f3b46", (0.025, 0.42), (0.06, 0.14), (0.085, 0.14), (0.085, 0.42))
    for window in range(17):
        left = 0.115 + window * 0.053
        pen.box(_WARM if lit else "#40505c", left, 0.18, left + 0.038, 0.46)
    for wheel in range(12):
        pen.disc("#23262b", 0.08 + wheel * 0.08, 0.9, 0.09)
    return pen.done()


def planet(radius: float, random: Random) -> Image.Image:
    """A banded planet with a ring."""
    base = colour_of(random.choice(("#c98d5a", "#7fa0c4", "#b7a07a", "#9c6b8a")))
    ball = _ball(radius, base, random)
    picture = Canvas(radius * 4.4, radius * 2.4, 2).done()
    x, y = picture.width / 2, picture.height / 2
    ring = _ring(radius, x, y, mix(base, (255, 244, 220), 0.45))
    behind, before = ring.crop((0, 0, ring.width, round(y))), ring.crop((0, round(y), ring.width, ring.height))
    paste(picture, behind, 0, 0)
    paste(picture, ball, x - radius, y - radius)
    paste(picture, before, 0, round(y))
    return picture.rotate(14, Image.Resampling.BICUBIC)


def _ball(radius: float, base: Colour, random: Random) -> Image.Image:
    """The planet itself with its bands, one side of it in the dark."""
    bands = Canvas(radius * 2, radius * 2, 1)
    for row in range(12):
        tone = mix(base, (0, 0, 0) if row % 2 else (255, 255, 255), random.uniform(0.03, 0.2))
        bands.box(0, row * radius / 6, radius * 2, (row + 1) * radius / 6, tone)
    ball = bands.done().convert("RGB")
    shadow = glow(radius * 1.5, (0, 0, 0)).resize((round(radius * 3.4), round(radius * 3.4)))
    night, corner = Image.new("RGB", ball.size, (4, 6, 16)), round(radius * 0.95)
    lit = shadow.getchannel("A").crop((corner, corner, corner + ball.width, corner + ball.height))
    ball = Image.composite(ball, night, lit.point(lambda value: min(255, value * 2)))
    disc = Image.new("L", (round(radius * 2), round(radius * 2)))
    ImageDraw.Draw(disc).ellipse((0, 0, disc.width - 1, disc.height - 1), fill=255)
    ball.putalpha(disc)
    return ball


def _ring(radius: float, x: float, y: float, colour: Colour) -> Image.Image:
    canvas = Canvas(radius * 4.4, radius * 2.4, 3)
    for wide, tone in ((2.1, 0.0), (1.86, 0.35), (1.7, 0.1)):
        canvas.disc(x, y, radius * wide, radius * wide * 0.2, mix(colour, (0, 0, 0), tone))
    ring = canvas.done()
    hole, (across, down) = Image.new("L", ring.size), (radius * 1.45, radius * 0.28)
    ImageDraw.Draw(hole).ellipse((x - across, y - down, x + across, y + down), fill=255)
    ring.putalpha(ImageChops.subtract(ring.getchannel("A"), hole).point(lambda value: value * 7 // 10))
    return ring
