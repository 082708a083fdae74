"""Places on land: from the horizon to the ground that people stand on, in layers with depth."""

from __future__ import annotations

import math

from PIL import Image, ImageFilter

from storyboard import buildings
from storyboard.canvas import Canvas, Colour, Point, glow, mix, paste, ridge, shaded
from storyboard.ground import grass, hills, level_at, row_of_pines
from storyboard.sky import draw_sky, light_shaft
from storyboard.stage import Stage


def mountains(stage: Stage) -> None:
    stage.horizon = stage.height * 0.66
    draw_sky(stage, stage.horizon)
    light, height = stage.light, stage.height
    narrow = min(1.0, 0.35 + 0.36 * stage.width / height)
    for share, level, size in ((0.78, 0.42, 0.42 * narrow), (0.55, 0.56, 0.34 * narrow)):
        line = ridge(stage.random, stage.width, height * level, height * size, 0.52)
        canvas = stage.canvas()
        rock = light.on("#56657a", share)
        canvas.fill([*line, (stage.width, height), (0, height)], rock, light.on("#8fa0a8", min(1, share + 0.25)))
        _snow_caps(canvas, line, height * (level - size * 0.12), light.on("#f4f7fb", share * 0.5))
        stage.add(canvas.done(), depth=0.15 + 0.15 * (1 - share))
    hills(stage, height * 0.74, height * 0.16, light.on("#41604f", 0.35), light.on("#5c7a63", 0.4), 0.5, 0.45)
    line = hills(stage, height * 0.86, height * 0.1, light.on("#36523c", 0.12), light.on("#22341f"), 0.5, 0.75)
    row_of_pines(stage, line, 26, height * 0.2, light.on("#26402f", 0.1), 0.76)
    _meadow(stage, "#4a6a3c")


def _snow_caps(canvas: Canvas, line: list[Point], below: float, colour: Colour) -> None:
    """White on what rises above a height, with a ragged lower edge."""
    for start in range(len(line) - 1):
        (x, y), (right, other) = line[start], line[start + 1]
        if y < below:
            deep = (below - y) * (0.62 + 0.24 * math.sin(start * 0.45) + 0.12 * math.sin(start * 1.1))
            canvas.polygon([(x, y), (right, other), (right, other + deep * 0.9), (x, y + deep)], colour)


def _meadow(stage: Stage, colour: str) -> None:
    """The near ground, and blades of grass before it; under snow it is white."""
    snowy = "snow" in stage.scene.weather
    base = stage.light.on("#eef2f7" if snowy else colour)
    line = hills(
        stage, stage.height * 0.88, stage.height * 0.035, base, mix(base, (4, 8, 16), 0.3 if snowy else 0.5), 0.45, 0.88
    )
    stage.ground = level_at(line, stage.width / 2, stage.width) + stage.height * 0.045
    if not snowy:
        grass(stage, stage.height * 0.96, mix(base, (0, 0, 0), 0.3), 1.0, stage.short * 0.11)


def field(stage: Stage) -> None:
    stage.horizon = stage.height * 0.62
    draw_sky(stage, stage.horizon)
    light, height = stage.light, stage.height
    snowy = "snow" in stage.scene.weather
    tones = ("#c9d3dd", "#d6dee6", "#e2e8ee") if snowy else ("#7c9a86", "#6f9a5c", "#5f8f4a")
    for tone, share, level, size in zip(tones, (0.6, 0.35, 0.15), (0.6, 0.68, 0.77), (0.07, 0.06, 0.05), strict=True):
        line = hills(
            stage,
            height * level,
            height * size,
            light.on(tone, share),
            light.on(tone, share * 0.5),
            0.4,
            0.25 + (1 - share) * 0.4,
        )
        if share > 0.3:
            row_of_pines(
                stage,
                line,
                12 if share > 0.5 else 9,
                height * (0.05 if share > 0.5 else 0.09),
                light.on("#3d5f48", share),
                0.3 + (1 - share) * 0.4,
            )
    if "tree" in stage.scene.things:
        _lone_tree(stage)
    _meadow(stage, "#5c8a3f")
    if "flowers" in stage.scene.things and not snowy:
        _flowers(stage)


def _lone_tree(stage: Stage) -> None:
    blossom = stage.random.random() < 0.3 or "flowers" in stage.scene.things
    leaves = "#e3a5b8" if blossom else "#6c8f45"
    picture = buildings.tree(stage.height * 0.6, stage.random, stage.light.on(leaves, 0.06), stage.light.on("#4a382c"))
    left = stage.width * (0.1 if stage.light.sun and stage.light.sun[0] > 0.5 else 0.62)
    stage.add(picture, left, stage.height * 0.86 - picture.height, depth=0.8, bob=(stage.width * 0.0008, 0, 4))


def _flowers(stage: Stage) -> None:
    canvas, random = stage.canvas(), stage.random
    for _ in range(160):
        down = random.random() ** 0.7
        x, y, size = (
            random.uniform(0, stage.width),
            stage.height * (0.84 + 0.17 * down),
            stage.short * (0.004 + 0.012 * down),
        )
        tone = stage.light.on(random.choice(("#f2c14e", "#e4572e", "#f7f3e3", "#c86fc9", "#f08a8a")))
        canvas.line([(x, y + size * 4), (x, y)], size * 0.3, stage.light.on("#3c6b34"))
        for step in range(5):
            canvas.disc(
                x + math.cos(step * 1.257) * size * 0.7, y + math.sin(step * 1.257) * size * 0.6, size * 0.5, None, tone
            )
        canvas.disc(x, y, size * 0.4, None, stage.light.on("#f6d54a"))
    stage.add(canvas.done(), depth=0.96, bob=(stage.width * 0.0012, 0, 3.4))


def desert(stage: Stage) -> None:
    stage.horizon = stage.height * 0.58
    draw_sky(stage, stage.horizon)
    light, height = stage.light, stage.height
    for share, level, size in ((0.55, 0.6, 0.06), (0.3, 0.7, 0.08), (0.05, 0.84, 0.07)):
        line = ridge(stage.random, stage.width, height * level, height * size, 0.3)
        canvas = stage.canvas()
        sand = light.on("#b9552f" if "mars" in stage.scene.things else "#dba763", share)
        canvas.fill(
            [*line, (stage.width, height), (0, height)], mix(sand, light.glow, 0.2), mix(sand, (60, 26, 20), 0.3)
        )
        crest = min(line[40:200], key=lambda point: point[1])
        after = [point for point in line if point[0] >= crest[0]]
        canvas.fill(
            [*after, (stage.width, height), (crest[0] - stage.width * 0.12, height)],
            mix(sand, (70, 30, 40), 0.4),
            mix(sand, (50, 20, 30), 0.45),
        )
        stage.add(canvas.done(), depth=0.3 + (0.55 - share))
    stage.ground = height * 0.92


def forest(stage: Stage) -> None:
    stage.horizon = stage.height * 0.7
    light, height, width = stage.light, stage.height, stage.width
    draw_sky(stage, height * 0.8)
    veil = light.on("#7fa184", 0.6)
    stage.add(Image.new("RGBA", (width, height), (*veil, 150)), depth=0.08)
    for number, share in enumerate((0.75, 0.5, 0.25)):
        _trunks(stage, number, share)
        _canopy(stage, number, mix(light.on("#2e4a38", share), light.on("#5d8a4a", share), 0.5))
    if light.dark < 0.5 and not stage.is_wet:
        for left in (0.1, 0.34, 0.62):
            stage.add(light_shaft(stage, left * width, width * 0.05, -width * 0.12, 0.3), depth=0.5)
    _meadow(stage, "#3f5c33")
    _near_trunk(stage)


def _trunks(stage: Stage, number: int, share: float) -> None:
    """Trunks with bare branches, and the floor below them; each row is nearer than the one before."""
    canvas, random, light, height = stage.canvas(), stage.random, stage.light, stage.height
    bark, floor = mix(light.on("#2e4a38", share), (30, 18, 10), 0.25), height * (0.68 + 0.08 * number)
    for _ in range(16 - 4 * number):
        x = random.uniform(-0.05, 1.05) * stage.width
        thick = stage.short * (0.008 + 0.011 * number) * random.uniform(0.7, 1.4)
        lean = random.uniform(-0.02, 0.02) * stage.width
        top = ((x - thick * 0.55 + lean, 0), (x + thick * 0.55 + lean, 0))
        canvas.polygon([(x - thick, floor + 6), *top, (x + thick, floor + 6)], bark)
        for _ in range(5):
            up, long = random.uniform(0.05, 0.6) * height, random.uniform(2, 7) * thick
            way = random.choice((-1, 1))
            canvas.limb((x, up), (x + way * long, up - long * 0.35), thick * 0.2, thick * 0.08, bark)
    canvas.fill(
        [*ridge(random, stage.width, floor, height * 0.03, 0.6), (stage.width, height), (0, height)],
        light.on("#4c6b3f", share),
        light.on("#2a3f26", share * 0.4),
    )
    stage.add(canvas.done(), depth=0.2 + 0.2 * number)


def _canopy(stage: Stage, number: int, colour: Colour) -> None:
    canvas, random = stage.canvas(), stage.random
    for _ in range(90):
        x, size = random.uniform(-0.05, 1.05) * stage.width, stage.short * random.uniform(0.03, 0.085)
        y = (random.random() ** 2) * stage.height * (0.26 - 0.05 * number) - size * 0.4
        canvas.disc(
            x,
            y,
            size,
            size * 0.7,
            mix(colour, (255, 250, 200) if random.random() < 0.4 else (0, 0, 0), random.uniform(0, 0.16)),
        )
    stage.add(canvas.done(), depth=0.25 + 0.2 * number, bob=(stage.width * 0.001, 0, 4 + number))


def _near_trunk(stage: Stage) -> None:
    """A dark trunk at an edge of the frame: something to look past."""
    canvas, width, height = stage.canvas(), stage.width, stage.height
    dark = mix(stage.light.on("#1f2a22"), (0, 0, 0), 0.35)
    left = -0.02 if stage.random.random() < 0.5 else 0.94
    canvas.curve(
        [
            (width * left, -20),
            (width * (left + 0.075), -20),
            (width * (left + 0.065), height * 0.6),
            (width * (left + 0.1), height * 1.05),
            (width * (left - 0.04), height * 1.05),
        ],
        dark,
    )
    stage.add(canvas.done().filter(ImageFilter.GaussianBlur(stage.short * 0.006)), depth=1.0)


def village(stage: Stage) -> None:
    stage.horizon = stage.height * 0.6
    draw_sky(stage, stage.horizon)
    light, height = stage.light, stage.height
    hills(stage, height * 0.56, height * 0.16, light.on("#67827a", 0.65), light.on("#8aa58a", 0.6), 0.5, 0.25)
    snowy = "snow" in stage.scene.weather
    slope = "#dfe6ec" if snowy else "#6d9455"
    line = hills(stage, height * 0.72, height * 0.06, light.on(slope, 0.25), light.on(slope, 0.1), 0.4, 0.5)
    canvas = Image.new("RGBA", (stage.width, height))
    for number in range(7):
        x = stage.width * (0.06 + 0.145 * number + stage.random.uniform(-0.03, 0.03))
        picture = _seen_from_afar(
            stage, buildings.house(height * stage.random.uniform(0.1, 0.15), stage.random, lit=False), 0.22
        )
        y = level_at(line, x, stage.width) + height * 0.02
        paste(canvas, picture, x - picture.width / 2, y - picture.height)
        if stage.is_lit:
            _window_light(canvas, x, y, picture)
    stage.add(canvas, depth=0.52)
    row_of_pines(stage, line, 14, height * 0.12, light.on("#33503c", 0.2), 0.55)
    _meadow(stage, "#5b8446")


def _window_light(canvas: Image.Image, x: float, y: float, house: Image.Image) -> None:
    for left in (-0.3, 0.16):
        wide, tall = house.width * 0.15, house.height * 0.2
        pane = Image.new("RGBA", (max(1, round(wide)), max(1, round(tall))), (255, 214, 130, 255))
        paste(
            canvas,
            glow(house.height * 0.5, (255, 190, 90), 0.45),
            x + left * house.width - house.height * 0.42,
            y - house.height * 0.8,
        )
        paste(canvas, pane, x + left * house.width, y - house.height * 0.4)


def _seen_from_afar(stage: Stage, picture: Image.Image, distance: float) -> Image.Image:
    return shaded(picture, stage.light.tint, stage.light.haze, distance)


def sky(stage: Stage) -> None:
    """Above the clouds."""
    stage.horizon = stage.height * 0.85
    draw_sky(stage, stage.horizon)
    random, light = stage.random, stage.light
    for number, level in enumerate((0.74, 0.86, 0.97)):
        canvas = stage.canvas()
        for _ in range(60):
            x, size = (
                random.uniform(-0.05, 1.05) * stage.width,
                stage.short * random.uniform(0.05, 0.1) * (1 + number * 0.5),
            )
            tone = mix(light.on("#ffffff", 0.5 - 0.2 * number), light.sky[1], random.uniform(0, 0.35))
            canvas.disc(x, stage.height * level + random.uniform(0, 0.12) * stage.height, size, size * 0.55, tone)
        stage.add(
            canvas.done().filter(ImageFilter.GaussianBlur(stage.short * 0.008)),
            depth=0.3 + 0.3 * number,
            drift=(-stage.width * 0.006 * (number + 1), 0),
        )
    stage.ground = stage.height * 0.6
