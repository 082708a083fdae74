"""The first frame as a card: exactly what MOVA will get, and the way to put one's own picture in its place."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from errors import MovaError
from jobs.preparing import YOURS
from jobs.records import JobRecord
from jobs.wish import Wish, render_of
from media.crop import CropChoice
from media.frames import open_source, render_frame
from notes import Note
from record.folder import FIRST_FRAME
from render_settings import RenderSettings
from ui.components.frame_crop import choose_crop, is_cut
from ui.components.notices import leave
from ui.components.paste import paste_into
from ui.components.plain import plain
from ui.components.step_card import card_acts, card_head
from ui.components.step_view import StepView
from ui.components.trouble import show_trouble, show_warnings
from ui.office import office
from ui.session import own_desk
from ui.session import translate as _

_TAKEN = "own-pictures-taken"


def frame_card(job: JobRecord, view: StepView, *, editable: bool) -> None:
    """The step of Full Workflow."""
    with st.container(border=True, key="card-first_frame"):
        card_head(view)
        if view.shown:
            show_frame(job, view)
            show_warnings(view.shown.warnings)
        if editable:
            if view.shown and view.shown.provider != YOURS:
                card_acts(job, view)
            change_frame(job, view)


def show_frame(job: JobRecord, view: StepView) -> None:
    """The frame in its true pixels, and what was cut off for it."""
    folder, wish, render = own_desk().folder(job.id), Wish.of(job), render_of(job)
    name = FIRST_FRAME if wish.white_frame or not view.shown else view.shown.output or FIRST_FRAME
    try:
        png, cut = _frame(folder / name, (folder / name).stat().st_mtime_ns, render, wish.crop)
    except (OSError, MovaError):
        st.caption(_("The picture's file is not there any more."))
        return
    st.image(
        png,
        width=480 if render.width > render.height else 240,
        alt=_("First frame: {text}").format(text=wish.text[:120]),
    )
    st.caption(" · ".join([render.size, *(plain(sentence.text(_)) for sentence in cut)]))


def change_frame(job: JobRecord, view: StepView) -> None:
    """Another crop of the same picture, or another picture, at any time before sending."""
    _other_crop(job, view)
    own_picture(job)


def _other_crop(job: JobRecord, view: StepView) -> None:
    wish, size = Wish.of(job), (render_of(job).width, render_of(job).height)
    if wish.white_frame or not view.shown or not view.shown.output:
        return
    try:
        picture = open_source(own_desk().folder(job.id) / view.shown.output, office().settings)
    except MovaError:
        return  # said where the frame is shown
    key = f"crop-{job.id}-{view.shown.version}"
    if is_cut(picture, size) and st.toggle(_("Change the crop"), key=key):
        choice = choose_crop(picture, size, key, wish.crop)
        if choice != wish.crop and _recropped(job.id, choice):
            st.rerun()


def _recropped(job_id: str, choice: CropChoice) -> bool:
    try:
        return own_desk().recrop(job_id, choice)
    except MovaError:
        return False  # said beside the controls


def own_picture(job: JobRecord) -> None:
    """A picture of the person's own takes the frame's place, at any time before sending."""
    with st.expander(_("Use my own picture"), icon=":material/upload:"):
        key = f"own-{job.id}-{st.session_state.get(_TAKEN, 0)}"
        most = office().settings.max_image_mb
        st.file_uploader(_("First frame"), key=key, max_upload_size=most, on_change=_swap, args=(job.id, key))
        paste_into(key)
        trouble: MovaError | None = st.session_state.pop("trouble-own-picture", None)
        if trouble:
            show_trouble(trouble)


@st.cache_data(max_entries=64, show_spinner=False)
def _frame(path: Path, changed: int, render: RenderSettings, crop: CropChoice) -> tuple[bytes, list[Note]]:
    """``changed`` is when the file was written."""
    return render_frame(open_source(path, office().settings), render, crop)


def _swap(job_id: str, key: str) -> None:
    uploaded = st.session_state.get(key)
    if uploaded is None:
        return
    try:
        own_desk().swap_frame(job_id, uploaded.getvalue())
    except MovaError as trouble:
        st.session_state["trouble-own-picture"] = trouble
        return
    st.session_state[_TAKEN] = st.session_state.get(_TAKEN, 0) + 1
    leave(_("Your picture is the first frame now."))
