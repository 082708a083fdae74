"""A drawn scene that can be looked at: at a moment, through a camera."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from storyboard import depths, interior, places, streets, waters, weather
from storyboard.cast import put_cast
from storyboard.light import light_of
from storyboard.props import put_things
from storyboard.scene import Scene
from storyboard.stage import Layer, Stage

_PLACES: dict[str, Callable[[Stage], None]] = {
    **{
        "sea": waters.sea,
        "beach": waters.beach,
        "lake": waters.lake,
        "mountains": places.mountains,
        "field": places.field,
    },
    **{
        "desert": places.desert,
        "forest": places.forest,
        "village": places.village,
        "sky": places.sky,
        "city": streets.city,
    },
    **{
        "street": streets.street,
        "road": streets.road,
        "station": streets.station,
        "room": interior.room,
        "space": depths.space,
    },
    "underwater": depths.underwater,
}
_FIGURES = {"wide": 0.27, "medium": 1.0, "close": 0.5, "": 0.5}  # a standing adult, as a share of the height
_FARTHEST = 0.3  # how much of the camera's move what is infinitely far makes
_LARGE, _QUICK = 500_000, 2 / 3  # pixels of a frame that may be put together quicker, and at which size
_EDGE = 2  # pixels of nothing around a picture, so that its edge stays soft when it moves


class View(NamedTuple):
    """What the camera sees, as parts of the frame: 0 to 1 on both axes, with the frame's own aspect."""

    left: float
    top: float
    scale: float


WHOLE = View(0, 0, 1)


class _Plate(NamedTuple):
    """A picture of a layer, ready to be scaled: its colours go on a little beyond its edge."""

    colours: Image.Image
    alpha: Image.Image | None


class Board:
    """All layers of a scene in a size in pixels, drawn once; ``frame`` puts them together for a moment."""

    def __init__(self, scene: Scene, width: int, height: int, *, quick: bool = False) -> None:
        """Draw it.

        Args:
            quick: put a large frame together from smaller layers, which is softer and takes half the time.
        """
        self._size, share = (width, height), _QUICK if quick and width * height > _LARGE else 1.0
        self.width, self.height = round(width * share), round(height * share)
        stage = _built(scene, width, height)
        layers = [layer.scaled(share) for layer in stage.layers]
        self._layers = [(layer, [_plate(_twice(layer, picture)) for picture in layer.frames]) for layer in layers]
        self._falls = [fall.scaled(share) for fall in weather.falls(stage)]
        self._flashes = weather.flash_times(scene.seed) if _thunders(scene) else ()
        self._grey = scene.monochrome

    def frame(self, seconds: float = 0.0, view: View = WHOLE, *, speaking: bool = False) -> Image.Image:
        """The RGB picture at a moment; at the first one, through the whole view, it is the still."""
        picture = Image.new("RGB", (self.width, self.height))
        for layer, plates in self._layers:
            self._lay(picture, layer, plates, seconds, view, speaking)
        for fall in self._falls:
            fall.paste_on(picture, seconds)
        bright = weather.brightness_of(self._flashes, seconds)
        if bright > 0:
            picture = Image.blend(picture, Image.new("RGB", picture.size, (232, 238, 255)), 0.45 * bright)
        picture = picture.convert("L").convert("RGB") if self._grey else picture
        return picture.resize(self._size, Image.Resampling.BICUBIC)

    def _lay(
        self, picture: Image.Image, layer: Layer, plates: list[_Plate], seconds: float, view: View, speaking: bool
    ) -> None:
        moves = speaking or not layer.cued
        plate = plates[int(seconds * layer.rate) % len(plates) if moves else 0]
        swing = math.sin(seconds / layer.bob[2] * 2 * math.pi)
        left = layer.left + layer.drift[0] * seconds + layer.bob[0] * swing
        top = layer.top + layer.drift[1] * seconds + layer.bob[1] * swing
        seen = _through(view, layer.depth)
        if not layer.endless:
            self._paste(picture, plate, left, top, seen)
            return
        x = left % self.width - self.width if layer.drift[0] else left
        y = top % self.height - self.height if layer.drift[1] else top
        self._paste(picture, plate, x, y, seen)

    def _paste(self, picture: Image.Image, plate: _Plate, left: float, top: float, seen: View) -> None:
        """Lay a plate's part that is seen, scaled, where it is seen."""
        edge, colours = _EDGE if plate.alpha else 0, plate.colours
        x, y = (left - edge - seen.left * self.width) / seen.scale, (top - edge - seen.top * self.height) / seen.scale
        right, bottom = x + colours.width / seen.scale, y + colours.height / seen.scale
        first = (max(0, math.floor(x)), max(0, math.floor(y)))
        last = (min(self.width, math.ceil(right)), min(self.height, math.ceil(bottom)))
        size = (last[0] - first[0], last[1] - first[1])
        if min(size) <= 0:
            return
        source = (
            *(max(0.0, (first[0] - x) * seen.scale), max(0.0, (first[1] - y) * seen.scale)),
            *(min(colours.width, (last[0] - x) * seen.scale), min(colours.height, (last[1] - y) * seen.scale)),
        )
        if source[2] > source[0] and source[3] > source[1]:
            alpha = plate.alpha and _scaled(plate.alpha, size, source)
            picture.paste(_scaled(colours, size, source), first, alpha)


def _scaled(picture: Image.Image, size: tuple[int, int], source: tuple[float, float, float, float]) -> Image.Image:
    left, top, right, bottom = (round(side) for side in source)
    if (right - left, bottom - top) == size and (left, top, right, bottom) == source:
        return picture.crop((left, top, right, bottom))  # much quicker than to scale it by 1
    return picture.resize(size, Image.Resampling.BILINEAR, box=source)


def _thunders(scene: Scene) -> bool:
    return (
        "storm" in scene.weather
        and "snow" not in scene.weather
        and scene.place not in ("space", "underwater", "desert")
    )


def _through(view: View, depth: float) -> View:
    """What far things show of a camera's move: less."""
    share = _FARTHEST + (1 - _FARTHEST) * depth
    return View(view.left * share, view.top * share, 1 - (1 - view.scale) * share)


def _built(scene: Scene, width: int, height: int) -> Stage:
    stage = Stage(scene, light_of(scene), width, height)
    _PLACES[scene.place](stage)
    _set_figure(stage)
    put_things(stage)
    if "fog" in scene.weather:
        stage.layers.append(weather.fog(stage, 0.5, 0.62, 0.75))
    put_cast(stage)
    if "fog" in scene.weather:
        stage.layers.append(weather.fog(stage, 0.95, 0.86, 0.6))
    stage.layers.append(Layer(frames=(_vignette(width, height),), depth=-_FARTHEST / (1 - _FARTHEST)))
    return stage


def _set_figure(stage: Stage) -> None:
    """How large people are: by the shot, smaller in a high frame, and nearer than their feet in a medium one."""
    share = _FIGURES[stage.scene.shot]
    if stage.scene.place == "room":
        share = max(share, 0.62)
    if not stage.scene.shot and stage.scene.place in ("mountains", "desert", "sea", "sky"):
        share = 0.4
    narrow = 0.68 if stage.width < stage.height else 1.0
    stage.figure = stage.height * share * narrow
    if stage.scene.shot == "medium":
        stage.ground = stage.height * 0.2 + stage.figure


def _vignette(width: int, height: int) -> Image.Image:
    """Darker corners."""
    across, down = np.linspace(-1, 1, width), np.linspace(-1, 1, height)
    far = np.sqrt(across[None, :] ** 2 * 0.8 + down[:, None] ** 2 * 0.7)
    picture = Image.new("RGBA", (width, height), (4, 6, 14, 0))
    picture.putalpha(Image.fromarray((np.clip(far - 0.55, 0, 1) ** 1.5 * 165).astype(np.uint8)))
    return picture


def _twice(layer: Layer, picture: Image.Image) -> Image.Image:
    """An endless picture two times, the way it drifts, so that it is whole wherever it begins."""
    if not layer.endless:
        return picture
    across, down = (2 if layer.drift[axis] else 1 for axis in (0, 1))
    found = Image.new(picture.mode, (picture.width * across, picture.height * down))
    for column in range(across):
        for row in range(down):
            found.paste(picture, (column * picture.width, row * picture.height))
    return found


def _plate(picture: Image.Image) -> _Plate:
    if picture.mode == "RGB":
        return _Plate(picture, None)
    padded = Image.new("RGBA", (picture.width + 2 * _EDGE, picture.height + 2 * _EDGE))
    padded.paste(picture, (_EDGE, _EDGE))
    alpha = padded.getchannel("A")
    weight = np.asarray(alpha.filter(ImageFilter.BoxBlur(_EDGE)), np.float32)
    bled = []
    for band in padded.convert("RGBa").split()[:3]:
        blurred = np.asarray(band.filter(ImageFilter.BoxBlur(_EDGE)), np.float32)
        bled.append(Image.fromarray(np.clip(blurred * 255 / np.maximum(weight, 1), 0, 255).astype(np.uint8)))
    around = Image.merge("RGB", bled)
    around.paste(padded.convert("RGB"), (0, 0), alpha.point(lambda value: 255 if value > 8 else 0))
    return _Plate(around, alpha)
