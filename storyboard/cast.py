"""Whom a scene names, put where the composition wants them: on the thirds, at their size, with their own motion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageFilter

from storyboard import figures, things
from storyboard.canvas import Canvas, Colour, colour_of, glow, mix, rim, shaded
from storyboard.lexicon import COLOURS
from storyboard.scene import Subject
from storyboard.stage import Layer, Stage

_SIZES = {
    **{"cat": 0.3, "dog": 0.42, "horse": 1.2, "cow": 0.95, "elephant": 1.8, "deer": 1.05, "rabbit": 0.24, "tiger": 0.7},
    **{
        "sheep": 0.6,
        "rooster": 0.3,
        "duck": 0.26,
        "penguin": 0.55,
        "turtle": 0.25,
        "eagle": 0.5,
        "owl": 0.35,
        "fish": 0.4,
    },
    **{"dolphin": 0.75, "whale": 1.5, "butterfly": 0.2, "dragon": 1.7, "birds": 0.6},
}
_IN_THE_AIR = {"eagle", "butterfly", "birds", "dragon", "owl"}
_IN_THE_WATER = {"fish", "dolphin", "whale"}
_LAMPLIT = {"street", "city", "station", "village", "road"}
_BREATHS = 10  # pictures of one breath


def put_cast(stage: Stage) -> None:
    """Everybody and everything before the place; those who are near come last."""
    people = [subject for subject in stage.scene.subjects if subject.is_person]
    animals = [subject for subject in stage.scene.subjects if subject.is_animal]
    for number, subject in enumerate(animals):
        side = subject.side or ("" if len(animals) == 1 else ("left", "right", "centre")[number])
        _animal(stage, replace(subject, side=side), alone=not people)
    if stage.scene.shot == "close" and people:
        _close_up(stage, people)
        return
    if stage.scene.crowd:
        _crowd(stage)
    _people(stage, people)


def lit(stage: Stage, picture: Image.Image, distance: float = 0.0, pale: float = 0.0) -> Image.Image:
    """A picture in the scene's light, with a bright edge on the side of the sun or the lamp."""
    lamps = 0.24 if stage.is_lit and (stage.scene.place in _LAMPLIT or "fire" in stage.scene.things) else 0.0
    tint = mix(stage.light.tint, (255, 236, 210), min(1.0, pale + lamps))
    if stage.scene.place == "room" and stage.is_lit:
        tint = mix(tint, (255, 206, 150), 0.6)
    shown = shaded(picture, tint, stage.light.haze, distance)
    sun = stage.light.sun[0] if stage.light.sun else 0.7
    if "fire" in stage.scene.things and stage.is_lit:
        shown = shaded(shown, (255, 226, 196), (0, 0, 0), 0)
    return rim(
        shown,
        mix(stage.light.glow, (255, 255, 255), 0.2),
        1 if sun > 0.5 else -1,
        (0.35 + 0.45 * stage.light.dark) * max(0.0, 1 - 2.5 * distance),
    )


def _places(stage: Stage, subjects: Sequence[Subject]) -> list[tuple[Subject, float, bool]]:
    """Each one with where it stands (share of the width) and whether it looks to the right."""
    all_of_them = [_one_of(subject, number) for subject in subjects for number in range(subject.count)][:6]
    count = len(all_of_them)
    if count == 1:
        at = {"left": 0.34, "right": 0.66, "centre": 0.5}[all_of_them[0].side or stage.side]
        return [(all_of_them[0], at, at <= 0.5)]
    spread = min(0.62, 0.24 + 0.1 * (count - 2)) * (1.25 if stage.width < stage.height else 1)
    found = []
    for number, subject in enumerate(all_of_them):
        at = 0.5 + spread * (number / (count - 1) - 0.5)
        at = {"left": 0.5 - spread / 2, "right": 0.5 + spread / 2}.get(subject.side if subject.count == 1 else "", at)
        found.append((subject, at, at <= 0.5 or subject.action in ("walk", "run")))
    return found


def _one_of(subject: Subject, number: int) -> Subject:
    """People of whom no more is known are a man, or women and men in turn."""
    if subject.kind != "people":
        return subject
    return replace(subject, kind="woman" if subject.count > 1 and number % 2 == 0 else "man")


def _people(stage: Stage, people: Sequence[Subject]) -> None:
    if not people:
        return
    things_there, placed = stage.scene.things, _places(stage, people)
    foot, tall = stage.ground, stage.figure
    if "fire" in things_there:
        placed = [
            (replace(one, action=one.action or "sit"), at - 0.14 if abs(at - 0.5) < 0.1 else at, at <= 0.5)
            for one, at, _ in placed
        ]
    if "piano" in things_there and len(placed) == 1:
        placed = [(replace(placed[0][0], action="sit"), 0.5, True)]
    seats = [one for one in placed if one[0].action == "sit"]
    if seats and "table" not in things_there:
        _seat(stage, seats, foot, tall)
    told = any(subject.umbrella for subject, _, _ in placed)
    for number, (subject, at, right) in enumerate(placed):
        looks = figures.looks_of(subject, stage.random, number)
        held = "umbrella" in things_there and (subject.umbrella if told else number == 0) and subject.action != "sit"
        _person(stage, subject, looks, at * stage.width, foot, tall, right, held)
    if seats and "table" in things_there:
        _table(stage, placed, foot, tall)


def _person(
    stage: Stage, subject: Subject, looks: figures.Looks, x: float, foot: float, tall: float, right: bool, held: bool
) -> None:
    moves = subject.action in ("walk", "run", "dance", "wave")
    talks = stage.scene.talks and not moves
    count = figures.WALK_FRAMES if moves or talks else 1
    action = subject.action if subject.action not in ("lie", "fly") else ""
    frames = []
    for step in range(count):
        pose = figures.pose_of(action, step / count, subject.kind, talks)
        picture = figures.person(subject, tall, looks, pose, umbrella=held)
        frames.append(lit(stage, picture if right else picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 0.04))
    if count == 1:
        frames = breathing(frames[0])
    pace = {"walk": 0.045, "run": 0.085}.get(subject.action, 0) * stage.width * (1 if right else -1)
    rate = {"walk": 8, "run": 12, "dance": 6, "wave": 7}.get(subject.action, 5)
    _shadow(stage, x, foot, tall * 0.34, pace)
    stage.add_cycle(frames, x - frames[0].width / 2, foot - frames[0].height, depth=0.85, rate=rate, drift=(pace, 0))


def _shadow(stage: Stage, x: float, foot: float, width: float, pace: float = 0) -> None:
    canvas = Canvas(width * 1.6, width * 0.34, 2)
    canvas.disc(canvas.width / 2, canvas.height / 2, width * 0.6, width * 0.09, (0, 0, 0))
    soft = canvas.done().filter(ImageFilter.GaussianBlur(width * 0.05))
    soft.putalpha(soft.getchannel("A").point(lambda value: value * 45 // 100))
    stage.add_cycle([soft], x - soft.width / 2, foot - soft.height / 2 - 1, depth=0.85, drift=(pace, 0))


def breathing(picture: Image.Image, share: float = 0.012) -> list[Image.Image]:
    """A standing picture that rises and falls a little on its feet."""
    found = []
    for step in range(_BREATHS):
        grown = picture.height * (1 + share * (0.5 - 0.5 * math.cos(step / _BREATHS * 2 * math.pi)))
        frame = Image.new("RGBA", (picture.width, round(picture.height * (1 + share)) + 1))
        rise = picture.resize((picture.width, round(grown)), Image.Resampling.BICUBIC)
        frame.paste(rise, (0, frame.height - rise.height))
        found.append(frame)
    return found


def _seat(stage: Stage, seats: Sequence[tuple[Subject, float, bool]], foot: float, tall: float) -> None:
    if stage.scene.things and {"fire", "piano"} & set(stage.scene.things):
        for _, at, _ in seats:
            log = Canvas(tall * 0.3, tall * 0.28)
            log.limb(
                (tall * 0.07, tall * 0.14), (tall * 0.23, tall * 0.14), tall * 0.07, tall * 0.07, colour_of("#4a3222")
            )
            log.box(tall * 0.04, tall * 0.14, tall * 0.26, tall * 0.28, colour_of("#3a271b"))
            picture = lit(stage, log.done())
            stage.add(
                picture,
                at * stage.width - tall * 0.27 if at <= 0.5 else at * stage.width - tall * 0.03,
                foot - picture.height,
                depth=0.84,
            )
        return
    if stage.scene.place == "room":
        colour = colour_of(stage.random.choice(("#7a4a44", "#4f6b63", "#5b5f7a")))
        picture = things.sofa(tall * 0.52, colour)
    else:
        picture = things.bench(tall * 0.52)
    middle = sum(at for _, at, _ in seats) / len(seats) * stage.width
    if len(seats) == 1:
        middle -= tall * 0.1 * (1 if seats[0][2] else -1)
    stage.add(lit(stage, picture), middle - picture.width / 2, foot - picture.height, depth=0.84)


def _table(stage: Stage, placed: Sequence[tuple[Subject, float, bool]], foot: float, tall: float) -> None:
    """Before those who sit: between two, or where one looks."""
    middle = sum(at for _, at, _ in placed) / len(placed) * stage.width
    wide = tall * 0.62
    if len(placed) == 1:
        middle += tall * 0.38 * (1 if placed[0][2] else -1)
    top = lit(stage, things.table(wide, tall * 0.38))
    stage.add(top, middle - wide / 2, foot - top.height, depth=0.87)
    _on_the_table(stage, middle, foot - top.height, tall * 0.075)


def _on_the_table(stage: Stage, x: float, y: float, size: float) -> None:
    there = stage.scene.things
    if "candle" in there:
        candle = things.candle(size * 2.2)
        halo = glow(size * 5, (255, 190, 100), 0.6)
        stage.add_cycle(
            [halo, dimmed(halo, 0.85), halo, dimmed(halo, 0.92)],
            x - halo.width / 2,
            y - size * 1.8 - halo.height / 2,
            depth=0.87,
            rate=7,
        )
        stage.add(candle, x - candle.width / 2, y - candle.height, depth=0.87)
    if "chess" in there:
        board = lit(stage, things.chess(size * 5))
        stage.add(board, x - board.width / 2, y - board.height, depth=0.87)
        return
    picture = lit(stage, things.cup(size))
    stage.add(picture, x + size * 1.3, y - picture.height, depth=0.87)


def dimmed(picture: Image.Image, share: float) -> Image.Image:
    """A picture with less of itself, such as a glow that flickers."""
    changed = picture.copy()
    changed.putalpha(picture.getchannel("A").point(lambda value: round(value * share)))
    return changed


def _close_up(stage: Stage, people: Sequence[Subject]) -> None:
    """Head and shoulders before a place out of focus."""
    soften(stage)
    placed = _places(stage, people[:2])[:2]
    size = max(stage.short * (1.02 if len(placed) == 1 else 0.84), stage.height * (0.62 if len(placed) == 1 else 0.42))
    for number, (subject, at, right) in enumerate(placed):
        looks = figures.looks_of(subject, stage.random, number)
        shown = at if len(placed) > 1 else 0.5 + (at - 0.5) * 0.5
        frames = []
        for mouth in (0.0, 0.9, 0.35, 0.75) if stage.scene.talks else (0.0,):
            picture = figures.bust(subject, size, looks, mouth=mouth)
            frames.append(
                lit(stage, picture if right else picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), pale=0.25)
            )
        left = stage.width * (shown if len(placed) == 1 else 0.5 + (at - 0.5) * 1.7) - frames[0].width / 2
        stage.layers.append(
            Layer(
                frames=tuple(frames),
                left=left,
                top=stage.height - size * 0.97,
                depth=0.9,
                rate=8,
                cued=len(frames) > 1,
                bob=(0, stage.short * 0.004, 3.6),
            )
        )
    if "table" in stage.scene.things:
        top = things.table(stage.width * 1.1, stage.height * 0.13, near=True)
        stage.add(lit(stage, top), -stage.width * 0.05, stage.height * 0.89, depth=1.0)
        cup = lit(stage, things.cup(stage.short * 0.13))
        stage.add(cup, stage.width * 0.2, stage.height * 0.93 - cup.height, depth=1.0)


def soften(stage: Stage) -> None:
    """What is there so far is out of focus."""
    stage.layers[:] = [_out_of_focus(layer, stage.short * 0.018) for layer in stage.layers]


def _out_of_focus(layer: Layer, blur: float) -> Layer:
    """Cut-out pictures need room around them for their soft edge."""
    room = round(blur * 3) if layer.frames[0].mode == "RGBA" and not layer.endless else 0
    frames = []
    for frame in layer.frames:
        wide = Image.new(frame.mode, (frame.width + 2 * room, frame.height + 2 * room))
        wide.paste(frame, (room, room))
        frames.append(wide.filter(ImageFilter.GaussianBlur(blur)))
    return replace(layer, frames=tuple(frames), left=layer.left - room, top=layer.top - room)


def _animal(stage: Stage, subject: Subject, *, alone: bool) -> None:
    colour = colour_of(COLOURS[subject.colour][2]) if subject.colour else None
    tall = stage.figure * _SIZES[subject.kind]
    if alone and subject.kind != "birds":
        hero = 0.62 if stage.scene.shot == "close" else 0.22 if stage.scene.shot == "wide" else 0.38
        tall = stage.short * hero * min(1.5, max(0.7, _SIZES[subject.kind] ** 0.4))
    if stage.scene.shot == "close" and alone:
        soften(stage)
    if subject.kind == "birds":
        _birds(stage)
        return
    if subject.action == "lie" and subject.kind in ("cat", "dog", "rabbit"):
        _curled_up(stage, subject, colour, tall)
        return
    placed = _places(stage, [subject])
    if len(placed) > 1:
        tall *= 0.62
        placed = [(one, 0.5 + (at - 0.5) * 1.9, right) for one, at, right in placed]
    for _, at, right in placed:
        shown = at if alone else at + (0.2 if at < 0.5 else -0.2)
        _one_animal(stage, subject, colour, shown * stage.width, tall * stage.random.uniform(0.92, 1.05), right)


def _one_animal(stage: Stage, subject: Subject, colour: Colour | None, x: float, tall: float, right: bool) -> None:
    picture = lit(stage, things.shape(subject.kind, tall, colour), 0.05, pale=0.1)
    picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if right else picture
    foot, depth, bob = stage.ground, 0.86, (0.0, 0.0, 1.0)
    if subject.kind in _IN_THE_AIR and stage.scene.place != "room":
        foot, bob = stage.height * 0.45, (0.0, tall * 0.08, 2.4)
    if subject.kind in _IN_THE_WATER:
        foot, bob = stage.height * (0.66 if stage.scene.place == "underwater" else 0.8), (0.0, tall * 0.06, 3.0)
    elif stage.scene.place in ("sea", "lake") and subject.kind == "duck":
        foot, bob = stage.height * 0.78, (0.0, tall * 0.03, 2.6)
    if "windowsill" in stage.scene.things and subject.kind in ("cat", "dog", "owl", "rabbit"):
        x, foot = stage.width * 0.69, stage.height * 0.57
        if stage.width < stage.height:
            x, foot = stage.width * 0.58, stage.height * 0.47
        tall = stage.short * 0.3
        picture = picture.resize((round(picture.width * tall / picture.height), round(tall)), Image.Resampling.LANCZOS)
        depth = 0.52
    pace = (
        {"run": 0.07, "walk": 0.03, "fly": 0.03}.get(subject.action, 0.012 if subject.kind in _IN_THE_WATER else 0)
        * stage.width
        * (1 if right else -1)
    )
    if subject.action == "run":
        bob = (0.0, tall * 0.07, 0.55)
    if (
        depth > 0.8
        and stage.scene.place not in ("underwater", "space", "sky")
        and not (subject.kind in _IN_THE_AIR or subject.kind in _IN_THE_WATER)
    ):
        _shadow(stage, x, foot, picture.width * 0.8, pace)
    stage.add_cycle(
        breathing(picture), x - picture.width / 2, foot - picture.height, depth=depth, rate=5, drift=(pace, 0), bob=bob
    )
    if "yarn" in stage.scene.things:
        _yarn(stage, x + (1 if right else -1) * picture.width * 0.85, foot, tall * 0.34, pace)


def _curled_up(stage: Stage, subject: Subject, colour: Colour | None, tall: float) -> None:
    """Asleep on the sofa, on the sill, or on the floor."""
    size = tall * 0.55
    coat = mix(colour or colour_of("#d3883e"), (255, 255, 255), 0.12)
    picture = lit(stage, things.curled(size, coat), 0.03, pale=0.3)
    x, foot = stage.width * 0.4, stage.ground
    if "windowsill" in stage.scene.things:
        x, foot = stage.width * 0.69, stage.height * 0.575
    elif "sofa" in stage.scene.things:
        seat = lit(stage, things.sofa(stage.figure * 0.55, colour_of("#7a4a44")))
        stage.add(seat, x - seat.width / 2, foot - seat.height, depth=0.84)
        foot -= seat.height * 0.44
    stage.add_cycle(breathing(picture, 0.05), x - picture.width / 2, foot - picture.height, depth=0.86, rate=4)


def _yarn(stage: Stage, x: float, foot: float, size: float, pace: float) -> None:
    frames = [lit(stage, things.yarn(size, colour_of("#3f74b5"), turn * 45), pale=0.2) for turn in range(8)]
    stage.add_cycle(
        frames if pace >= 0 else frames[::-1],
        x - size / 2,
        foot - size,
        depth=0.86,
        rate=9 if pace else 0,
        drift=(pace, 0),
    )


def _birds(stage: Stage) -> None:
    frames = [
        shaded(things.flock(stage.width * 0.4, step / 8), (255, 255, 255), stage.light.haze, 0.15) for step in range(8)
    ]
    stage.add_cycle(frames, stage.width * 0.12, stage.height * 0.12, depth=0.35, rate=9, drift=(stage.width * 0.03, 0))


def _crowd(stage: Stage) -> None:
    """Many who stand farther away."""
    kinds = ("man", "woman", "man", "girl", "woman", "old man")
    tall = stage.figure * 0.62
    foot = stage.ground - (stage.ground - stage.horizon) * 0.4 if stage.horizon < stage.ground else stage.ground
    canvas = Image.new("RGBA", (stage.width, stage.height))
    for number in range(18):
        subject = Subject(stage.random.choice(kinds))
        looks = figures.looks_of(subject, stage.random)
        picture = lit(stage, figures.person(subject, tall, looks, figures.pose_of("", 0, subject.kind, False)), 0.22)
        if stage.random.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        x = stage.width * (number + stage.random.uniform(0.1, 0.9)) / 18
        canvas.alpha_composite(
            picture,
            (
                max(0, min(stage.width - picture.width, round(x - picture.width / 2))),
                max(0, round(foot - picture.height + stage.random.uniform(-0.02, 0.02) * stage.height)),
            ),
        )
    stage.add(canvas, depth=0.7)
