"""Places under the sky: from the horizon to the ground that people stand on, in layers with depth."""

from __future__ import annotations

import math

from PIL import Image, ImageFilter

from storyboard import buildings
from storyboard.canvas import Canvas, Colour, Point, colour_of, glow, mix, paste, ridge, shaded
from storyboard.sky import draw_sky, light_shaft
from storyboard.stage import Stage


def hills(
    stage: Stage, level: float, height: float, top: Colour, bottom: Colour, rough: float, depth: float
) -> list[Point]:
    line = ridge(stage.random, stage.width, level, height, rough)
    canvas = stage.canvas()
    canvas.fill([*line, (stage.width, stage.height), (0, stage.height)], top, bottom)
    stage.add(canvas.done(), depth=depth)
    return line


def _level_at(line: list[Point], x: float, width: float) -> float:
    return line[min(len(line) - 1, max(0, round(x / width * (len(line) - 1))))][1]


def row_of_pines(
    stage: Stage, line: list[Point], count: int, height: float, colour: Colour, depth: float, sink: float = 0.1
) -> None:
    canvas = Image.new("RGBA", (stage.width, stage.height))
    kinds = [buildings.pine(height * stage.random.uniform(0.6, 1.1), stage.random, colour) for _ in range(6)]
    for _ in range(count):
        x, kind = stage.random.uniform(-0.02, 1.02) * stage.width, stage.random.choice(kinds)
        paste(canvas, kind, x - kind.width / 2, _level_at(line, x, stage.width) - kind.height * (1 - sink))
    stage.add(canvas, depth=depth)


def _grass(stage: Stage, top: float, colour: Colour, depth: float, tall: float) -> None:
    """Blades along the lower edge, near the camera."""
    canvas, random = stage.canvas(), stage.random
    for _ in range(stage.width // 3):
        x, size = random.uniform(0, stage.width), tall * random.uniform(0.4, 1)
        lean = random.uniform(-0.35, 0.35) * size
        base = top + random.uniform(0, stage.height - top) + size * 0.2
        canvas.polygon(
            [(x - size * 0.04, base), (x + lean, base - size), (x + size * 0.04, base)],
            mix(colour, (0, 0, 0), random.uniform(0, 0.35)),
        )
    stage.add(canvas.done(), depth=depth, bob=(stage.width * 0.0015, 0, 3.1))


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
    stage.ground = _level_at(bank, stage.width / 2, stage.width) + stage.height * 0.02
    _grass(stage, stage.height * 0.95, stage.light.on("#3c5730"), 1.0, stage.short * 0.1)


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
    stage.ground = _level_at(line, stage.width / 2, stage.width) + stage.height * 0.045
    if not snowy:
        _grass(stage, stage.height * 0.96, mix(base, (0, 0, 0), 0.3), 1.0, stage.short * 0.11)


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
    light, height, width, random = stage.light, stage.height, stage.width, stage.random
    draw_sky(stage, height * 0.8)
    veil = light.on("#7fa184", 0.6)
    stage.add(Image.new("RGBA", (width, height), (*veil, 150)), depth=0.08)
    for number, share in enumerate((0.75, 0.5, 0.25)):
        canvas = stage.canvas()
        colour, floor = light.on("#2e4a38", share), height * (0.68 + 0.08 * number)
        for _ in range(16 - 4 * number):
            x, thick = (
                random.uniform(-0.05, 1.05) * width,
                stage.short * (0.008 + 0.011 * number) * random.uniform(0.7, 1.4),
            )
            lean = random.uniform(-0.02, 0.02) * width
            canvas.polygon(
                [
                    (x - thick, floor + 6),
                    (x - thick * 0.55 + lean, 0),
                    (x + thick * 0.55 + lean, 0),
                    (x + thick, floor + 6),
                ],
                mix(colour, (30, 18, 10), 0.25),
            )
            for _ in range(5):
                up, long = random.uniform(0.05, 0.6) * height, random.uniform(2, 7) * thick
                way = random.choice((-1, 1))
                canvas.limb(
                    (x, up),
                    (x + way * long, up - long * 0.35),
                    thick * 0.2,
                    thick * 0.08,
                    mix(colour, (30, 18, 10), 0.25),
                )
        canvas.fill(
            [*ridge(random, width, floor, height * 0.03, 0.6), (width, height), (0, height)],
            light.on("#4c6b3f", share),
            light.on("#2a3f26", share * 0.4),
        )
        stage.add(canvas.done(), depth=0.2 + 0.2 * number)
        _canopy(stage, number, mix(colour, light.on("#5d8a4a", share), 0.5))
    if light.dark < 0.5 and not stage.is_wet:
        for left in (0.1, 0.34, 0.62):
            stage.add(light_shaft(stage, left * width, width * 0.05, -width * 0.12, 0.3), depth=0.5)
    _meadow(stage, "#3f5c33")
    _near_trunk(stage)


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
        y = _level_at(line, x, stage.width) + height * 0.02
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
