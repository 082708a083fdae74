"""People as shapes: jointed figures that stand, sit, walk, run, dance, and a head and shoulders for a close-up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from PIL import Image

from storyboard.canvas import Canvas, Colour, Point, colour_of, mix
from storyboard.lexicon import COLOURS
from storyboard.scene import Subject
from storyboard.shares import Shares, outline

_COATS = ("#8c3b32", "#2f4a63", "#5b6b4a", "#a9803f", "#4a4458", "#35606a", "#7a4b5c")
_SKINS = ("#e8b793", "#d9a078", "#c68a62", "#f0c8a8", "#9a6848")
_HAIRS = ("#2b211d", "#1d1a1c", "#5a3a22", "#7d5330")
_TROUSERS = ("#2d3038", "#3a3f4d", "#43392f")
_GREY_HAIR = "#d8d5d0"
BODIES = {"boy": 0.72, "girl": 0.74, "old woman": 0.9, "old man": 0.95, "woman": 0.95}
WALK_FRAMES = 8
_DRESSED = ("woman", "girl", "old woman", "dancer")
_LONG_HAIRED = ("woman", "girl", "dancer")
# A head and shoulders, in shares of the head around its middle.
_HEAD = outline("-0.82,-0.55 -0.8,0.25 -0.45,0.92 0.12,1.16 0.62,0.86 0.84,0.2 0.84,-0.55 0.1,-1.08")
_CHEEK = outline("-0.82,-0.55 -0.8,0.25 -0.45,0.92 0.12,1.16 -0.1,0.7 -0.42,0.1 -0.45,-0.6")
_HAIR_BEHIND = outline("-0.2,-1.25 -1.15,-0.5 -1.3,0.9 -1.15,2 0.3,2.1 1.1,1.7 0.95,-0.4")
_LONG = outline(
    "-0.95,0.7 -1.05,-0.4 -0.7,-1.15 0.1,-1.42 0.85,-1.1 1.02,-0.3 0.98,0.5 0.8,-0.25 0.35,-0.75 -0.3,-0.6 -0.72,-0.1"
)
_PINNED = outline("-0.92,0.2 -1.08,-0.4 -0.7,-1.15 0.1,-1.35 0.82,-1.05 0.92,-0.4 0.5,-0.78 0,-0.72 -0.5,-0.5 -0.72,0")
_SHORT = outline(
    "-0.9,0.15 -1.02,-0.4 -0.75,-1.1 0.05,-1.35 0.8,-1.08 0.92,-0.45 0.62,-0.72 0.1,-0.62 -0.5,-0.66 -0.7,-0.15"
)
_HAIR = {"old woman": _PINNED} | dict.fromkeys(_LONG_HAIRED, _LONG)
_BUN = outline("-0.5,-1.1 -0.75,-1.75 0,-1.95 0.55,-1.7 0.4,-1.15")
_BEARD = outline("-0.55,0.7 -0.3,1.3 0.15,1.5 0.6,1.25 0.68,0.7 0.45,0.52 -0.05,0.52")
# The hair of a whole figure, in the same shares.
_CAP = outline("-0.95,0.35 -1.02,-0.35 -0.55,-1.08 0.25,-1.18 0.86,-0.72 0.72,-0.42 0.1,-0.5 -0.22,-0.05")


@dataclass(frozen=True)
class Looks:
    coat: Colour
    skin: Colour
    hair: Colour
    trousers: Colour


@dataclass(frozen=True)
class Pose:
    """Angles in degrees, forward positive: of both thighs, knees, upper arms and elbows, and how far the back leans."""

    thighs: tuple[float, float] = (4, -4)
    knees: tuple[float, float] = (0, 2)
    arms: tuple[float, float] = (8, -8)
    elbows: tuple[float, float] = (12, 12)
    lean: float = 0


def looks_of(subject: Subject, random: Random, number: int = 0) -> Looks:
    """Colours of clothes, skin and hair; the words' colour is the coat's. ``number`` tells neighbours apart."""
    skin, hair, trousers = (colour_of(random.choice(some)) for some in (_SKINS, _HAIRS, _TROUSERS))
    coat = colour_of(random.choice(_COATS[number % 3 :: 3]))
    if subject.kind.startswith("old"):
        hair = colour_of(_GREY_HAIR)
    if subject.kind == "astronaut":
        coat = trousers = colour_of("#e4e6ea")
    if subject.kind == "knight":
        coat, trousers = colour_of("#7d8794"), colour_of("#4b525c")
    return Looks(colour_of(COLOURS[subject.colour][2]) if subject.colour else coat, skin, hair, trousers)


def pose_of(action: str, phase: float, kind: str, talks: bool) -> Pose:
    """A pose at a moment of its cycle (0 to 1)."""
    swing = math.sin(phase * 2 * math.pi)
    other = math.cos(phase * 2 * math.pi)
    lean = 9.0 if kind.startswith("old") else 0.0
    if action == "walk":
        bent = (22 * max(0.0, other), 22 * max(0.0, -other))
        return Pose((24 * swing, -24 * swing), bent, (-22 * swing, 22 * swing), (18, 18), lean + 3)
    if action == "run":
        bent = (35 + 55 * max(0.0, other), 35 + 55 * max(0.0, -other))
        return Pose((12 + 44 * swing, 12 - 44 * swing), bent, (-48 * swing, 48 * swing), (85, 85), lean + 14)
    if action == "sit":
        return Pose((84, 80), (86, 80), (34, 26), (58, 62), lean + 2)
    if action == "dance":
        return Pose((58, -6), (70, 0), (150 + 8 * swing, -118 - 8 * swing), (18, 24), -4)
    if action == "wave":
        return Pose(arms=(158 + 10 * swing, -8), elbows=(24, 12), lean=lean)
    return Pose(arms=(30 + 6 * swing if talks else 8, -8), elbows=(72 + 14 * swing if talks else 14, 12), lean=lean)


def person(subject: Subject, height: float, looks: Looks, pose: Pose, *, umbrella: bool = False) -> Image.Image:
    """A figure that looks to the right, an adult ``height`` pixels high; its feet are at the lower edge's middle."""
    tall = height * BODIES.get(subject.kind, 1.0)
    canvas = Canvas(height * 1.3, height * (1.34 if umbrella else 1.12))
    return _Figure(subject.kind, tall, looks, pose, canvas, umbrella).drawn()


class _Figure:
    """One drawing: lengths are shares of the figure's height, from its feet up."""

    def __init__(self, kind: str, tall: float, looks: Looks, pose: Pose, canvas: Canvas, umbrella: bool) -> None:
        self.kind, self.tall, self.looks, self.pose = kind, tall, looks, pose
        self.canvas, self.umbrella = canvas, umbrella
        self.small = kind in ("boy", "girl")
        self.dressed = kind in _DRESSED
        self.head = 0.098 if self.small else 0.066
        seated = pose.thighs[0] > 70
        self.foot = (canvas.width / 2 - (0.14 * tall if seated else 0), canvas.height - 2)
        self.hip = self._at(0, 0.285 if seated else 0.47 if self.small else 0.5)
        self.shoulder = self._from(self.hip, -pose.lean, 0.30 if self.small else 0.315, up=True)

    def _at(self, across: float, up: float) -> Point:
        return self.foot[0] + across * self.tall, self.foot[1] - up * self.tall

    def _from(self, start: Point, degrees: float, length: float, *, up: bool = False) -> Point:
        """A point at a length from another one, swung forward by so many degrees from hanging straight down."""
        angle, far = math.radians(degrees), length * self.tall * (-1 if up else 1)
        return start[0] + math.sin(angle) * far, start[1] + math.cos(angle) * far

    def _limb(self, start: Point, end: Point, thick: float, thin: float, colour: Colour) -> None:
        self.canvas.limb(start, end, thick * self.tall, thin * self.tall, colour)

    def drawn(self) -> Image.Image:
        back = mix(self.looks.coat, (0, 0, 0), 0.28)
        self._arm(1, back)
        if self.umbrella:
            self._umbrella()
        self._leg(1, mix(self.looks.trousers, (0, 0, 0), 0.3))
        self._leg(0, self.looks.trousers)
        if self.kind in ("woman", "girl"):
            self._long_hair()
        self._trunk()
        self._head()
        self._arm(0, self.looks.coat)
        return self.canvas.done()

    def _leg(self, which: int, colour: Colour) -> None:
        upper, lower = (0.215, 0.215) if self.small else (0.235, 0.235)
        start = (self.hip[0] + (0.012 if which else -0.012) * self.tall, self.hip[1])
        knee = self._from(start, self.pose.thighs[which], upper)
        ankle = self._from(knee, self.pose.thighs[which] - self.pose.knees[which], lower)
        bare = self.dressed and self.kind != "old woman"
        lower_colour = mix(self.looks.skin, colour, 0.35 if which else 0.1) if bare else colour
        self._limb(start, knee, 0.052, 0.038, colour)
        self._limb(knee, ankle, 0.034, 0.022, lower_colour)
        toe = self._from(ankle, self.pose.thighs[which] - self.pose.knees[which] + 80, 0.062)
        self._limb(ankle, toe, 0.024, 0.016, mix(colour, (10, 8, 8), 0.7))

    def _arm(self, which: int, colour: Colour) -> None:
        start = (self.shoulder[0] + (0.03 if which else -0.02) * self.tall, self.shoulder[1] + 0.022 * self.tall)
        held = self.umbrella and which == 1
        upper, bend = (42.0, 78.0) if held else (self.pose.arms[which], self.pose.elbows[which])
        elbow = self._from(start, upper, 0.15)
        hand = self._from(elbow, upper + bend, 0.14)
        self._limb(start, elbow, 0.036, 0.028, colour)
        self._limb(elbow, hand, 0.028, 0.02, colour)
        self.canvas.disc(*hand, 0.021 * self.tall, None, self.looks.skin)
        if held:
            self.hand = hand

    def _trunk(self) -> None:
        broad = 0.062 if self.small else 0.068 if self.dressed else 0.08
        (x, y), (hip_x, hip_y), tall = self.shoulder, self.hip, self.tall
        seated = self.pose.thighs[0] > 70
        hem = hip_y + (0.03 if seated else 0.21 if self.dressed else 0.12 if self.kind != "knight" else 0.06) * tall
        flare = (0.07 if seated else 0.125 if self.dressed else 0.078) * tall
        self.canvas.curve(
            [
                *((x - broad * tall, y + 0.02 * tall), (x - broad * 0.4 * tall, y - 0.018 * tall)),
                *((x + broad * 0.4 * tall, y - 0.018 * tall), (x + broad * tall, y + 0.02 * tall)),
                (hip_x + 0.058 * tall, hip_y - 0.06 * tall),
                *((hip_x + flare, hem), (hip_x, hem + 0.008 * tall), (hip_x - flare, hem)),
                (hip_x - 0.06 * tall, hip_y - 0.06 * tall),
            ],
            self.looks.coat,
        )

    def _long_hair(self) -> None:
        x, y = self._from(self.shoulder, -self.pose.lean * 0.5, 0.115, up=True)
        size = self.head * self.tall
        self.canvas.curve(
            [
                *((x - size * 0.2, y - size), (x - size * 1.1, y), (x - size * 1.5, y + size * 2.1)),
                *((x - size * 0.2, y + size * 2.2), (x + size * 0.5, y + size * 0.4)),
            ],
            mix(self.looks.hair, (0, 0, 0), 0.15),
        )

    def _head(self) -> None:
        x, y = self._from(self.shoulder, -self.pose.lean * 0.5, 0.115 if not self.small else 0.125, up=True)
        size, hair = self.head * self.tall, self.looks.hair
        pen = Shares(self.canvas, x, y, size, size)
        self._limb(self.shoulder, (x, y), 0.028, 0.024, mix(self.looks.skin, (40, 20, 20), 0.25))
        if self.kind == "astronaut":
            pen.disc(self.looks.coat, 0, 0, 1.5)
            pen.disc("#20304a", 0.45, 0, 0.95, 0.85)
            return
        pen.disc(self.looks.skin, 0.08, 0, 0.86, 1.02)
        pen.disc(self.looks.skin, 0.88, 0.16, 0.16, 0.14)
        pen.curve("#5d6672" if self.kind == "knight" else hair, *_CAP)
        if self.kind in ("old woman", "dancer"):
            pen.disc(hair, -0.95, -0.55, 0.48)
        if self.kind == "old man":
            pen.disc(hair, 0.55, 0.78, 0.42, 0.5)

    def _umbrella(self) -> None:
        x, y = self.hand
        top, wide, canvas = y - 0.52 * self.tall, 0.36 * self.tall, self.canvas
        canvas.line([(x, y), (x, top)], max(1.0, 0.012 * self.tall), colour_of("#1b1c20"))
        arc = [
            (x + wide * math.cos(angle), top + 0.2 * self.tall - 0.26 * self.tall * math.sin(angle))
            for angle in (math.pi * step / 24 for step in range(25))
        ]
        scallops = [
            (x + wide * (2 * step / 24 - 1), top + (0.2 - 0.035 * abs(math.sin(step / 24 * 4 * math.pi))) * self.tall)
            for step in range(25)
        ]
        canvas.polygon([*arc, *scallops], colour_of("#23262e") if self.kind != "girl" else colour_of("#c8372d"))


def bust(subject: Subject, height: float, looks: Looks, *, mouth: float = 0.0) -> Image.Image:
    """Head and shoulders, ``height`` pixels high, turned to the right; the ``mouth`` is open by 0 to 1."""
    canvas, size, kind = Canvas(height * 1.25, height, 2), height * 0.225, subject.kind
    pen = Shares(canvas, canvas.width * 0.5, height * 0.46, size, size)
    shade = mix(looks.skin, (70, 30, 40), 0.28)
    if kind in _LONG_HAIRED:
        pen.curve(mix(looks.hair, (0, 0, 0), 0.2), *_HAIR_BEHIND)
    side = 1.75 if kind in _DRESSED else 2.1
    shoulders = ((-side, 1.75), (-side - 0.35, 3.4), (side + 0.35, 3.4), (side, 1.75))
    pen.curve(looks.coat, (-0.5, 1.25), *shoulders, (0.55, 1.25))
    pen.curve(shade, (-0.42, 0.6), (-0.5, 1.45), (0.1, 1.85), (0.62, 1.4), (0.5, 0.7))
    pen.curve(mix(looks.coat, (255, 255, 255), 0.14), (-0.5, 1.3), (-0.95, 1.5), (-0.35, 2.35), (0.12, 1.9))
    pen.curve(mix(looks.coat, (0, 0, 0), 0.14), (0.6, 1.3), (1.0, 1.5), (0.5, 2.35), (0.12, 1.9))
    pen.curve(looks.skin, *_HEAD)
    pen.curve(shade, *_CHEEK)
    pen.disc(shade, -0.84, 0.05, 0.15, 0.25)
    _face(pen, looks, mouth, old=kind.startswith("old"))
    _hair(pen, looks, kind)
    return pen.done()


def _face(pen: Shares, looks: Looks, mouth: float, *, old: bool) -> None:
    dark, soft = mix(looks.skin, (40, 18, 20), 0.78), mix(looks.skin, (90, 40, 40), 0.4)
    for across in (-0.16, 0.5):
        brow = ((across + step, -(0.24 + 0.05 * math.cos(step * 9))) for step in (-0.17, 0, 0.17))
        pen.line(mix(looks.hair, looks.skin, 0.2), 0.06, *brow)
        pen.disc("#f3ece4", across, -0.03, 0.105, 0.05)
        pen.disc(dark, across + 0.035, -0.03, 0.052)
        pen.line(dark, 0.035, (across - 0.13, -0.045), (across, -0.09), (across + 0.13, -0.045))
        if old:
            pen.line(soft, 0.018, (across - 0.1, 0.1), (across + 0.1, 0.09))
    pen.line(soft, 0.035, (0.24, -0.05), (0.33, 0.34), (0.18, 0.37))
    pen.disc(mix(looks.skin, (150, 40, 50), 0.55), 0.2, 0.66, 0.2, 0.035 + 0.1 * mouth)
    if mouth > 0.15:
        pen.disc("#4a1a1e", 0.2, 0.66, 0.14, 0.065 * mouth)
    if old:
        for side in (-0.2, 0.55):
            pen.line(soft, 0.02, (side, 0.3), (side - 0.05, 0.58))


def _hair(pen: Shares, looks: Looks, kind: str) -> None:
    if kind == "old woman":
        pen.curve(mix(looks.hair, (60, 60, 70), 0.18), *_BUN)
    pen.curve(looks.hair, *_HAIR.get(kind, _SHORT))
    if kind == "old man":
        pen.curve(mix(looks.hair, (90, 90, 90), 0.12), *_BEARD)
        ((x, y),) = pen.points((0.2, 0.68))
        pen.canvas.disc(x, y, pen.canvas.height * 0.03, pen.canvas.height * 0.008, colour_of("#8a5050"))
