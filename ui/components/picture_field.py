"""The person's own picture on the Create page: taken whatever its name, checked at once, kept over a change of page."""

from __future__ import annotations

import streamlit as st
from PIL import Image

from config import Settings
from errors import MovaError
from media.frames import open_source
from ui.components.paste import paste_into
from ui.components.restored import take_run
from ui.components.trouble import show_trouble
from ui.session import translate as _

_KEPT, _FIELD = "create-picture", "create-upload"


def choose_picture(settings: Settings, *, needed: bool) -> tuple[bytes, Image.Image] | None:
    """The picture as it came and opened, upright; None where there is none that can be used."""
    label = _("First frame") if needed else _("First frame (optional)")
    st.file_uploader(
        label,
        key=_FIELD,
        max_upload_size=settings.max_image_mb,
        help=_("Drop or paste a picture here: PNG, JPEG, WebP, GIF, BMP or TIFF. It is cropped to the video's shape."),
        on_change=_take,
        args=(settings,),
    )
    paste_into(_FIELD)
    data: bytes | None = st.session_state.get(_KEPT)
    if data is None:
        return None
    if st.session_state.get(_FIELD) is None:
        st.button(_("Remove the picture"), icon=":material/delete:", on_click=_forget)
    try:
        return data, open_source(data, settings)
    except MovaError as trouble:
        show_trouble(trouble)
        return None


def _take(settings: Settings) -> None:
    """Remember the file beyond this page, and turn the video the way the picture stands."""
    uploaded = st.session_state.get(_FIELD)
    if uploaded is None:
        _forget()
        return
    data: bytes = uploaded.getvalue()
    if take_run(uploaded.name, data):
        _forget()
        return
    st.session_state[_KEPT] = data
    try:
        picture = open_source(data, settings)
    except MovaError:  # said beside the field
        return
    st.session_state["create-orientation"] = "portrait" if picture.height > picture.width else "landscape"


def _forget() -> None:
    st.session_state.pop(_KEPT, None)
