"""Places without a horizon: space, and under water."""

from __future__ import annotations

import math

from PIL import Image, ImageFilter

from storyboard import machines
from storyboard.canvas import Canvas, clouds, gradient, light_on, mix
from storyboard.ground import hills
from storyboard.stage import Stage


def space(stage: Stage) -> None:
    """Stars near and far, a veil of gas, and a planet."""
    random, width, height = stage.random, stage.width, stage.height
    picture = gradient((width, height), (0, (6, 7, 20)), (0.6, (14, 12, 38)), (1, (30, 16, 48)))
    gas = clouds(random, (width, height), start=3)
    for tone, power in (((120, 60, 150), 2.2), ((40, 110, 150), 3.0)):
        veil = Image.fromarray((gas**power * 230).astype("uint8"))
        picture.paste(tone, (0, 0), veil.point(lambda value: value * 3 // 5))
        gas = 1 - gas
    stage.horizon = height * 2
    for _ in range(width * height // 450):
        x, y, bright = random.randrange(width), random.randrange(height), random.random() ** 4
        if bright > 0.7:
            light_on(picture, x, y, stage.short * 0.012 * bright, (220, 230, 255), 0.9)
        else:
            picture.putpixel((x, y), mix((40, 44, 70), (255, 255, 255), 0.2 + bright))
    stage.add(picture, depth=0.04)
    ball = machines.planet(stage.short * 0.3, random)
    stage.add(
        ball, width * 0.66 - ball.width / 2, height * 0.34 - ball.height / 2, depth=0.15, drift=(-width * 0.002, 0)
    )
    stage.ground = height * 0.86


def underwater(stage: Stage) -> None:
    """Beams of light from above, hills of sand, weed that sways, and bubbles."""
    width, height = stage.width, stage.height
    picture = gradient((width, height), (0, (120, 210, 222)), (0.35, (36, 128, 168)), (1, (6, 34, 66)))
    stage.add(picture, depth=0.05)
    _beams(stage)
    for share, level in ((0.5, 0.84), (0.15, 0.92)):
        tone = mix((14, 62, 88), (4, 22, 40), 1 - share)
        hills(stage, height * level, height * 0.08, tone, (4, 20, 38), 0.6, 0.7 - share * 0.5)
    _weed(stage)
    _bubbles(stage)
    stage.horizon, stage.ground = height * 0.8, height * 0.72


def _beams(stage: Stage) -> None:
    width, low = stage.width, stage.height * 0.9
    for left in (0.1, 0.3, 0.52, 0.74):
        beam = Canvas(width, stage.height, 1)
        top = ((left * width, 0), ((left + 0.06) * width, 0))
        beam.polygon([*top, ((left + 0.02) * width, low), ((left - 0.14) * width, low)], (220, 250, 255), 46)
        soft = beam.done().filter(ImageFilter.GaussianBlur(stage.short * 0.02))
        stage.add(soft, depth=0.2, bob=(width * 0.012, 0, 5 + left * 3))


def _weed(stage: Stage) -> None:
    canvas, random = stage.canvas(), stage.random
    for _ in range(26):
        x, tall = random.uniform(0, 1) * stage.width, stage.short * random.uniform(0.12, 0.34)
        line = [(x + math.sin(step * 0.9 + x) * tall * 0.06, stage.height - step * tall / 8) for step in range(9)]
        canvas.line(line, stage.short * 0.012, mix((10, 70, 62), (60, 120, 70), random.random() * 0.5))
    stage.add(canvas.done(), depth=0.9, bob=(stage.width * 0.006, 0, 4))


def _bubbles(stage: Stage) -> None:
    canvas, random = stage.canvas(), stage.random
    for _ in range(40):
        x, y = random.random() * stage.width, random.random() * stage.height
        canvas.disc(x, y, stage.short * random.uniform(0.003, 0.009), None, (170, 226, 236))
    dim = canvas.done()
    dim.putalpha(dim.getchannel("A").point(lambda value: value // 2))
    stage.add_cycle([dim], 0, 0, depth=0.6, drift=(0, -stage.height * 0.06), endless=True)
