"""Weather before the camera: rain, snow, fog and lightning, as layers and flashes over a whole board."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from storyboard.canvas import Colour, clouds, mix, radial, seeded
from storyboard.stage import Layer, Stage


@dataclass(frozen=True)
class Fall:
    """What falls: an L picture that goes on at its edges where it ends, its colour, and its pace in pixels a second."""

    mask: Image.Image
    colour: Colour
    pace: tuple[float, float]
    sway: float = 0

    def scaled(self, share: float) -> Fall:
        """The same in a frame of another size."""
        size = (round(self.mask.width * share), round(self.mask.height * share))
        pace = (self.pace[0] * share, self.pace[1] * share)
        return replace(self, mask=self.mask.resize(size), pace=pace, sway=self.sway * share)

    def paste_on(self, picture: Image.Image, seconds: float) -> None:
        shift = (
            round(self.pace[0] * seconds + self.sway * math.sin(seconds * 1.3)) % self.mask.width,
            round(self.pace[1] * seconds) % self.mask.height,
        )
        for left in range(shift[0] - self.mask.width, picture.width, self.mask.width):
            for top in range(shift[1] - self.mask.height, picture.height, self.mask.height):
                part = self.mask.crop(
                    (
                        max(0, -left),
                        max(0, -top),
                        min(self.mask.width, picture.width - left),
                        min(self.mask.height, picture.height - top),
                    )
                )
                if part.width > 0 and part.height > 0:
                    picture.paste(self.colour, (max(0, left), max(0, top)), part)


def falls(stage: Stage) -> tuple[Fall, ...]:
    """Rain or snow in two depths."""
    weather, random = stage.scene.weather, stage.random
    if stage.scene.place in ("space", "underwater", "room"):
        return ()
    if "snow" in weather:
        heavy = "storm" in weather or "wind" in weather
        return tuple(_snow(stage, random, size, count, heavy) for size, count in ((0.003, 130), (0.006, 60)))
    if stage.is_wet:
        heavy = "storm" in weather
        return tuple(_rain(stage, random, far, heavy) for far in (True, False))
    return ()


def _rain(stage: Stage, random: Random, far: bool, heavy: bool) -> Fall:
    width, height, short = stage.width, stage.height, stage.short
    mask = Image.new("L", (2 * width, 2 * height))
    draw, slant = ImageDraw.Draw(mask), -0.32 if heavy else -0.1
    long = short * (0.07 if far else 0.13) * (1.3 if heavy else 1)
    for _ in range((260 if far else 110) * (2 if heavy else 1)):
        x, y, bright = (
            random.uniform(0, 2 * width),
            random.uniform(0, 2 * height),
            round(random.uniform(50, 120) * (0.6 if far else 1)),
        )
        for left in (x, x - 2 * width, x + 2 * width):
            for top in (y, y - 2 * height):
                draw.line(
                    (left, top, left + slant * long, top + long),
                    fill=bright,
                    width=max(1, round(short * (0.003 if far else 0.0045))),
                )
    small = mask.resize((width, height), Image.Resampling.BOX)
    speed = stage.height * (1.5 if far else 2.4)
    return Fall(small, mix((214, 226, 240), stage.light.haze, 0.25), (slant * speed, speed))


def _snow(stage: Stage, random: Random, size: float, count: int, heavy: bool) -> Fall:
    mask = Image.new("L", (stage.width, stage.height))
    for _ in range(count * (2 if heavy else 1)):
        radius = max(1, round(stage.short * size * random.uniform(0.6, 1.3)))
        flake = radial(radius, 0.8)
        x, y = random.randrange(stage.width), random.randrange(stage.height)
        for left in (x, x - stage.width):
            for top in (y, y - stage.height):
                mask.paste(flake, (left, top), flake)
    speed = stage.height * (0.1 + size * 18) * (1.8 if heavy else 1)
    return Fall(mask, (250, 252, 255), (-speed * (1.2 if heavy else 0.12), speed), stage.short * 0.02)


def fog(stage: Stage, depth: float, low: float, strength: float) -> Layer:
    """A bank of fog that drifts, thickest below ``low`` (share of the height)."""
    grid = clouds(stage.random, (stage.width, stage.height), octaves=4, start=2)
    rows = np.linspace(0, 1, stage.height, dtype=np.float32)[:, None]
    alpha = np.clip(grid * 1.5 - 0.25, 0, 1) * np.exp(-(((rows - low) / 0.3) ** 2)) * 255 * strength
    picture = Image.new(
        "RGBA", (stage.width, stage.height), (*mix(stage.light.haze, (255, 255, 255), 0.25 * (1 - stage.light.dark)), 0)
    )
    picture.putalpha(
        Image.fromarray(np.clip(alpha, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(stage.short * 0.02))
    )
    return Layer(frames=(picture,), depth=depth, drift=(stage.width * 0.012, 0), endless=True)


def flash_times(seed: int) -> tuple[float, ...]:
    """When lightning strikes within the first half minute, in seconds; never at the very beginning."""
    random, at, found = seeded(seed), 1.2, []
    while at < 30:
        found.append(at)
        at += random.uniform(2.2, 4.5)
    return tuple(found)


def brightness_of(flashes: tuple[float, ...], seconds: float) -> float:
    """How bright lightning is at a moment, 0 to 1: two quick strokes that fade."""
    since = min((seconds - at for at in flashes if seconds >= at), default=9.0)
    return (
        max(0.0, 1 - since / 0.12)
        if since < 0.12
        else max(0.0, 0.8 - (since - 0.18) / 0.3)
        if 0.18 <= since < 0.42
        else 0.0
    )
