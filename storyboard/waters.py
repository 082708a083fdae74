"""Places at the water: sea, beach and lake."""

from __future__ import annotations

import math

from storyboard.canvas import Canvas, Colour, colour_of, mix
from storyboard.ground import grass, hills, level_at, row_of_pines
from storyboard.sky import draw_sky
from storyboard.stage import Stage


def sea(stage: Stage) -> None:
    stage.horizon = stage.height * 0.6
    draw_sky(stage, stage.horizon)
    rough = "storm" in stage.scene.weather
    _water(stage, stage.horizon, rough)
    stage.ground = stage.height * 0.9


def _water(stage: Stage, top: float, rough: bool, colour: str = "#2c6f94") -> None:
    """Water to the lower edge: light on it under the sun, and rows of waves that heave."""
    light, random, width, height = stage.light, stage.random, stage.width, stage.height
    far, near = light.on(colour, 0.6), light.on(mix(colour_of(colour), (0, 10, 24), 0.5))
    canvas = stage.canvas()
    canvas.fill([(0, top), (width, top), (width, height), (0, height)], far, near)
    sun = light.sun[0] * width if light.sun else width * 0.5
    for _ in range(420):
        down = random.random() ** 1.7
        y = top + down * (height - top)
        long, thin = (
            stage.short * (0.012 + 0.1 * down) * random.uniform(0.5, 1.5),
            max(0.4, stage.short * 0.004 * (0.3 + down)),
        )
        toward = abs(random.gauss(0, 1)) * width * (0.03 + 0.07 * down) * random.choice((-1, 1))
        shines = light.sun is not None and random.random() < 0.45
        x = sun + toward if shines else random.uniform(0, width)
        tone = mix(far, light.glow, 0.75 * (1 - 0.5 * down)) if shines else mix(far, near, random.uniform(0, 0.9))
        canvas.disc(x, y, long, thin, tone)
    stage.add(canvas.done(), depth=0.3, bob=(width * 0.002, 0, 6))
    for row, share in enumerate((0.3, 0.55, 0.82)):
        _wave_row(stage, top + (height - top) * share, mix(far, near, 0.3 + share * 0.6), rough, 0.4 + 0.2 * row, row)


def _wave_row(stage: Stage, level: float, colour: Colour, rough: bool, depth: float, row: int) -> None:
    wide, pad = stage.width * 1.2, stage.width * 0.1
    size = stage.short * (0.03 if rough else 0.009) * (0.7 + row * 0.5)
    canvas = Canvas(wide, stage.height - level + size * 3, 2)
    phase = stage.random.uniform(0, 6)
    line = []
    for step in range(181):
        x = wide * step / 180
        swell = math.sin(x / stage.short * (7 - row) + phase) + 0.5 * math.sin(
            x / stage.short * (15 - row * 2) + phase * 2
        )
        line.append((x, size * 1.6 - size * (abs(swell) * 0.8 if rough else swell * 0.6)))
    foam = mix(colour, (255, 255, 255), (0.45 if rough else 0.2) * (1 - 0.55 * stage.light.dark))
    canvas.polygon([*line, (wide, canvas.height), (0, canvas.height)], foam)
    lower = [(x, y + size * (0.28 if rough else 0.3)) for x, y in line]
    canvas.fill([*lower, (wide, canvas.height), (0, canvas.height)], colour, mix(colour, (0, 6, 18), 0.35))
    heave = stage.short * (0.014 if rough else 0.004)
    stage.add(
        canvas.done(),
        -pad,
        level - size * 1.6,
        depth=depth,
        bob=(pad * (0.5 if rough else 0.25), heave, 3.2 + row * 0.7),
    )


def beach(stage: Stage) -> None:
    stage.horizon = stage.height * 0.5
    draw_sky(stage, stage.horizon)
    _water(stage, stage.horizon, "storm" in stage.scene.weather, "#2f8aa3")
    sand = stage.light.on("#dcc393")
    edge = [
        (x, stage.height * 0.72 + math.sin(x / stage.width * 5 + 1) * stage.height * 0.02)
        for x in range(0, stage.width + 9, 8)
    ]
    canvas = stage.canvas()
    canvas.polygon(
        [*[(x, y - stage.short * 0.02) for x, y in edge], (stage.width, stage.height), (0, stage.height)],
        mix(sand, (255, 255, 255), 0.5),
    )
    canvas.fill(
        [*edge, (stage.width, stage.height), (0, stage.height)], mix(sand, stage.light.on("#8a7450"), 0.45), sand
    )
    stage.add(canvas.done(), depth=0.7, bob=(0, stage.short * 0.004, 4))
    stage.ground = stage.height * 0.9


def lake(stage: Stage) -> None:
    stage.horizon = stage.height * 0.52
    draw_sky(stage, stage.horizon)
    for share, size in ((0.75, 0.22), (0.5, 0.15)):
        hills(
            stage,
            stage.horizon * 0.93,
            stage.height * size,
            stage.light.on("#4f6b78", share),
            stage.light.on("#6d8a86", share + 0.1),
            0.62,
            0.25,
        )
    line = hills(
        stage,
        stage.horizon * 1.0,
        stage.height * 0.03,
        stage.light.on("#33513f", 0.25),
        stage.light.on("#2c4636", 0.2),
        0.5,
        0.35,
    )
    row_of_pines(stage, line, 70, stage.height * 0.13, stage.light.on("#2c4b3c", 0.2), 0.36)
    _water(stage, stage.horizon * 1.06, rough=False, colour="#3f7488")
    bank = hills(
        stage, stage.height * 0.93, stage.height * 0.03, stage.light.on("#56713f"), stage.light.on("#2b3a24"), 0.5, 0.9
    )
    stage.ground = level_at(bank, stage.width / 2, stage.width) + stage.height * 0.02
    grass(stage, stage.height * 0.95, stage.light.on("#3c5730"), 1.0, stage.short * 0.1)
