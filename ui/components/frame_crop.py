"""The first frame's crop, drawn over the whole picture, and its controls."""

from __future__ import annotations

import streamlit as st
from PIL import Image, ImageDraw

from errors import MovaError
from media.crop import CropChoice, crop_box, fit
from ui.components.plain import plain
from ui.components.trouble import show_trouble
from ui.session import translate as _

_SHOWN = 960  # pixels of the longer side; a browser needs no more


def overlay(picture: Image.Image, size: tuple[int, int], shift: float) -> Image.Image:
    """The whole picture, what is cut off darkened, the kept part framed."""
    box = crop_box(picture.size, size, shift)
    scale = min(1.0, _SHOWN / max(picture.size))
    shown = picture.convert("RGB").resize([max(1, round(side * scale)) for side in picture.size])
    left, top, right, bottom = (round(edge * scale) for edge in box.corners)
    dark = Image.blend(shown, Image.new("RGB", shown.size), 0.65)
    dark.paste(shown.crop((left, top, right, bottom)), (left, top))
    edge = (left, top, max(left, right - 1), max(top, bottom - 1))
    ImageDraw.Draw(dark).rectangle(edge, outline="white", width=3)
    return dark


def is_cut(picture: Image.Image, size: tuple[int, int]) -> bool:
    """Whether a crop would cut anything off."""
    box = crop_box(picture.size, size)
    return (box.width, box.height) != picture.size


def choose_crop(picture: Image.Image, size: tuple[int, int], key: str, begin: CropChoice | None = None) -> CropChoice:
    """Shift or bars, with the result drawn and told in pixels; ``begin`` is what is chosen so far."""
    begin = begin or CropChoice()
    if not is_cut(picture, size):
        st.image(
            overlay(picture, size, 0.0),
            width=_width(picture.size),
            alt=_("Your picture; all of it is in the first frame."),
        )
        return CropChoice()
    bars = st.toggle(
        _("Fit with bars"),
        begin.mode == "bars",
        key=f"{key}-bars",
        persist_state="session",
        help=_("Shows the whole picture, with black bars beside or above it."),
    )
    shift = 0.0 if bars else _shift(picture.size, size, key, begin.shift)
    choice = CropChoice(mode="bars" if bars else "crop", shift=shift)
    _show(picture, size, choice)
    return choice


def _shift(picture: tuple[int, int], size: tuple[int, int], key: str, begin: float) -> float:
    sideways = crop_box(picture, size).height == picture[1]
    label = _("Move the crop: left – right") if sideways else _("Move the crop: up – down")
    value: float = st.slider(label, -1.0, 1.0, begin, 0.05, key=f"{key}-shift", persist_state="session")
    return value


def _show(picture: Image.Image, size: tuple[int, int], choice: CropChoice) -> None:
    try:
        fitted = fit(picture, *size, choice)
    except MovaError as trouble:
        show_trouble(trouble)
        return
    shown = fitted.picture if choice.mode == "bars" else overlay(picture, size, choice.shift)
    alt = _("Your picture; the bright part is the first frame.")
    st.image(shown, width=_width(shown.size), alt=_("Your picture between bars.") if choice.mode == "bars" else alt)
    if fitted.note:
        st.caption(plain(fitted.note.text(_)))


def _width(size: tuple[int, int]) -> int:
    """Pixels on the page: an upright picture must not fill the whole screen."""
    return 520 if size[0] > size[1] else 300
