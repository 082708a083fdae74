"""A room: a wall with a window through which the hour is seen, a floor, furniture, and its light."""

from __future__ import annotations

from PIL import Image, ImageFilter

from storyboard.canvas import Canvas, Colour, colour_of, gradient, light_on, mix, times
from storyboard.ground import hills
from storyboard.sky import draw_sky
from storyboard.stage import Layer, Stage


def room(stage: Stage) -> None:
    """Its window is lit by the hour outside; when it is dark there is a lamp."""
    light, width, height = stage.light, stage.width, stage.height
    draw_sky(stage, height * 0.5)
    hills(stage, height * 0.5, height * 0.08, light.on("#5d7f70", 0.5), light.on("#4c6b58", 0.3), 0.5, 0.15)
    stage.horizon, stage.ground = height * 0.74, height * 0.94
    tint = mix(light.tint, (255, 196, 130), 0.45) if stage.is_lit else mix(light.tint, (255, 238, 214), 0.4)
    wall = _in(stage.random.choice(("#8f6f58", "#6f7a72", "#7d6a70", "#5f6d7a")), tint)
    window = (width * 0.52, height * 0.13, width * 0.86, height * 0.56)
    if stage.width < stage.height:
        window = (width * 0.3, height * 0.14, width * 0.86, height * 0.46)
    picture = gradient((width, height), (0, mix(wall, (0, 0, 0), 0.34)), (0.72, wall), (1, wall)).convert("RGBA")
    _floor(stage, picture, tint)
    _furnish(stage, picture, tint, window)
    hole = Image.new("L", picture.size, 255)
    left, top, right, bottom = (round(side) for side in window)
    hole.paste(0, (left, top, right, bottom))
    picture.putalpha(hole)
    frame = stage.canvas()
    _frame_of_window(frame, window, stage.short, tint)
    picture.alpha_composite(frame.done())
    if stage.is_lit:
        _lamp_light(stage, picture)
    else:
        _sunbeam(stage, picture, window)
    stage.layers.append(Layer(frames=(picture,), depth=0.5))


def _floor(stage: Stage, picture: Image.Image, tint: Colour) -> None:
    canvas, top, wood = stage.canvas(), stage.horizon, _in("#8a5f3e", tint)
    canvas.fill(
        [(0, top), (stage.width, top), (stage.width, stage.height), (0, stage.height)], mix(wood, (0, 0, 0), 0.35), wood
    )
    for board in range(-8, 17):
        far, near = stage.width * (0.5 + (board - 4) * 0.075), stage.width * (0.5 + (board - 4) * 0.19)
        canvas.line([(far, top), (near, stage.height)], stage.short * 0.003, mix(wood, (0, 0, 0), 0.4))
    canvas.box(0, top - stage.short * 0.022, stage.width, top, mix(wood, (255, 240, 220), 0.22))
    picture.alpha_composite(canvas.done())


def _furnish(stage: Stage, picture: Image.Image, tint: Colour, window: tuple[float, float, float, float]) -> None:
    """A picture on the wall and shelves with books where the window leaves room."""
    canvas, random, width, height = stage.canvas(), stage.random, stage.width, stage.height
    left, right = width * 0.06, min(window[0] - width * 0.05, width * 0.4)
    if right - left > width * 0.12:
        for row in (0.22, 0.38, 0.54):
            shelf, x = height * row, left
            canvas.box(left, shelf, right, shelf + stage.short * 0.018, _in("#5a3c2a", tint))
            while x < right - width * 0.02:
                wide, tall = stage.short * random.uniform(0.014, 0.03), height * random.uniform(0.07, 0.12)
                if random.random() < 0.82:
                    canvas.box(
                        x,
                        shelf - tall,
                        x + wide,
                        shelf,
                        _in(random.choice(("#9a4a3c", "#3f5f6f", "#b89a5a", "#556b4a", "#70506a", "#cdbfa5")), tint),
                    )
                x += wide * 1.06
    picture.alpha_composite(canvas.done())


def _frame_of_window(canvas: Canvas, window: tuple[float, float, float, float], short: float, tint: Colour) -> None:
    left, top, right, bottom = window
    wood, bar = _in("#e7ddcb", tint), short * 0.018
    for x in (left, (left + right) / 2, right):
        canvas.box(x - bar / 2, top, x + bar / 2, bottom, wood)
    for y in (top, top + (bottom - top) * 0.4, bottom):
        canvas.box(left - bar / 2, y - bar / 2, right + bar / 2, y + bar / 2, wood)
    canvas.box(left - bar * 2.2, bottom + bar * 0.2, right + bar * 2.2, bottom + bar * 1.8, mix(wood, (0, 0, 0), 0.12))
    cloth = _in("#a5564a", tint)
    for side, edge in ((-1, left), (1, right)):
        for fold in range(4):
            x = edge + side * (fold - 1.2) * bar * 2.1
            canvas.box(
                x,
                top - bar * 2,
                x + bar * 2.2,
                bottom + bar * 4,
                mix(cloth, (0, 0, 0), 0.12 * (fold % 2) + 0.05 * fold),
            )
    canvas.box(left - bar * 6, top - bar * 2.6, right + bar * 6, top - bar * 1.8, _in("#4a3426", tint))


def _lamp_light(stage: Stage, picture: Image.Image) -> None:
    alpha = picture.getchannel("A")
    lit = picture.convert("RGB")
    lit = Image.blend(lit, Image.new("RGB", lit.size, (14, 12, 24)), 0.3)
    light_on(lit, stage.width * 0.3, stage.height * 0.3, stage.width * 0.55, (255, 180, 96), 0.55)
    picture.paste(lit, (0, 0))
    picture.putalpha(alpha)
    canvas = stage.canvas()
    x, y, size = stage.width * 0.3, stage.height * 0.2, stage.short * 0.06
    canvas.line([(x, 0), (x, y)], stage.short * 0.006, (30, 26, 26))
    canvas.polygon(
        [(x - size * 0.5, y), (x + size * 0.5, y), (x + size, y + size), (x - size, y + size)], (224, 170, 96)
    )
    canvas.disc(x, y + size, size * 0.4, size * 0.25, (255, 244, 210))
    picture.alpha_composite(canvas.done())


def _sunbeam(stage: Stage, picture: Image.Image, window: tuple[float, float, float, float]) -> None:
    """The light of the window as it falls on wall and floor."""
    canvas = stage.canvas(1)
    left, _, right, bottom = window
    slide = stage.width * 0.3
    for start, end in ((left, (left + right) / 2), ((left + right) / 2, right)):
        canvas.polygon(
            [
                (start - slide * 0.55, stage.horizon + 2),
                (end - slide * 0.55, stage.horizon + 2),
                (end - slide, stage.height * 0.97),
                (start - slide * 1.12, stage.height * 0.97),
            ],
            stage.light.glow,
            100,
        )
        canvas.polygon(
            [(start, bottom), (end, bottom), (end - slide, stage.height), (start - slide * 1.1, stage.height)],
            stage.light.glow,
            26,
        )
    picture.alpha_composite(canvas.done().filter(ImageFilter.GaussianBlur(stage.short * 0.008)))


def _in(colour: str, tint: Colour) -> Colour:
    """A thing's colour in the light of the room."""
    return times(colour_of(colour), tint)
