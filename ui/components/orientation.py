"""Landscape or portrait, as two pictured choices."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from PIL import Image, ImageDraw

from render_settings import ORIENTATIONS, SIZES, Orientation
from ui.session import translate as _

_EDGE, _SIDE = "#7c8aa5", 128


@lru_cache(maxsize=4)
def shape(orientation: Orientation) -> Image.Image:
    """A frame of the true ratio with hills and a sun in it, on a transparent square."""
    width, height = (side * _SIDE // 640 - 8 for side in SIZES["mova-360p"][orientation])
    left, top = (_SIDE - width) // 2, (_SIDE - height) // 2
    picture = Image.new("RGBA", (_SIDE, _SIDE))
    draw = ImageDraw.Draw(picture)
    frame = (left, top, left + width, top + height)
    draw.rounded_rectangle(frame, 8, fill="#7c8aa533", outline=_EDGE, width=4)
    draw.ellipse((frame[2] - 32, top + 14, frame[2] - 16, top + 30), fill=_EDGE)
    foot = frame[3] - 8
    draw.polygon([(left + 8, foot), (left + width * 2 // 5, foot - 36), (frame[2] - 8, foot)], fill=_EDGE)
    return picture


def choose_orientation(model: str) -> Orientation:
    """The choice, with each shape drawn and its true size for the model."""
    words = {"landscape": _("Landscape"), "portrait": _("Portrait")}

    def named(orientation: Orientation) -> str:
        width, height = SIZES[model][orientation]
        return f"{words[orientation]} · {width}x{height}"

    with st.container(horizontal=True, wrap=False):
        for orientation in ORIENTATIONS:
            with st.container(horizontal_alignment="center"):
                st.image(shape(orientation), width=72, alt=named(orientation))
    chosen: Orientation | None = st.segmented_control(
        _("Orientation"),
        ORIENTATIONS,
        default="landscape",
        required=True,
        format_func=named,
        key="create-orientation",
        persist_state="session",
        width="stretch",
    )
    return chosen or "landscape"
