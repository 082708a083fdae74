"""Fills Create with a job's request, or to extend a video: its last frame is the first frame of the next one.

The job itself is not changed.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import streamlit as st

from core.errors import MovaError
from core.render_settings import SIZES, Orientation
from jobs.model.drafts import final_render
from jobs.model.records import JobRecord
from record.restore import run_in_folder
from ui.app_context import app_context
from ui.create.restored import Start, fill_form, forget
from ui.create.values import CONTINUED, PICTURE, go_on_from
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import job_link, query
from ui.shared.notices import show_error


def fill_create(job: JobRecord) -> None:
    """Fill every field and the frame; the job's results are reused as long as their inputs do not change.

    Raises:
        RunFileError: the job has values that Create does not accept.
    """
    service = job_service()
    run = run_in_folder(service.files.record(job.id), service.files.whole(job.id, videos=False), app_context().settings)
    fill_form(run, Start("video_description"))
    st.session_state["create-bars"], st.session_state["create-shift"] = False, 0.0
    go_on_from(job.extends, st.session_state.get(PICTURE))


def extend_button(job: JobRecord, *, wide: bool = False, suffix: str = "") -> None:
    """Draw the button that continues a finished video on the Create page."""
    about = _("Opens Create with the last frame of this video as the first frame of the next one.")
    key = f"act-extend{suffix}"
    width: Literal["stretch", "content"] = "stretch" if wide else "content"
    if not st.button(_("Extend"), key=key, icon=":material/playlist_add:", help=about, width=width):
        return
    try:
        _fill(job, job_service().videos.last_frame(job.id))
    except MovaError as error:
        show_error(error)
        return
    st.switch_page("create/create.py", query_params=query())


def _fill(job: JobRecord, frame: bytes) -> None:
    """Fill everything but the frame and the seed; the text is to be changed to what happens next."""
    fill_create(job)
    forget()  # with another frame, none of the results can be reused
    st.session_state["create-kind"], st.session_state["create-seed"] = job.mode, ""
    if job.request.draft:  # what goes on from a draft is none
        st.session_state["create-draft"] = "final"
        st.session_state["create-steps"] = final_render(job.render, app_context().settings).num_inference_steps
    st.session_state["create-bars"], st.session_state["create-shift"] = False, 0.0
    st.session_state[PICTURE] = frame
    go_on_from(job.id, frame)


def continued(picture: bytes | None) -> JobRecord | None:
    """The job that a picture on Create is the last frame of; None where it is another picture by now."""
    job_id, digest = st.session_state.get(CONTINUED, ("", ""))
    if not job_id or picture is None or hashlib.sha256(picture).hexdigest() != digest:
        return None
    return job_service().known(job_id)


def show_continued(job: JobRecord, model: str, orientation: Orientation, fps: int) -> None:
    """Show which video is continued, a note on drift, and settings that would keep the two from being joined."""
    render, size = job.render, "x".join(map(str, SIZES[model][orientation]))
    drift = _("Colours and contrast drift a little with every shot; after a few, start again from a fresh frame.")
    with st.container(border=True, key="continued"):
        st.markdown(f"**{_('This continues a finished video: its last frame is the first frame here.')}**")
        job_link(job.id, _("Show that video"), icon=":material/movie:")
        st.caption(f"{_('Write what happens next.')} {drift}")
        if (render.size, render.fps) != (size, fps):
            words = _("That video is {size} at {fps} fps: with other settings the two cannot be joined into one film.")
            st.warning(words.format(size=job_service().videos.size(job), fps=render.fps), icon=":material/info:")
