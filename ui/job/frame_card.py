"""The first frame as a card: exactly what MOVA will get, and a way to replace it by one's own picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.errors import BucketUnusable, FileMissing, MovaError
from core.messages import Message, gettext_noop
from core.render_settings import RenderSettings
from jobs.model.makers import YOURS
from jobs.model.records import JobRecord
from jobs.model.states import SENT
from media.crop import CropChoice
from media.frames import exact_frame, open_source, render_frame, taken_picture
from record.folder import FIRST_FRAME
from ui.app_context import app_context
from ui.create.first_frame import choose_crop, is_cut
from ui.job.step_card import StepView, card_acts, step_fold, step_line
from ui.server.files import file_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address
from ui.shared.notices import leave, show_error, show_notes
from ui.shared.pictures import data_uri
from ui.shared.plain import escape_markdown
from ui.shared.widgets import largest_upload, paste_into, say_upload

_TAKEN = "own-pictures-taken"
_SIDE = 960  # pixels of the longer side: twice what is shown


def frame_card(job: JobRecord, view: StepView, *, editable: bool, is_open: bool) -> None:
    """The step of Full Workflow."""
    if not view.shown and not editable:
        step_line(view)
        return
    with step_fold(view, is_open=is_open, picture=_small(job, view)):
        if view.shown:
            show_frame(job, view)
            show_notes(view.shown.warnings)
        if editable:
            if view.shown and view.shown.provider != YOURS:
                card_acts(job, view)
            change_frame(job, view)


_SHOWN = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def _small(job: JobRecord, view: StepView) -> str:
    """The address of the picture for a line; empty where there is none that every browser shows."""
    if not view.shown or not view.shown.output or not st.context.url:
        return ""
    version = view.shown.version
    for name in (FIRST_FRAME, view.shown.output):
        if name.endswith(_SHOWN) and job_service().files.has(job, name):
            return f"{address(file_path(job.id, name))}?v={version}"
    return ""


def show_frame(job: JobRecord, view: StepView) -> None:
    """The frame in its exact size, and what was cropped."""
    request, render, files = job.request, job.render, job_service().files
    name = FIRST_FRAME if request.white_frame or not view.shown else view.shown.output or FIRST_FRAME
    if job.state in SENT and files.has(job, FIRST_FRAME) and not files.is_here(job, name):
        _show(job, None, [])  # no picture is fetched to be cropped once more
        return
    try:
        path = files.path(job, name)
        if path is None:
            raise FileMissing(name=name, reason=gettext_noop("it does not exist"))
        png, cut = _frame(path, path.stat().st_mtime_ns, render, request.crop)
    except BucketUnusable as problem:
        st.caption(f"{escape_markdown(problem.message(_))} {escape_markdown(problem.next_step(_))}")
        return
    except (OSError, MovaError):
        st.caption(_("The picture's file no longer exists."))
        return
    _show(job, png, cut)


def _show(job: JobRecord, png: bytes | None, cut: Sequence[Message]) -> None:
    render = job.render
    st.image(
        _frame_address(job, png),
        width=480 if render.width > render.height else 240,
        alt=_("First frame: {text}").format(text=job.request.text[:120]),
    )
    st.caption(" · ".join([render.size, *(escape_markdown(sentence.text(_)) for sentence in cut)]))


def _frame_address(job: JobRecord, png: bytes | None) -> str:
    """Of the frame on record; of one that is not written yet, because another version was chosen, inside the page.

    Args:
        png: the frame; None where it is the one on record.
    """
    if png is None:
        return f"{address(file_path(job.id, FIRST_FRAME))}?v={job_service().files.frame_version(job)}"
    path = job_service().files.path(job, FIRST_FRAME)
    if path is not None and path.read_bytes() == png:
        return f"{address(file_path(job.id, FIRST_FRAME))}?v={path.stat().st_mtime_ns}"
    return data_uri(open_source(png, app_context().settings), _SIDE)


def change_frame(job: JobRecord, view: StepView) -> None:
    """Another crop of the same picture, or another picture, at any time before sending."""
    _other_crop(job, view)
    uploaded_picture(job)


def _other_crop(job: JobRecord, view: StepView) -> None:
    request, size = job.request, (job.render.width, job.render.height)
    if request.white_frame or not view.shown or not view.shown.output:
        return
    try:
        path = job_service().files.path(job, view.shown.output)
        if path is None:
            return
        picture = open_source(path, app_context().settings)
    except MovaError:
        return  # reported where the frame is shown
    key = f"crop-{job.id}-{view.shown.version}"
    if is_cut(picture, size) and st.toggle(_("Change the crop"), key=key):
        choice = choose_crop(picture, size, key, request.crop)
        if choice != request.crop and _recropped(job.id, choice):
            st.rerun()


def _recropped(job_id: str, choice: CropChoice) -> bool:
    try:
        return job_service().steps.recrop(job_id, choice)
    except MovaError:
        return False  # reported next to the controls


def uploaded_picture(job: JobRecord) -> None:
    """A picture of the person's own takes the frame's place, at any time before sending."""
    with st.expander(_("Use my own picture"), icon=":material/upload:"):
        key = f"own-{job.id}-{st.session_state.get(_TAKEN, 0)}"
        most = largest_upload(app_context().settings.max_video_mb)
        st.file_uploader(_("First frame"), key=key, max_upload_size=most, on_change=_swap, args=(job.id, key))
        say_upload(key, most)
        paste_into(key)
        error: MovaError | None = st.session_state.pop("trouble-own-picture", None)
        if error:
            show_error(error)


@st.cache_data(max_entries=64, show_spinner=False)
def _frame(path: Path, changed: int, render: RenderSettings, crop: CropChoice) -> tuple[bytes, list[Message]]:
    """``changed`` is when the file was written."""
    settings = app_context().settings
    said = render_frame(open_source(path, settings), render, crop)[1]
    return exact_frame(path, render, crop, settings), said


def _swap(job_id: str, key: str) -> None:
    uploaded = st.session_state.get(key)
    if uploaded is None:
        return
    try:
        data, notes = taken_picture(uploaded.getvalue(), uploaded.name, app_context().settings)
        job_service().steps.swap_frame(job_id, data)
    except MovaError as error:
        st.session_state["trouble-own-picture"] = error
        return
    st.session_state[_TAKEN] = st.session_state.get(_TAKEN, 0) + 1
    leave(" ".join([_("Your picture is now the first frame."), *(escape_markdown(said.text(_)) for said in notes)]))
