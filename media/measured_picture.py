"""What can be measured of a picture without recognising anything in it, as sentences."""

from __future__ import annotations

import colorsys
from collections import Counter

from PIL import Image, ImageFilter, ImageStat

_SMALL = (160, 160)  # colours and places are measured on a copy of at most this size
_SHARP_SIDE = 640  # sharpness is that of the render, so it is measured at its size
_MAIN, _ACCENT = 0.12, 0.008  # shares of the area
_EVEN = 2.0  # a standard deviation of brightness below this is one even area

_FULL = float("inf")
_PLACES = (
    *("upper left", "upper middle", "upper right"),
    *("middle left", "centre", "middle right"),
    *("lower left", "lower middle", "lower right"),
)
# Upper ends of hue ranges in degrees.
_HUES = (
    *((12, "red"), (42, "orange"), (68, "yellow"), (165, "green"), (195, "teal"), (255, "blue"), (310, "purple")),
    *((338, "pink"), (361, "red")),
)


def measured(picture: Image.Image) -> str:
    """English sentences about an RGB picture; the same pixels give the same sentences."""
    width, height = picture.size
    shape = "square" if width == height else "landscape" if width > height else "portrait"
    size = f"The picture is a {shape} frame of {width}x{height} pixels."
    grey = picture.convert("L")
    if ImageStat.Stat(grey).stddev[0] < _EVEN:
        return f"{size} It is one even area of {_main_colours(picture)[0]}."
    return " ".join((size, _colours(picture), _light(grey), _sharpness(grey), _weight(grey)))


def colour_name(red: int, green: int, blue: int) -> str:
    """A plain English name for a colour of 8-bit sRGB, such as ``dark blue`` or ``beige``."""
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    if value < 0.16:
        return "black"
    if saturation < 0.1:
        return _grey(value)
    name = next(name for end, name in _HUES if hue * 360 < end)
    if name == "red" and saturation < 0.6 and value > 0.85:
        name = "pink"
    if name in ("red", "orange", "yellow") and saturation < 0.35:
        return "beige" if value > 0.6 else "grey-brown"
    if name in ("red", "orange") and value < 0.75 and hue * 360 > 8:
        return "dark brown" if value < 0.4 else "brown"
    return _shade(saturation, value) + name


def _grey(value: float) -> str:
    return "white" if value > 0.93 else "light grey" if value > 0.7 else "grey" if value > 0.4 else "dark grey"


def _shade(saturation: float, value: float) -> str:
    if value < 0.55:
        return "dark "
    if saturation < 0.35:
        return "pale "
    return "vivid " if saturation > 0.75 and value > 0.6 else ""


def _shares(picture: Image.Image) -> Counter[str]:
    """The share of the area that each named colour has."""
    small = picture.copy()
    small.thumbnail(_SMALL, Image.Resampling.BOX)
    area, shares = small.width * small.height, Counter[str]()
    for count, pixel in small.getcolors(area) or ():
        assert isinstance(pixel, tuple)  # noqa: S101  # RGB
        shares[colour_name(*(int(band) for band in pixel[:3]))] += count
    return Counter({name: count / area for name, count in shares.items()})


def _main_colours(picture: Image.Image) -> list[str]:
    ranked = _shares(picture).most_common(4)
    return [name for name, share in ranked if share >= _MAIN] or [ranked[0][0]]


def _colours(picture: Image.Image) -> str:
    main = _main_colours(picture)
    accents = _accents(_shares(picture), {name.split()[-1] for name in main})
    verb = "colours are" if len(main) > 1 else "colour is"
    return f"Its main {verb} {_listed(main)}{_with(accents)}."


def _with(accents: list[str]) -> str:
    return f", with {'an accent' if len(accents) == 1 else 'accents'} of {_listed(accents)}" if accents else ""


def _accents(shares: Counter[str], known: set[str]) -> list[str]:
    """Small areas of another hue than the main ones, the two largest; a pale one is no accent."""
    hues: dict[str, str] = {}
    for name, share in shares.most_common():
        hue = name.split()[-1]
        if share >= _ACCENT and hue not in known and hue in dict(_HUES).values() and not name.startswith("pale"):
            hues.setdefault(hue, name)
    return list(hues.values())[:2]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _level(value: float, *steps: tuple[float, str]) -> str:
    return next((name for end, name in steps if value < end), steps[-1][1])


def _light(grey: Image.Image) -> str:
    statistics = ImageStat.Stat(grey)
    light = _level(
        statistics.mean[0], (45, "very dark"), (95, "dark"), (150, "of middle brightness"), (_FULL, "bright")
    )
    contrast = _level(statistics.stddev[0], (30, "low"), (62, "moderate"), (_FULL, "strong"))
    return f"It is {light}, with {contrast} contrast, and brightest at the {_PLACES[_ranked(_parts(grey))[0]]}."


def _sharpness(grey: Image.Image) -> str:
    scale = _SHARP_SIDE / max(grey.size)
    spread = ImageStat.Stat(_edges(grey, round(grey.width * scale), round(grey.height * scale))).stddev[0]
    return f"Its detail is {_level(spread, (7, 'soft'), (15, 'moderately sharp'), (_FULL, 'sharp'))}."


def _weight(grey: Image.Image) -> str:
    """Where the edges are: that is what draws the eye, and nothing needs to be recognised for it."""
    parts = _parts(_edges(grey, *_SMALL))
    first, second, *_ = _ranked(parts)
    also = f" and the {_PLACES[second]}" if parts[second] > 0.7 * parts[first] else ""
    return f"Most of its detail lies at the {_PLACES[first]}{also}."


def _edges(grey: Image.Image, width: int, height: int) -> Image.Image:
    """The edges of a picture scaled to a size of at least 3x3; the rim has none to measure and is left off."""
    scaled = grey.resize((max(3, width), max(3, height)), Image.Resampling.BOX)
    return scaled.filter(ImageFilter.FIND_EDGES).crop((1, 1, scaled.width - 1, scaled.height - 1))


def _parts(grey: Image.Image) -> bytes:
    """The mean brightness of the nine parts of a picture."""
    return grey.resize((3, 3), Image.Resampling.BOX).tobytes()


def _ranked(parts: bytes) -> list[int]:
    return sorted(range(9), key=lambda index: -parts[index])
