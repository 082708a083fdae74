"""Ground in layers: lines of hills, and the pines and the grass on them."""

from __future__ import annotations

from PIL import Image

from storyboard import buildings
from storyboard.canvas import Colour, Point, mix, paste, ridge
from storyboard.stage import Stage


def hills(
    stage: Stage, level: float, height: float, top: Colour, bottom: Colour, rough: float, depth: float
) -> list[Point]:
    line = ridge(stage.random, stage.width, level, height, rough)
    canvas = stage.canvas()
    canvas.fill([*line, (stage.width, stage.height), (0, stage.height)], top, bottom)
    stage.add(canvas.done(), depth=depth)
    return line


def level_at(line: list[Point], x: float, width: float) -> float:
    return line[min(len(line) - 1, max(0, round(x / width * (len(line) - 1))))][1]


def row_of_pines(
    stage: Stage, line: list[Point], count: int, height: float, colour: Colour, depth: float, sink: float = 0.1
) -> None:
    canvas = Image.new("RGBA", (stage.width, stage.height))
    kinds = [buildings.pine(height * stage.random.uniform(0.6, 1.1), stage.random, colour) for _ in range(6)]
    for _ in range(count):
        x, kind = stage.random.uniform(-0.02, 1.02) * stage.width, stage.random.choice(kinds)
        paste(canvas, kind, x - kind.width / 2, level_at(line, x, stage.width) - kind.height * (1 - sink))
    stage.add(canvas, depth=depth)


def grass(stage: Stage, top: float, colour: Colour, depth: float, tall: float) -> None:
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
