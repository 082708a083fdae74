"""A ship for space, a robot, a train, and a planet, as pictures on nothing."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageChops, ImageDraw

from storyboard.canvas import Canvas, colour_of, glow, mix, paste

_WARM = colour_of("#ffd98a")


def spaceship(height: float) -> Image.Image:
    """A long ship that flies to the right; its engines are at 0.04 of the width and half of the height."""
    canvas = Canvas(height * 3.4, height)
    wide, tall = canvas.width, canvas.height

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * wide, y * tall) for x, y in points]

    hull, dark = colour_of("#aab3c0"), colour_of("#5d6775")
    canvas.polygon(at((0.16, 0.42), (0.3, 0.06), (0.4, 0.06), (0.44, 0.42)), dark)
    canvas.polygon(
        at((0.05, 0.36), (0.6, 0.26), (0.86, 0.38), (1.0, 0.56), (0.8, 0.66), (0.3, 0.72), (0.05, 0.66)), hull
    )
    canvas.polygon(
        at((0.05, 0.54), (0.62, 0.52), (1.0, 0.56), (0.8, 0.66), (0.3, 0.72), (0.05, 0.66)),
        mix(hull, (16, 20, 40), 0.45),
    )
    canvas.polygon(at((0.12, 0.62), (0.46, 0.58), (0.36, 0.95), (0.2, 0.98)), dark)
    canvas.polygon(at((0.72, 0.36), (0.84, 0.4), (0.9, 0.49), (0.74, 0.48)), colour_of("#7fd0ee"))
    for window in range(9):
        canvas.box((0.2 + window * 0.053) * wide, 0.44 * tall, (0.222 + window * 0.053) * wide, 0.475 * tall, _WARM)
    for seam in (0.3, 0.46, 0.6):
        canvas.line(at((seam, 0.33), (seam + 0.02, 0.67)), 0.008 * tall, dark)
    canvas.box(0.01 * wide, 0.38 * tall, 0.06 * wide, 0.64 * tall, colour_of("#39414d"))
    return canvas.done()


def robot(height: float) -> Image.Image:
    canvas = Canvas(height * 0.6, height)
    x, tall = canvas.width / 2, canvas.height
    steel, dark = colour_of("#9aa7b4"), colour_of("#4a5563")
    canvas.line([(x, 0.08 * tall), (x, 0.02 * tall)], 0.012 * tall, dark)
    canvas.disc(x, 0.02 * tall, 0.018 * tall, None, colour_of("#f2c14e"))
    for side in (-1, 1):
        canvas.limb(
            (x + side * 0.15 * tall, 0.34 * tall), (x + side * 0.2 * tall, 0.6 * tall), 0.035 * tall, 0.03 * tall, dark
        )
        canvas.disc(x + side * 0.2 * tall, 0.62 * tall, 0.04 * tall, None, steel)
        canvas.limb(
            (x + side * 0.07 * tall, 0.66 * tall),
            (x + side * 0.08 * tall, 0.94 * tall),
            0.04 * tall,
            0.035 * tall,
            dark,
        )
        canvas.box(
            x + side * 0.08 * tall - 0.055 * tall, 0.94 * tall, x + side * 0.08 * tall + 0.07 * tall, tall, steel
        )
    canvas.curve(
        [
            (x - 0.15 * tall, 0.3 * tall),
            (x + 0.15 * tall, 0.3 * tall),
            (x + 0.13 * tall, 0.66 * tall),
            (x - 0.13 * tall, 0.66 * tall),
        ],
        steel,
    )
    canvas.box(x - 0.06 * tall, 0.38 * tall, x + 0.06 * tall, 0.48 * tall, colour_of("#2b3440"))
    canvas.disc(x, 0.43 * tall, 0.025 * tall, None, colour_of("#6fe0ff"))
    canvas.curve(
        [
            (x - 0.12 * tall, 0.08 * tall),
            (x + 0.12 * tall, 0.08 * tall),
            (x + 0.12 * tall, 0.26 * tall),
            (x - 0.12 * tall, 0.26 * tall),
        ],
        steel,
    )
    for eye in (-0.02, 0.07):
        canvas.disc(x + eye * tall, 0.165 * tall, 0.025 * tall, None, colour_of("#6fe0ff"))
    return canvas.done()


def train(height: float, *, lit: bool) -> Image.Image:
    """Carriages that end outside of what is seen; the front is at the left."""
    canvas = Canvas(height * 8, height, 2)
    wide, tall = canvas.width, canvas.height
    body = colour_of("#c9cfd4")
    canvas.curve(
        [
            (0.0, 0.78 * tall),
            (0.02 * wide, 0.38 * tall),
            (0.07 * wide, 0.06 * tall),
            (0.14 * wide, 0.02 * tall),
            (wide * 1.3, 0.02 * tall),
            (wide * 1.3, 0.84 * tall),
            (0.02 * wide, 0.84 * tall),
        ],
        body,
    )
    canvas.box(0.03 * wide, 0.6 * tall, wide, 0.68 * tall, colour_of("#b6392f"))
    pane = _WARM if lit else colour_of("#40505c")
    canvas.polygon(
        [
            (0.025 * wide, 0.42 * tall),
            (0.06 * wide, 0.14 * tall),
            (0.085 * wide, 0.14 * tall),
            (0.085 * wide, 0.42 * tall),
        ],
        colour_of("#2f3b46"),
    )
    for window in range(17):
        left = (0.115 + window * 0.053) * wide
        canvas.box(left, 0.18 * tall, left + 0.038 * wide, 0.46 * tall, pane)
    for wheel in range(12):
        canvas.disc((0.08 + wheel * 0.08) * wide, 0.9 * tall, 0.09 * tall, None, colour_of("#23262b"))
    return canvas.done()


def planet(radius: float, random: Random) -> Image.Image:
    """A banded planet with a ring."""
    canvas = Canvas(radius * 4.4, radius * 2.4, 2)
    x, y = canvas.width / 2, canvas.height / 2
    base = colour_of(random.choice(("#c98d5a", "#7fa0c4", "#b7a07a", "#9c6b8a")))
    ring = mix(base, (255, 244, 220), 0.45)
    disc = Image.new("L", (round(radius * 2), round(radius * 2)))
    ImageDraw.Draw(disc).ellipse((0, 0, disc.width - 1, disc.height - 1), fill=255)
    bands = Canvas(radius * 2, radius * 2, 1)
    for row in range(12):
        bands.box(
            0,
            row * radius / 6,
            radius * 2,
            (row + 1) * radius / 6,
            mix(base, (0, 0, 0) if row % 2 else (255, 255, 255), random.uniform(0.03, 0.2)),
        )
    ball = bands.done().convert("RGB")
    shadow = glow(radius * 1.5, (0, 0, 0)).resize((round(radius * 3.4), round(radius * 3.4)))
    night = Image.new("RGB", ball.size, (4, 6, 16))
    lit = shadow.getchannel("A").crop(
        (
            round(radius * 0.95),
            round(radius * 0.95),
            round(radius * 0.95) + ball.width,
            round(radius * 0.95) + ball.height,
        )
    )
    ball = Image.composite(ball, night, lit.point(lambda value: min(255, value * 2)))
    ball.putalpha(disc)
    picture = canvas.done()
    for front in (False, True):
        hoop = Canvas(radius * 4.4, radius * 2.4, 3)
        for wide, tone in ((2.1, 0.0), (1.86, 0.35), (1.7, 0.1)):
            hoop.disc(x, y, radius * wide, radius * wide * 0.2, mix(ring, (0, 0, 0), tone))
        whole = hoop.done()
        hole = Image.new("L", whole.size)
        ImageDraw.Draw(hole).ellipse(
            (x - radius * 1.45, y - radius * 0.28, x + radius * 1.45, y + radius * 0.28), fill=255
        )
        whole.putalpha(ImageChops.subtract(whole.getchannel("A"), hole).point(lambda value: value * 7 // 10))
        half = whole.crop((0, round(y) if front else 0, whole.width, whole.height if front else round(y)))
        if front:
            paste(picture, ball, x - radius, y - radius)
        paste(picture, half, 0, round(y) if front else 0)
    return picture.rotate(14, Image.Resampling.BICUBIC)
