"""Places that people have built outside: a city from afar, a street, a road, a platform."""

from __future__ import annotations

from PIL import Image, ImageFilter

from storyboard import buildings, machines
from storyboard.canvas import Canvas, Colour, colour_of, glow, light_on, mix, paste, shaded
from storyboard.ground import hills, row_of_pines
from storyboard.sky import draw_sky
from storyboard.stage import Stage

_LAMP = colour_of("#ffd08a")
_SIGNS = ("#ff4f6d", "#41d9ff", "#ffb13b", "#8d6bff", "#4dffb0")


def city(stage: Stage) -> None:
    stage.horizon = stage.height * 0.74
    draw_sky(stage, stage.horizon)
    if stage.is_lit:
        warm = Image.new("RGB", (stage.width, stage.height))
        light_on(warm, stage.width / 2, stage.horizon * 1.1, stage.width * 0.6, (255, 170, 110), 0.5)
        haze = warm.convert("RGBA")
        haze.putalpha(warm.convert("L"))
        stage.add(haze, depth=0.12)
    for share, tall, depth in ((0.72, 0.5, 0.2), (0.42, 0.42, 0.4), (0.12, 0.3, 0.62)):
        _skyline(stage, share, tall, depth)
    canvas = stage.canvas()
    edge = stage.light.on("#4a4d55")
    canvas.fill(
        [(0, stage.height * 0.87), (stage.width, stage.height * 0.87), (stage.width, stage.height), (0, stage.height)],
        edge,
        mix(edge, (0, 0, 0), 0.5),
    )
    canvas.box(0, stage.height * 0.855, stage.width, stage.height * 0.875, mix(edge, (255, 255, 255), 0.18))
    stage.add(canvas.done(), depth=0.9)
    stage.ground = stage.height * 0.95


def _skyline(stage: Stage, share: float, tall: float, depth: float) -> None:
    canvas, random, x = stage.canvas(), stage.random, -0.03 * stage.width
    while x < stage.width:
        wide = stage.short * random.uniform(0.07, 0.17) * (1.3 - share * 0.5)
        top = stage.horizon - stage.height * tall * random.uniform(0.35, 1.1) * (1.25 if random.random() < 0.15 else 1)
        wall = mix(stage.light.on("#56606e", share), (0, 0, 0), random.uniform(0, 0.12))
        canvas.fill(
            [(x, top), (x + wide, top), (x + wide, stage.height), (x, stage.height)],
            wall,
            mix(wall, stage.light.haze, 0.35),
        )
        canvas.box(x + wide * 0.7, top, x + wide, stage.height, mix(wall, (0, 0, 10), 0.16))
        if random.random() < 0.3:
            canvas.line([(x + wide / 2, top), (x + wide / 2, top - stage.height * 0.06)], stage.short * 0.005, wall)
        _windows(stage, canvas, x, top, wide, share)
        x += wide * random.uniform(0.92, 1.15)
    stage.add(canvas.done(), depth=depth)


def _windows(stage: Stage, canvas: Canvas, left: float, top: float, wide: float, share: float) -> None:
    step, random = stage.short * 0.02 * (1.25 - share * 0.6), stage.random
    lit = mix(_LAMP, stage.light.haze, share * 0.55)
    dim = stage.light.on("#7f93a6", share)
    for row in range(int((stage.height * 0.86 - top) / (step * 1.25)) - 1):
        for column in range(int(wide / step) - 1):
            bright = random.random() < 0.38
            if (stage.is_lit and not bright) or (not stage.is_lit and random.random() < 0.3):
                continue
            x, y = left + (column + 0.7) * step, top + (row + 0.8) * step * 1.25
            canvas.box(
                x,
                y,
                x + step * 0.5,
                y + step * 0.62,
                mix(lit, (255, 255, 255), random.uniform(0, 0.3)) if stage.is_lit else dim,
            )


def street(stage: Stage) -> None:
    """Two rows of houses that meet far away, lamps and signs, and a road that mirrors them when it is wet."""
    stage.horizon = stage.height * 0.55
    draw_sky(stage, stage.horizon)
    stage.add(_facades(stage), depth=0.4)
    base = mix(stage.light.on("#3c4048"), (0, 0, 0), 0.15)
    road = stage.canvas()
    top = stage.horizon * 1.03
    road.fill(
        [(0, top), (stage.width, top), (stage.width, stage.height), (0, stage.height)],
        mix(base, stage.light.haze, 0.4),
        base,
    )
    middle = stage.width * 0.5
    for side in (-1, 1):
        far, near = middle + side * stage.width * 0.05, middle + side * stage.width * 0.62
        road.polygon(
            [
                (far, top),
                (far + side * stage.width * 0.05, top),
                (near + side * stage.width * 0.6, stage.height),
                (near, stage.height),
            ],
            mix(base, stage.light.on("#8b8a86"), 0.45),
        )
    ground = road.done().convert("RGB")
    if stage.is_wet or stage.is_lit:
        _mirror(stage, ground, round(top), 0.55 if stage.is_wet else 0.2)
    part = ground.crop((0, round(top), stage.width, stage.height)).convert("RGBA")
    stage.add(part, 0, round(top), depth=0.62)
    _lamps(stage)
    stage.ground = stage.height * 0.93


def _mirror(stage: Stage, ground: Image.Image, top: int, strength: float) -> None:
    """What stands above the road, upside down in it and drawn out."""
    above = Image.new("RGB", (stage.width, stage.height))
    for layer in stage.layers:
        above.paste(
            layer.frames[0].convert("RGB"),
            (round(layer.left), round(layer.top)),
            layer.frames[0].getchannel("A") if layer.frames[0].mode == "RGBA" else None,
        )
    room = stage.height - top
    flipped = (
        above.crop((0, max(0, top - room), stage.width, top))
        .transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        .resize((stage.width, room))
    )
    blurred = flipped.filter(ImageFilter.BoxBlur((0, stage.short * 0.03))).filter(
        ImageFilter.GaussianBlur(stage.short * 0.004)
    )
    region = ground.crop((0, top, stage.width, stage.height))
    ground.paste(Image.blend(region, blurred, strength), (0, top))


def _facades(stage: Stage) -> Image.Image:
    canvas, random, width = stage.canvas(), stage.random, stage.width
    middle, vanish, lamps = width * 0.5, stage.horizon * 1.0, []
    for side in (-1, 1):
        bounds = [0.045, 0.085, 0.14, 0.22, 0.34, 0.52]
        for number in range(len(bounds) - 2, -1, -1):
            near, far = bounds[number + 1] * width * 1.02, bounds[number] * width
            share = 0.6 - 0.14 * number
            wall = mix(
                stage.light.on(random.choice(("#6e5a4e", "#5d6670", "#7a6a58", "#56505e")), max(0.0, share)),
                (0, 0, 0),
                0.12,
            )
            rise = random.uniform(0.85, 1.15)
            points = []
            for distance in (far, near):
                x, scale = middle + side * distance, distance / (0.52 * width)
                points.append((x, vanish - scale * stage.height * 0.95 * rise, vanish + scale * stage.height * 0.42))
            (x0, top0, low0), (x1, top1, low1) = points
            canvas.polygon([(x0, top0), (x1, top1), (x1, low1), (x0, low0)], wall)
            canvas.polygon(
                [(x0, top0), (x1, top1), (x1, top1 + stage.short * 0.012), (x0, top0 + stage.short * 0.006)],
                mix(wall, (255, 255, 255), 0.16),
            )
            lamps += _openings(stage, canvas, points, wall, number)
    picture = canvas.done()
    for x, y, size, colour in lamps:
        paste(picture, glow(size * 3, colour, 0.5), x - size * 3, y - size * 3)
    return picture


def _openings(
    stage: Stage, canvas: Canvas, points: list[tuple[float, float, float]], wall: Colour, number: int
) -> list[tuple[float, float, float, Colour]]:
    """Windows in rows that run to the vanishing point, a shop below, a sign beside it."""
    random, lights = stage.random, []
    (x0, top0, low0), (x1, top1, low1) = points

    def at(across: float, down: float) -> tuple[float, float]:
        top, low = top0 + (top1 - top0) * across, low0 + (low1 - low0) * across
        return x0 + (x1 - x0) * across, top + (low - top) * down

    for row in range(1, 6):
        for column in range(3):
            left, up = 0.12 + column * 0.3, 0.06 + (row - 1) * 0.135
            bright = stage.is_lit and random.random() < 0.45
            pane = (
                mix(_LAMP, wall, random.uniform(0.05, 0.35))
                if bright
                else mix(wall, (8, 12, 24) if stage.is_lit else stage.light.on("#a9bccb"), 0.45)
            )
            canvas.polygon([at(left, up), at(left + 0.18, up), at(left + 0.18, up + 0.085), at(left, up + 0.085)], pane)
    shop = mix(_LAMP, (255, 240, 214), 0.3) if stage.is_lit else stage.light.on("#9fb0b8")
    canvas.polygon([at(0.1, 0.77), at(0.9, 0.77), at(0.9, 0.97), at(0.1, 0.97)], shop)
    awning = stage.light.on(random.choice(("#9a3b34", "#2f5d62", "#b07b2e")))
    canvas.polygon([at(0.04, 0.73), at(0.96, 0.73), at(1.0, 0.79), at(0.0, 0.79)], mix(awning, (0, 0, 0), 0.1))
    if stage.is_lit:
        lights.append((*at(0.5, 0.9), abs(x1 - x0) * 0.35, _LAMP))
        sign = colour_of(random.choice(_SIGNS))
        canvas.polygon([at(0.2, 0.42), at(0.34, 0.42), at(0.34, 0.66), at(0.2, 0.66)], mix(sign, (255, 255, 255), 0.25))
        lights.append((*at(0.27, 0.54), abs(x1 - x0) * 0.3, sign))
    return lights


def _lamps(stage: Stage) -> None:
    for side, distance in ((-1, 0.14), (1, 0.2), (-1, 0.33), (1, 0.44)):
        scale = distance / 0.5
        tall = stage.height * 0.62 * scale
        picture = shaded(
            buildings.streetlamp(tall, lit=stage.is_lit),
            (255, 255, 255) if stage.is_lit else stage.light.tint,
            stage.light.haze,
            0.3 * (1 - scale),
        )
        x, foot = stage.width * (0.5 + side * distance), stage.horizon + stage.height * 0.36 * scale
        if stage.is_lit:
            halo = glow(tall * 0.36, _LAMP, 0.62)
            stage.add(halo, x - halo.width / 2, foot - tall * 0.93 - halo.height / 2, depth=0.5 + 0.3 * scale)
        stage.add(picture, x - picture.width / 2, foot - tall, depth=0.5 + 0.3 * scale)


def road(stage: Stage) -> None:
    stage.horizon = stage.height * 0.58
    draw_sky(stage, stage.horizon)
    light, width, height = stage.light, stage.width, stage.height
    hills(stage, stage.horizon * 0.97, height * 0.14, light.on("#5f7a80", 0.6), light.on("#7d9a8a", 0.5), 0.55, 0.25)
    line = hills(stage, stage.horizon * 1.04, height * 0.02, light.on("#6d8a4c", 0.25), light.on("#4d6a35"), 0.4, 0.45)
    row_of_pines(stage, line, 22, height * 0.1, light.on("#34523c", 0.25), 0.46)
    canvas, top, middle = stage.canvas(), stage.horizon * 1.03, width * 0.5
    tar = light.on("#4a4c52")
    canvas.fill(
        [(middle - width * 0.012, top), (middle + width * 0.012, top), (width * 1.02, height), (-width * 0.02, height)],
        mix(tar, light.haze, 0.4),
        tar,
    )
    for step in range(7):
        near, far = 0.1 + (step / 7) ** 1.9 * 1.1, 0.1 + ((step + 0.5) / 7) ** 1.9 * 1.1
        first, last = top + (near - 0.1) * (height - top), top + (far - 0.1) * (height - top)
        canvas.polygon(
            [
                (middle - width * 0.008 * near, first),
                (middle + width * 0.008 * near, first),
                (middle + width * 0.012 * far, last),
                (middle - width * 0.012 * far, last),
            ],
            light.on("#efe8cf"),
        )
    stage.add(canvas.done(), depth=0.6)
    stage.ground = height * 0.9


def station(stage: Stage) -> None:
    """A platform under a roof, a train beside it."""
    stage.horizon = stage.height * 0.5
    draw_sky(stage, stage.height * 0.7)
    light, width, height = stage.light, stage.width, stage.height
    _skyline(stage, 0.7, 0.25, 0.2)
    picture = shaded(
        machines.train(height * 0.36, lit=stage.is_lit),
        light.tint if not stage.is_lit else (190, 196, 214),
        light.haze,
        0.08,
    )
    stage.add(picture, width * 0.04, height * 0.76 - picture.height, depth=0.5)
    canvas = stage.canvas()
    stone = light.on("#8d8f92")
    canvas.fill(
        [(0, height * 0.77), (width, height * 0.77), (width, height), (0, height)], stone, mix(stone, (0, 0, 0), 0.45)
    )
    canvas.box(0, height * 0.8, width, height * 0.815, light.on("#e0b83c"))
    roof = mix(light.on("#3a4048"), (0, 0, 0), 0.2)
    canvas.polygon([(0, 0), (width, 0), (width, height * 0.14), (0, height * 0.2)], roof)
    for left in (0.1, 0.5, 0.9):
        canvas.box(
            width * left - stage.short * 0.014, height * 0.12, width * left + stage.short * 0.014, height * 0.86, roof
        )
    stage.add(canvas.done(), depth=0.75)
    if stage.is_lit:
        for left in (0.3, 0.7):
            lamp = glow(stage.short * 0.3, _LAMP, 0.55)
            stage.add(lamp, width * left - lamp.width / 2, height * 0.18 - lamp.height / 2, depth=0.75)
    stage.ground = height * 0.93
