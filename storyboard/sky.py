"""Sky: its colours, sun and moon, stars, clouds, and what shines in it."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

from storyboard.canvas import Canvas, clouds, colour_of, glow, gradient, light_on, mix, pixel
from storyboard.stage import Stage

_CLOUD_PACE = 0.006  # of the width in a second


def draw_sky(stage: Stage, horizon: float) -> None:
    """The whole frame from the top to below the horizon, and clouds over it."""
    top, middle, low = stage.light.sky
    share = horizon / stage.height
    picture = gradient((stage.width, stage.height), (0, top), (share * 0.55, middle), (share, low), (1, low))
    veiled = stage.light.sun is None
    if stage.light.dark > 0.6 and not veiled:
        _stars(stage, picture, horizon)
    if stage.light.sun:
        _sun_or_moon(stage, picture, horizon)
    if "aurora" in stage.scene.things:
        _aurora(stage, picture, horizon)
    stage.add(picture, depth=0.06)
    _clouds(stage, horizon)
    if "fireworks" in stage.scene.things:
        _fireworks(stage, horizon)


def _stars(stage: Stage, picture: Image.Image, horizon: float) -> None:
    random = stage.random
    for _ in range(stage.width * stage.height // 900):
        x, y = random.randrange(stage.width), int(random.random() ** 1.4 * horizon)
        bright = random.random() ** 3
        if y < picture.height:
            picture.putpixel((x, y), mix(pixel(picture, x, y), (235, 240, 255), 0.25 + 0.75 * bright))
            if bright > 0.8:
                light_on(picture, x, y, stage.short * 0.008, (200, 215, 255), 0.8)


def _sun_or_moon(stage: Stage, picture: Image.Image, horizon: float) -> None:
    across, down = stage.light.sun or (0.5, 0.5)
    x, y = across * stage.width, min(down * stage.height, horizon - stage.short * 0.02)
    night = stage.scene.time == "night"
    size = stage.short * (0.06 if night else 0.055 if stage.scene.time == "day" else 0.085)
    if "moon" in stage.scene.things and night:
        size *= 1.7
    light_on(picture, x, y, stage.short * 1.1, stage.light.glow, 0.28 if night else 0.5)
    light_on(picture, x, y, size * 3.4, stage.light.glow, 0.4)
    canvas = Canvas(size * 2 + 2, size * 2 + 2, 4)
    canvas.disc(size + 1, size + 1, size, None, stage.light.glow if not night else colour_of("#f1f0e4"))
    if night:
        for dx, dy, share in ((-0.3, -0.2, 0.26), (0.25, 0.3, 0.2), (0.3, -0.35, 0.14), (-0.1, 0.45, 0.12)):
            canvas.disc(size * (1 + dx), size * (1 + dy), size * share, None, colour_of("#dad9cf"))
    disc = canvas.done()
    picture.paste(disc, (round(x - size), round(y - size)), disc)


def _clouds(stage: Stage, horizon: float) -> None:
    """Soft clouds that drift, dense in bad weather, few in good; none at all in fog."""
    weather = stage.scene.weather
    if "fog" in weather or (stage.scene.time == "night" and not weather):
        return
    dense = 0.3 if "storm" in weather else 0.4 if weather & {"rain", "snow", "cloud"} else 0.55
    size = (stage.width, max(8, round(horizon * 1.04)))
    grid = clouds(stage.random, size, start=3)
    down = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    cover = np.clip((grid - dense) * 4.6, 0, 1) * np.clip((1 - down) * 5, 0, 1) * np.clip(0.35 + down * 1.2, 0, 1)
    top, _, low = stage.light.sky
    bright = mix(mix(stage.light.glow, low, 0.35), (255, 255, 255), 0.35 * (1 - stage.light.dark))
    if "storm" in weather:
        bright = mix(stage.light.haze, (8, 12, 20), 0.2)
    shade = mix(top, stage.light.haze, 0.45) if not weather else mix(top, (10, 14, 22), 0.35)
    lit = np.clip((np.pad(grid, ((size[1] // 16, 0), (0, 0)), "edge")[: size[1]] - grid) * 5 + 0.55, 0, 1)[..., None]
    colours = np.array(shade, np.float32) * (1 - lit) + np.array(bright, np.float32) * lit
    strength = 0.92 if weather else 0.75
    rgba = np.concatenate([colours, (cover * 255 * strength)[..., None]], axis=2)
    picture = Image.fromarray(np.clip(rgba, 0, 255).astype(np.uint8), "RGBA")
    pace = _CLOUD_PACE * (3.5 if weather & {"storm", "wind"} else 1)
    stage.add_cycle([picture], 0, 0, depth=0.1, drift=(stage.width * pace, 0), endless=True)


def _aurora(stage: Stage, picture: Image.Image, horizon: float) -> None:
    random = stage.random
    for band in range(3):
        veil = Image.new("L", picture.size)
        pixels = np.zeros((picture.height, picture.width), np.float32)
        phase, base = random.uniform(0, 6), horizon * (0.3 + 0.16 * band)
        rows = np.arange(picture.height, dtype=np.float32)
        for x in range(picture.width):
            across = x / picture.width * 6 + phase
            foot = base + math.sin(across) * horizon * 0.12 + math.sin(across * 2.3) * horizon * 0.05
            up = (foot - rows) / (horizon * 0.42)
            pixels[:, x] = (
                np.clip(1 - up, 0, 1) ** 1.6 * np.clip(up * 14, 0, 1) * (up < 1) * (0.55 + 0.45 * math.sin(across * 7))
            )
        veil = Image.fromarray((pixels * 150).astype(np.uint8)).filter(ImageFilter.GaussianBlur(stage.short * 0.006))
        colour = (colour_of("#58f0a0"), colour_of("#45d3c0"), colour_of("#9a6cf0"))[band]
        picture.paste(colour, (0, 0), veil)


def _fireworks(stage: Stage, horizon: float) -> None:
    """Bursts that open one after the other."""
    random, side = stage.random, round(stage.short * 0.62)
    for number in range(4):
        colour = colour_of(random.choice(("#ff6b5e", "#ffd166", "#7ad9ff", "#c792ff", "#8dff9c")))
        frames = []
        angles = [(random.uniform(0, 6.283), random.uniform(0.55, 1)) for _ in range(64)]
        for step in range(16):
            canvas, grown, fade = (
                Canvas(side, side, 2),
                1 - (1 - step / 12) ** 3 if step < 12 else 1.0,
                max(0.0, 1 - step / 14),
            )
            for angle, far in angles:
                reach = side * 0.47 * far * grown
                x, y = (
                    side / 2 + math.cos(angle) * reach,
                    side / 2 + math.sin(angle) * reach + step * step * side * 0.0006,
                )
                inner = (side / 2 + (x - side / 2) * 0.72, side / 2 + (y - side / 2) * 0.72)
                canvas.limb(
                    inner, (x, y), 0.3, max(0.7, side * 0.009 * fade), mix(colour, (255, 255, 255), 0.55 * fade)
                )
            burst = canvas.done()
            halo = glow(side * 0.45, colour, 0.6 * fade)
            halo = halo.resize(burst.size)
            halo.alpha_composite(burst)
            halo.putalpha(halo.getchannel("A").point(lambda value, fade=fade: round(value * min(1, fade * 1.6))))
            frames.append(halo)
        turned = frames[(start := 4 + number * 3) :] + frames[:start]
        left = (0.14 + 0.23 * number + random.uniform(-0.04, 0.04)) * stage.width - side * 0.2
        stage.add_cycle(turned, left, random.uniform(-0.08, 0.1) * horizon, depth=0.12, rate=9)


def light_shaft(stage: Stage, left: float, width: float, slant: float, strength: float) -> Image.Image:
    """A beam of light from above over the whole height, as RGBA."""
    canvas = stage.canvas(1)
    canvas.polygon(
        [(left, 0), (left + width, 0), (left + width * 1.8 + slant, stage.height), (left + slant, stage.height)],
        stage.light.glow,
    )
    beam = canvas.done()
    fade = gradient((1, stage.height), (0, (255,) * 3), (1, (20,) * 3)).convert("L").resize(beam.size)
    soft = beam.getchannel("A").filter(ImageFilter.GaussianBlur(width * 0.25))
    alpha = (np.asarray(soft, np.float32) * np.asarray(fade, np.float32) / 255 * strength).astype(np.uint8)
    beam = Image.new("RGBA", beam.size, (*stage.light.glow, 0))
    beam.putalpha(Image.fromarray(alpha))
    return beam
