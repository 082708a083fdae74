"""Things that a scene names, where they belong: on the water, in the sky, on the ground behind the people."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter

from storyboard import buildings, machines, things
from storyboard.canvas import Canvas, colour_of, glow, radial
from storyboard.cast import breathing, dimmed, lit
from storyboard.stage import Stage

_BEAM_STEPS = 28
_ON_THE_ROAD = {"car": 0.5, "bus": 1.25, "bicycle": 0.62, "motorcycle": 0.6}
_BUILT = {"castle": 0.5, "pagoda": 0.56, "church": 0.46, "windmill": 0.5, "house": 0.3}


def put_things(stage: Stage) -> None:
    """What stands behind the people."""
    if stage.scene.place == "room" or (stage.scene.shot == "close" and stage.scene.subjects):
        _in_the_room(stage)
        return
    there = stage.scene.things
    for name in there:
        if name in _BUILT and stage.scene.place not in ("space", "underwater", "street"):
            _building(stage, name)
    if "lighthouse" in there:
        _lighthouse(stage)
    for name in ("sailboat", "ship"):
        if name in there and stage.scene.place in ("sea", "beach", "lake"):
            _boat(stage, name)
    for name, size in _ON_THE_ROAD.items():
        if name in there and stage.scene.place in (
            "street",
            "road",
            "city",
            "field",
            "village",
            "beach",
            "desert",
            "mountains",
        ):
            _vehicle(stage, name, size)
    if "train" in there and stage.scene.place not in ("station", "space", "street", "sea"):
        _train(stage)
    _in_the_sky(stage)
    _near_the_ground(stage)


def _building(stage: Stage, name: str) -> None:
    tall = stage.height * _BUILT[name] * (0.8 if stage.width < stage.height else 1)
    x, foot = stage.width * (0.28 if stage.side == "right" else 0.7), stage.height * 0.87
    if name == "castle":
        foot = stage.height * 0.8
    frames = {
        "castle": lambda: [buildings.castle(tall, lit=stage.is_lit)],
        "church": lambda: [things.shape("church", tall)],
        "pagoda": lambda: [buildings.pagoda(tall, lit=stage.is_lit)],
        "house": lambda: [buildings.house(tall, stage.random, lit=stage.is_lit)],
        "windmill": lambda: [buildings.windmill(tall, turn * 7.5) for turn in range(12)],
    }[name]()
    shown = [lit(stage, frame, 0.14) for frame in frames]
    stage.add_cycle(shown, x - shown[0].width / 2, foot - shown[0].height, depth=0.58, rate=8)
    if stage.is_lit and name != "windmill":
        halo = glow(tall * 0.5, (255, 196, 110), 0.4)
        stage.add(halo, x - halo.width / 2, foot - tall * 0.4 - halo.height / 2, depth=0.58)


def _lighthouse(stage: Stage) -> None:
    """On a rock in the water; its beam goes round where it is dark enough for one."""
    tall = min(stage.height * 0.72, stage.width * 0.9)
    people = any(subject.is_person for subject in stage.scene.subjects)
    x = stage.width * (0.3 if stage.light.sun and stage.light.sun[0] > 0.5 else 0.68)
    if people:
        x, tall = stage.width * 0.82, tall * 0.75
    foot = stage.horizon + stage.height * 0.16
    lamp = (x, foot - tall * 0.875)
    if stage.is_lit:
        _beam(stage, lamp)
    stage.add(lit(stage, buildings.lighthouse(tall), 0.1, pale=0.15), x - tall * 0.31, foot - tall, depth=0.45)
    if stage.is_lit:
        halo = glow(stage.short * 0.16, (255, 232, 170), 0.95)
        stage.add(halo, lamp[0] - halo.width / 2, lamp[1] - halo.height / 2, depth=0.45)
    canvas = stage.canvas()
    foam = stage.light.on("#dfe9ee", 0.25)
    for _ in range(90):
        away = stage.random.gauss(0, 0.17) * tall
        canvas.disc(
            x + away,
            foot - tall * 0.015 + stage.random.uniform(-0.02, 0.02) * tall,
            tall * stage.random.uniform(0.008, 0.03),
            tall * 0.007,
            foam,
        )
    stage.add(canvas.done(), depth=0.46, bob=(0, stage.short * 0.006, 2.8))


def _beam(stage: Stage, lamp: tuple[float, float]) -> None:
    """The two arms of the beam seen from the side: as it turns they grow shorter and change over."""
    frames, small = [], 4
    width, height = stage.width // small, stage.height // small
    x, y = lamp[0] / small, lamp[1] / small
    for step in range(_BEAM_STEPS):
        canvas, angle = Canvas(width, height, 2), step / _BEAM_STEPS * 2 * math.pi + 0.35
        for arm in (0, math.pi):
            reach, nearness = math.cos(angle + arm) * width * 1.3, math.sin(angle + arm)
            spread = stage.short * (0.1 + 0.12 * max(0, nearness)) / small
            far = [(x + reach, y - spread), (x + reach, y + spread * 0.7)]
            canvas.polygon([(x, y - 0.6), *far, (x, y + 0.6)], (255, 240, 200), 90)
        soft = canvas.done().filter(ImageFilter.GaussianBlur(1.2))
        frames.append(
            _fading(soft, x, y, width * (0.25 + 0.75 * abs(math.cos(angle)))).resize((stage.width, stage.height))
        )
    stage.add_cycle(frames, 0, 0, depth=0.44, rate=6)


def _fading(beam: Image.Image, x: float, y: float, reach: float) -> Image.Image:
    """Light that grows less with the distance from the lamp."""
    spot, less = radial(round(reach), 0.8), Image.new("L", beam.size)
    less.paste(spot, (round(x - spot.width / 2), round(y - spot.height / 2)))
    beam.putalpha(ImageChops.multiply(beam.getchannel("A"), less))
    return beam


def _boat(stage: Stage, name: str) -> None:
    tall = min(stage.height * 0.32, stage.short * 0.4) * (0.8 if "lighthouse" in stage.scene.things else 1)
    picture = lit(stage, things.shape(name, tall), 0.1)
    x = stage.width * (0.3 if "lighthouse" in stage.scene.things or stage.random.random() < 0.5 else 0.62)
    foot = stage.horizon + stage.height * 0.17
    rough = "storm" in stage.scene.weather
    tilted = [
        picture.rotate(
            math.sin(step / 12 * 2 * math.pi) * (7 if rough else 2.2), Image.Resampling.BICUBIC, expand=False
        )
        for step in range(12)
    ]
    stage.add_cycle(
        tilted,
        x - picture.width / 2,
        foot - tall,
        depth=0.5,
        rate=4,
        drift=(-stage.width * 0.008, 0),
        bob=(0, stage.short * (0.022 if rough else 0.006), 3),
    )


def _vehicle(stage: Stage, name: str, size: float) -> None:
    picture = lit(stage, things.shape(name, stage.figure * size * 1.05), 0.06)
    x, foot = stage.width * (0.3 if stage.side == "right" else 0.66), stage.ground - stage.height * 0.03
    drift = -stage.width * 0.02
    if stage.is_lit and name in ("car", "bus", "motorcycle"):
        halo = glow(picture.height * 0.8, (255, 236, 190), 0.7)
        stage.add_cycle(
            [halo],
            x - picture.width / 2 - halo.width * 0.55,
            foot - picture.height * 0.35 - halo.height / 2,
            depth=0.8,
            drift=(drift, 0),
        )
    stage.add_cycle(
        [picture],
        x - picture.width / 2,
        foot - picture.height,
        depth=0.8,
        drift=(drift, 0),
        bob=(0, stage.short * 0.0016, 0.4),
    )


def _train(stage: Stage) -> None:
    picture = lit(stage, machines.train(stage.height * 0.13, lit=stage.is_lit), 0.2)
    stage.add_cycle(
        [picture],
        stage.width * 0.3,
        stage.horizon + stage.height * 0.12 - picture.height,
        depth=0.5,
        drift=(-stage.width * 0.05, 0),
    )


def _in_the_sky(stage: Stage) -> None:
    there, width, height = stage.scene.things, stage.width, stage.height
    if "spaceship" in there:
        _ship_in_space(stage)
    for name, size, pace in (("airplane", 0.2, 0.02), ("saucer", 0.24, 0.012), ("rocket", 0.36, 0.01)):
        if name in there:
            picture = lit(stage, things.shape(name, stage.short * size), 0.08, pale=0.3)
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if name == "airplane" else picture
            stage.add_cycle(
                [picture],
                width * 0.3,
                height * 0.2,
                depth=0.4,
                drift=(width * pace, -height * pace * 0.5),
                bob=(0, stage.short * 0.006, 3),
            )
    if "balloon" in there and not any(subject.kind in ("girl", "boy") for subject in stage.scene.subjects):
        for number, (x, y, size) in enumerate(((0.3, 0.14, 0.34), (0.62, 0.3, 0.2), (0.82, 0.1, 0.13))):
            picture = lit(stage, _balloon(stage.short * size, number), 0.3 - size * 0.5)
            stage.add_cycle(
                [picture],
                width * x - picture.width / 2,
                height * y,
                depth=0.2 + size,
                drift=(width * 0.004, -height * 0.006),
                bob=(0, stage.short * 0.006, 4 + number),
            )


def _balloon(tall: float, number: int) -> Image.Image:
    """A hot-air balloon with stripes and a basket."""
    canvas = Canvas(tall * 0.8, tall)
    x, colours = canvas.width / 2, (("#c8452f", "#f0d9a8"), ("#2f6f8f", "#f2e6c8"), ("#7a4b8f", "#f0c4a0"))[number % 3]
    for step, wide in enumerate((1.0, 0.72, 0.42, 0.14)):
        bulge = [
            (-0.36 * wide, 0.3),
            (-0.3 * wide, 0.12),
            (0, 0.01),
            (0.3 * wide, 0.12),
            (0.36 * wide, 0.3),
            (0.24 * wide, 0.55),
            (0.08, 0.74),
            (-0.08, 0.74),
            (-0.24 * wide, 0.55),
        ]
        canvas.curve([(x + dx * tall, dy * tall) for dx, dy in bulge], colour_of(colours[step % 2]))
    for side in (-0.06, 0.06):
        canvas.line([(x + side * tall, 0.74 * tall), (x + side * 0.8 * tall, 0.88 * tall)], 0.008 * tall, (60, 44, 34))
    canvas.box(x - 0.06 * tall, 0.87 * tall, x + 0.06 * tall, 0.97 * tall, colour_of("#7a5433"))
    return canvas.done()


def _ship_in_space(stage: Stage) -> None:
    tall = stage.short * 0.26
    if stage.width < stage.height:
        tall = stage.width * 0.24
    picture = machines.spaceship(tall)
    x, y = stage.width * 0.08, stage.height * 0.52
    drift = (stage.width * 0.018, -stage.height * 0.004)
    halo = glow(tall * 0.55, (110, 190, 255), 0.9)
    core = glow(tall * 0.25, (235, 248, 255), 1.0)
    for light in (halo, core):
        stage.add_cycle(
            [light, light, dimmed(light, 0.8)],
            x + tall * 0.06 - light.width / 2,
            y + tall * 0.51 - light.height / 2,
            depth=0.7,
            rate=12,
            drift=drift,
        )
    stage.add_cycle(
        [lit(stage, picture, 0.0, pale=0.75)], x, y, depth=0.7, drift=drift, bob=(0, stage.short * 0.005, 4)
    )


def _near_the_ground(stage: Stage) -> None:
    there = stage.scene.things
    if "tent" in there:
        picture = lit(stage, things.shape("tent", stage.figure * 0.62), 0.08)
        stage.add(picture, stage.width * 0.68, stage.ground - picture.height * 1.02, depth=0.8)
    if "robot" in there:
        _robot(stage)
    if "fire" in there:
        tall = stage.figure * 0.36
        frames = [things.fire(tall, stage.random) for _ in range(6)]
        halo = glow(tall * 3, (255, 150, 60), 0.6)
        x, foot = stage.width * 0.5, stage.ground + stage.height * 0.02
        stage.add_cycle(
            [halo, dimmed(halo, 0.88), halo, dimmed(halo, 0.94)],
            x - halo.width / 2,
            foot - tall * 0.5 - halo.height / 2,
            depth=0.83,
            rate=8,
        )
        stage.add_cycle(frames, x - frames[0].width / 2, foot - frames[0].height, depth=0.84, rate=9)
    if "lanterns" in there:
        _lanterns(stage)


def _robot(stage: Stage) -> None:
    people = any(subject.is_person for subject in stage.scene.subjects)
    tall = stage.figure * 1.02
    frames = breathing(lit(stage, machines.robot(tall), 0.04, pale=0.1), 0.008)
    x = stage.width * (0.76 if people else 0.42)
    stage.add_cycle(frames, x - frames[0].width / 2, stage.ground - frames[0].height, depth=0.84, rate=4)


def _lanterns(stage: Stage) -> None:
    """Red paper lanterns on a line across the upper part."""
    for number in range(7):
        x = stage.width * (0.05 + 0.15 * number)
        y, size = stage.height * (0.1 + 0.05 * math.sin(number / 6 * math.pi)), stage.short * 0.05
        canvas = Canvas(size * 2, size * 3)
        canvas.line([(size, 0), (size, size)], 1.2, (30, 24, 24))
        canvas.disc(size, size * 1.6, size * 0.85, size * 0.7, colour_of("#d8402f"))
        canvas.disc(size, size * 1.6, size * 0.35, size * 0.68, colour_of("#f0703f"))
        canvas.box(size * 0.7, size * 0.85, size * 1.3, size * 1.0, colour_of("#e0b04a"))
        canvas.line([(size, size * 2.3), (size, size * 2.9)], size * 0.12, colour_of("#e0b04a"))
        if stage.is_lit:
            halo = glow(size * 2.4, (255, 120, 70), 0.7)
            stage.add(halo, x - halo.width / 2, y + size * 1.6 - halo.height / 2, depth=0.7)
        stage.add(canvas.done(), x - size, y, depth=0.7, bob=(size * 0.08, 0, 3 + number * 0.3))


def _in_the_room(stage: Stage) -> None:
    if stage.scene.shot == "close":
        return
    there, tall = stage.scene.things, stage.figure
    if "bed" in there:
        picture = lit(stage, things.bed(tall * 0.55))
        stage.add(picture, stage.width * 0.42, stage.ground - picture.height * 1.05, depth=0.7)
    if "piano" in there:
        picture = lit(stage, things.piano(tall * 0.8))
        stage.add(picture, stage.width * 0.62, stage.ground - picture.height, depth=0.8)
    if "robot" in there:
        _robot(stage)
    if "table" in there and not any(subject.is_person for subject in stage.scene.subjects):
        top = lit(stage, things.table(tall * 0.9, tall * 0.42))
        x = stage.width * 0.36
        stage.add(top, x - top.width / 2, stage.ground - top.height, depth=0.8)
        cup = lit(stage, things.cup(tall * 0.1))
        stage.add(cup, x, stage.ground - top.height - cup.height, depth=0.8)
        if "candle" in there:
            candle = things.candle(tall * 0.2)
            halo = glow(tall * 0.45, (255, 190, 100), 0.7)
            stage.add_cycle(
                [halo, dimmed(halo, 0.85)],
                x - tall * 0.2 - halo.width / 2,
                stage.ground - top.height - tall * 0.15 - halo.height / 2,
                depth=0.8,
                rate=7,
            )
            stage.add(candle, x - tall * 0.2 - candle.width / 2, stage.ground - top.height - candle.height, depth=0.8)
