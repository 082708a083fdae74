"""Drawing with smooth edges: everything is drawn larger than it is and scaled down; the same calls, the same pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
Grid = npt.NDArray[np.float32]


def colour_of(text: str) -> Colour:
    """``#rrggbb`` as three numbers."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with a share (0 to 1) of ``other``."""
    share = min(1.0, max(0.0, share))
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def times(one: Colour, other: Colour) -> Colour:
    """``one`` in light of the colour ``other``."""
    red, green, blue = (min(255, a * b // 255) for a, b in zip(one, other, strict=True))
    return red, green, blue


def gradient(size: tuple[int, int], *stops: tuple[float, Colour]) -> Image.Image:
    """An RGB picture with colours from top to bottom; each stop is a share of the height and its colour."""
    rows = np.linspace(0, 1, size[1])
    at = [stop[0] for stop in stops]
    bands = [np.interp(rows, at, [stop[1][band] for stop in stops]) for band in range(3)]
    column = np.stack(bands, axis=1)[:, None, :] + _dither(size[1])
    return Image.fromarray(np.clip(column, 0, 255).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)


def _dither(height: int) -> npt.NDArray[np.float64]:
    """Less than one step of brightness, uneven from row to row, against bands in soft gradients."""
    found: npt.NDArray[np.float64] = np.asarray(np.arange(height) * 0.618 % 1, np.float64)[:, None, None]
    return found


def seeded(seed: int) -> Random:
    """Numbers that are the same for the same seed, for drawing only."""
    return Random(seed)  # noqa: S311


def radial(radius: int, power: float = 2.0) -> Image.Image:
    """A round spot of light as an L picture: bright in the middle, nothing at the edge."""
    across = np.linspace(-1, 1, max(2, 2 * radius))
    distance = np.sqrt(across[None, :] ** 2 + across[:, None] ** 2)
    return Image.fromarray((np.clip(1 - distance, 0, 1) ** power * 255).astype(np.uint8))


def curved(points: Sequence[Point], *, closed: bool = True, steps: int = 6) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    count, found = len(points), []
    for index in range(count if closed else count - 1):
        near = [
            points[(index + step) % count if closed else min(max(index + step, 0), count - 1)] for step in (-1, 0, 1, 2)
        ]
        found += [_between(near, step / steps) for step in range(steps)]
    return found if closed else [*found, points[-1]]


def _between(near: Sequence[Point], at: float) -> Point:
    weights = (
        *(-0.5 * at**3 + at**2 - 0.5 * at, 1.5 * at**3 - 2.5 * at**2 + 1),
        *(-1.5 * at**3 + 2 * at**2 + 0.5 * at, 0.5 * at**3 - 0.5 * at**2),
    )
    return (
        sum(weight * point[0] for weight, point in zip(weights, near, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, near, strict=True)),
    )


def ridge(random: Random, width: float, level: float, height: float, rough: float = 0.5) -> list[Point]:
    """The upper edge of a range of hills from left to right, around ``level`` and about ``height`` high (pixels)."""
    waves = [(random.uniform(0.6, 1.4) * 2**octave, random.uniform(0, 7), rough**octave) for octave in range(7)]
    total = sum(wave[2] for wave in waves)
    found = []
    for step in range(241):
        across = step / 240
        up = sum(strength * math.sin(across * pace * 4.2 + phase) for pace, phase, strength in waves) / total
        found.append((across * width, level - height * up))
    return found


def clouds(random: Random, size: tuple[int, int], *, octaves: int = 5, start: int = 3) -> Grid:
    """Soft noise of ``size`` between 0 and 1 that goes on at its left edge where it ends at its right."""
    width, height = size
    total, grid = 0.0, np.zeros((height, width), np.float32)
    for octave in range(octaves):
        across = start * 2**octave
        down = max(2, round(across * height / width * 1.8))
        cells = np.array([[random.random() for _ in range(across)] for _ in range(down)], np.float32)
        ring = Image.fromarray(np.concatenate([cells, cells, cells], axis=1)).resize(
            (3 * width, height), Image.Resampling.BICUBIC
        )
        grid += np.asarray(ring, np.float32)[:, width : 2 * width] * 0.55**octave
        total += 0.55**octave
    return grid / total


class Canvas:
    """An RGBA picture of ``width`` x ``height`` pixels to draw on; ``done`` gives it with smooth edges."""

    def __init__(self, width: float, height: float, scale: int = 3) -> None:
        self.width, self.height, self.scale = max(1, round(width)), max(1, round(height)), scale
        self.image = Image.new("RGBA", (self.width * scale, self.height * scale))
        self._draw = ImageDraw.Draw(self.image)

    def done(self) -> Image.Image:
        return self.image.resize((self.width, self.height), Image.Resampling.BOX)

    def polygon(self, points: Iterable[Point], colour: Colour, alpha: int = 255) -> None:
        self._draw.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=(*colour, alpha))

    def curve(self, points: Sequence[Point], colour: Colour) -> None:
        self.polygon(curved(points), colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, alpha: int = 255) -> None:
        if right > left and bottom > top:
            corners = (left * self.scale, top * self.scale, right * self.scale - 1, bottom * self.scale - 1)
            if corners[2] >= corners[0] and corners[3] >= corners[1]:
                self._draw.rectangle(corners, fill=(*colour, alpha))

    def disc(self, x: float, y: float, across: float, down: float | None, colour: Colour) -> None:
        """An ellipse by its centre and half axes."""
        high = across if down is None else down
        corners = (
            (x - across) * self.scale,
            (y - high) * self.scale,
            (x + across) * self.scale,
            (y + high) * self.scale,
        )
        self._draw.ellipse(corners, fill=(*colour, 255))

    def limb(self, start: Point, end: Point, thick: float, thin: float, colour: Colour) -> None:
        """A line with round ends, from one half width to another."""
        away = math.atan2(end[1] - start[1], end[0] - start[0]) + math.pi / 2
        side = math.cos(away), math.sin(away)
        self.polygon(
            [
                (start[0] + side[0] * thick, start[1] + side[1] * thick),
                (end[0] + side[0] * thin, end[1] + side[1] * thin),
                (end[0] - side[0] * thin, end[1] - side[1] * thin),
                (start[0] - side[0] * thick, start[1] - side[1] * thick),
            ],
            colour,
        )
        self.disc(*start, thick, None, colour)
        self.disc(*end, thin, None, colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        for start, end in pairwise(points):
            self.limb(start, end, width / 2, width / 2, colour)

    def fill(self, points: Sequence[Point], top: Colour, bottom: Colour) -> None:
        """A shape whose colour goes from its top to its bottom."""
        scaled = [(x * self.scale, y * self.scale) for x, y in points]
        first = max(0, math.floor(min(y for _, y in scaled)))
        last = min(self.image.height, math.ceil(max(y for _, y in scaled)))
        if last - first < 1:
            return
        mask = Image.new("L", (self.image.width, last - first))
        ImageDraw.Draw(mask).polygon([(x, y - first) for x, y in scaled], fill=255)
        self.image.paste(gradient(mask.size, (0, top), (1, bottom)), (0, first), mask)

    def paste(self, picture: Image.Image, left: float, top: float) -> None:
        """An RGBA picture of its own size in pixels of the canvas."""
        large = picture.resize((picture.width * self.scale, picture.height * self.scale), Image.Resampling.BILINEAR)
        paste(self.image, large, left * self.scale, top * self.scale)


def pixel(picture: Image.Image, x: int, y: int) -> Colour:
    """The colour of a pixel of an RGB picture."""
    red, green, blue = picture.getpixel((x, y))  # type: ignore[misc]
    return int(red), int(green), int(blue)


def paste(target: Image.Image, picture: Image.Image, left: float, top: float) -> None:
    """Lay an RGBA picture over another one; what lies outside is left off."""
    box = (round(left), round(top))
    inside = (
        max(0, -box[0]),
        max(0, -box[1]),
        min(picture.width, target.width - box[0]),
        min(picture.height, target.height - box[1]),
    )
    if inside[2] > inside[0] and inside[3] > inside[1]:
        target.alpha_composite(picture, (max(0, box[0]), max(0, box[1])), inside)


def light_on(target: Image.Image, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> None:
    """Add a round glow to an RGB picture."""
    spot = radial(max(2, round(radius)))
    left, top = round(x) - spot.width // 2, round(y) - spot.height // 2
    inside = (max(0, left), max(0, top), min(target.width, left + spot.width), min(target.height, top + spot.height))
    if inside[2] <= inside[0] or inside[3] <= inside[1]:
        return
    part = spot.crop((inside[0] - left, inside[1] - top, inside[2] - left, inside[3] - top))
    shades = [part.point([round(value * band / 255 * strength) for value in range(256)]) for band in colour]
    region = target.crop(inside)
    target.paste(ImageChops.screen(region, Image.merge("RGB", shades)), inside[:2])


def glow(radius: float, colour: Colour, strength: float = 1.0) -> Image.Image:
    """A round glow as an RGBA picture."""
    spot = radial(max(2, round(radius)))
    picture = Image.new("RGBA", spot.size, (*colour, 0))
    picture.putalpha(spot.point(lambda value: round(value * strength)))
    return picture


def rim(picture: Image.Image, colour: Colour, side: float, strength: float = 0.8) -> Image.Image:
    """An RGBA figure with light on its edge, from the left (``side`` -1) or from the right (1)."""
    alpha = picture.getchannel("A")
    step = max(1, round(min(picture.size) * 0.012))
    shifted = ImageChops.offset(alpha, -round(side * step), step // 2)
    edge = ImageChops.subtract(alpha, shifted).filter(ImageFilter.GaussianBlur(step * 0.4))
    edge = ImageChops.multiply(edge, alpha).point(lambda value: round(value * strength))
    lit = Image.new("RGBA", picture.size, (*colour, 255))
    mixed = Image.composite(lit, picture, edge)
    mixed.putalpha(alpha)
    return mixed


def shaded(picture: Image.Image, tint: Colour, haze: Colour, distance: float) -> Image.Image:
    """An RGBA picture in light of a colour, and partly lost in haze."""
    colours = ImageChops.multiply(picture.convert("RGB"), Image.new("RGB", picture.size, tint))
    colours = Image.blend(colours, Image.new("RGB", picture.size, haze), distance)
    colours.putalpha(picture.getchannel("A"))
    return colours
