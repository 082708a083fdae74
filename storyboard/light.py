"""The colours of an hour and its weather."""

from __future__ import annotations

from dataclasses import dataclass, replace

from storyboard.canvas import Colour, colour_of, mix, times
from storyboard.scene import Scene


@dataclass(frozen=True)
class Light:
    """``sky`` from top to horizon; ``tint`` is what white looks like; ``sun`` its place as shares of the frame."""

    sky: tuple[Colour, Colour, Colour]
    haze: Colour
    tint: Colour
    glow: Colour
    sun: tuple[float, float] | None
    dark: float

    def on(self, colour: Colour | str, distance: float = 0.0) -> Colour:
        """A thing's colour in this light, at a distance of 0 to 1."""
        return mix(times(colour_of(colour) if isinstance(colour, str) else colour, self.tint), self.haze, distance)


def _light(sky: str, haze: str, tint: str, glow: str, sun: tuple[float, float] | None, dark: float) -> Light:
    top, middle, horizon = (colour_of(one) for one in sky.split())
    return Light((top, middle, horizon), colour_of(haze), colour_of(tint), colour_of(glow), sun, dark)


_HOURS = {
    "day": _light("#2f74b8 #79b2dc #dcecf0", "#b9d3e2", "#fff9ec", "#fff3cf", (0.74, 0.16), 0.0),
    "dawn": _light("#3f5f94 #d99aa0 #ffdca6", "#e6b7a6", "#f3d3c0", "#ffe2b0", (0.28, 0.5), 0.25),
    "dusk": _light("#2a2c5c #a94f72 #ff9a56", "#b9647a", "#c98f86", "#ffb066", (0.7, 0.52), 0.45),
    "night": _light("#050a1c #10204a #2c4273", "#1d2f58", "#56679a", "#cfdcff", (0.72, 0.18), 0.85),
}
_GREYS = {"day": "#8d9aa6", "dawn": "#948f98", "dusk": "#5d566a", "night": "#18202f"}


def light_of(scene: Scene) -> Light:
    """The light of a scene's hour, dimmed and greyed by its weather."""
    light, grey = _HOURS[scene.time], colour_of(_GREYS[scene.time])
    if "storm" in scene.weather:
        return _veiled(light, mix(grey, (24, 32, 44), 0.55), 0.82, 0.55)
    if "rain" in scene.weather:
        return _veiled(light, mix(grey, (60, 76, 92), 0.3), 0.62, 0.3)
    if "fog" in scene.weather:
        return _veiled(light, mix(grey, (235, 238, 238), 0.42 * (1 - light.dark)), 0.75, 0.0)
    if "snow" in scene.weather:
        return _veiled(light, mix(grey, (238, 242, 248), 0.22 + 0.4 * (1 - light.dark)), 0.5, 0.0)
    if "cloud" in scene.weather:
        return _veiled(light, grey, 0.3, 0.08)
    return light


def _veiled(light: Light, veil: Colour, share: float, darker: float) -> Light:
    top, middle, horizon = (mix(one, veil, share) for one in light.sky)
    tint = mix(mix(light.tint, veil, share * 0.4), (0, 0, 0), darker * 0.4)
    return replace(
        light,
        sky=(mix(top, (0, 0, 0), darker * 0.6), mix(middle, (0, 0, 0), darker * 0.25), horizon),
        haze=mix(light.haze, veil, share),
        tint=tint,
        sun=None if share > 0.55 else light.sun,
        dark=min(1.0, light.dark + darker * 0.4),
    )
