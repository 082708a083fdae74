"""The person's own picture: checked at once whatever its name, kept across pages, and its crop."""

from __future__ import annotations

import streamlit as st
from PIL import Image, ImageDraw

from config import Settings
from core.errors import MovaError
from media.crop import CropChoice, crop_box, fit
from media.frames import open_source, taken_picture
from ui.create.draft import Kind
from ui.create.kept import upload_field
from ui.create.restored import take_as_first_frame, take_run
from ui.create.values import PICTURE
from ui.session import translate as _
from ui.shared.notices import leave, show_error
from ui.shared.pictures import data_uri
from ui.shared.plain import escape_markdown
from ui.shared.widgets import largest_upload, paste_into, say_upload

_TROUBLE = "create-picture-trouble"
_SHOWN = 960  # pixels of the longer side; a browser needs no more


def choose_picture(settings: Settings, kind: Kind) -> tuple[bytes, Image.Image] | None:
    """The picture as it came and opened, upright; None where there is none that can be used.

    Without a picture, the field stays: what is dropped there is a picture to begin with.
    """
    label, shown = _("First frame") if kind == "simple" else _("First frame (optional)"), kind != "text"
    field, most = upload_field(), largest_upload(settings.max_video_mb)
    st.file_uploader(
        label,
        key=field,
        label_visibility="collapsed" if kind != "simple" else "visible",
        max_upload_size=most,
        help=_(
            "Drop or paste a picture here: PNG, JPEG, HEIC, AVIF, WebP, GIF, BMP or TIFF. It is cropped to the "
            "video's shape. From a video (MP4 or MOV) the last frame is taken."
        ),
        on_change=_take,
        args=(settings, field),
    )
    say_upload(field, most)
    paste_into(field, zone="composer")
    data: bytes | None = st.session_state.get(PICTURE)
    if data is None:
        if error := st.session_state.get(_TROUBLE):
            show_error(error)
        return None
    if not shown:
        return None
    if st.session_state.get(field) is None:
        st.button(_("Remove the picture"), icon=":material/delete:", on_click=_forget)
    try:
        return data, open_source(data, settings)
    except MovaError as error:
        show_error(error)
        return None


def _take(settings: Settings, field: str) -> None:
    """Remember the file beyond this page, and turn the video the way the picture stands."""
    uploaded = st.session_state.get(field)
    _forget()
    if uploaded is None or take_run(uploaded.name, uploaded.getvalue()):
        return
    try:
        data, notes = taken_picture(uploaded.getvalue(), uploaded.name, settings)
    except MovaError as error:  # shown next to the field
        st.session_state[_TROUBLE] = error
        return
    take_as_first_frame(data, settings)
    if st.session_state.get("create-kind") == "text":
        st.session_state["create-kind"] = "simple"
    for said in notes:
        leave(escape_markdown(said.text(_)))


def _forget() -> None:
    st.session_state.pop(PICTURE, None)
    st.session_state.pop(_TROUBLE, None)


# The first frame's crop, drawn over the whole picture, and its controls.


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
    """Move the crop or fit with bars, with the result drawn and given in pixels; ``begin`` is the current choice."""
    begin = begin or CropChoice()
    if not is_cut(picture, size):
        st.image(
            data_uri(overlay(picture, size, 0.0), _SHOWN),
            width=_width(picture.size),
            alt=_("Your picture; all of it is in the first frame."),
        )
        return CropChoice()
    shown, controls = st.columns([3, 2], vertical_alignment="center", gap="medium")
    with controls:
        bars = st.toggle(
            _("Fit with bars"),
            begin.mode == "bars",
            key=f"{key}-bars",
            persist_state="session",
            help=_("Shows the whole picture, with black bars at the sides or above and below."),
        )
        shift = 0.0 if bars else _shift(picture.size, size, key, begin.shift)
    choice = CropChoice(mode="bars" if bars else "crop", shift=shift)
    with shown:
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
    except MovaError as error:
        show_error(error)
        return
    shown = fitted.picture if choice.mode == "bars" else overlay(picture, size, choice.shift)
    bright, bars = _("Your picture; the bright part is the first frame."), _("Your picture between bars.")
    alt = bars if choice.mode == "bars" else bright
    st.image(data_uri(shown, _SHOWN), width=_width(shown.size), alt=alt)
    if fitted.message:
        st.caption(escape_markdown(fitted.message.text(_)))


def _width(size: tuple[int, int]) -> int:
    """Pixels on the page: an upright picture must not fill the whole screen."""
    return 520 if size[0] > size[1] else 300
