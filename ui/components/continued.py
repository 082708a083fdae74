"""Extending a video: Create opens with its last frame as the first one, and says so for as long as that is so."""

from __future__ import annotations

import hashlib

import streamlit as st

from errors import MovaError
from jobs.records import JobRecord
from jobs.wish import render_of
from render_settings import SIZES, Orientation
from ui.components.create_values import CONTINUED, go_on_from
from ui.components.fill_create import fill_create
from ui.components.links import job_link, query
from ui.components.restored import forget
from ui.components.trouble import show_trouble
from ui.session import own_desk
from ui.session import translate as _


def extend_button(job: JobRecord) -> None:
    """Go on from a finished video on the Create page."""
    about = _("Opens Create with the last frame of this video as the first frame of the next one.")
    if not st.button(_("Extend"), key="act-extend", icon=":material/playlist_add:", help=about):
        return
    try:
        _fill(job, own_desk().last_frame(job.id))
    except MovaError as trouble:
        show_trouble(trouble)
        return
    st.switch_page("create.py", query_params=query())


def _fill(job: JobRecord, frame: bytes) -> None:
    """Everything as it was but the frame and the seed; the text is there to be changed to what happens next."""
    fill_create(job)
    forget()  # with another frame nothing of what was made counts
    st.session_state["create-kind"], st.session_state["create-seed"] = job.mode, ""
    st.session_state["create-bars"], st.session_state["create-shift"] = False, 0.0
    st.session_state["create-picture"] = frame
    go_on_from(job.id, frame)


def continued(picture: bytes | None) -> JobRecord | None:
    """The job that a picture on Create is the last frame of; None where it is another picture by now."""
    job_id, digest = st.session_state.get(CONTINUED, ("", ""))
    if not job_id or picture is None or hashlib.sha256(picture).hexdigest() != digest:
        return None
    return own_desk().known(job_id)


def show_continued(job: JobRecord, model: str, orientation: Orientation, fps: int) -> None:
    """What is gone on from, a word on drift, and what would keep the two from being joined."""
    render, size = render_of(job), "x".join(map(str, SIZES[model][orientation]))
    drift = _("Colours and contrast drift a little with every shot; after a few, begin again from a fresh frame.")
    with st.container(border=True, key="continued"):
        st.markdown(f"**{_('This goes on from a finished video: its last frame is the first one.')}**")
        job_link(job.id, _("Show that video"), icon=":material/movie:")
        st.caption(f"{_('Write what happens next.')} {drift}")
        if (render.size, render.fps) != (size, fps):
            words = _("That video is {size} at {fps} fps: with other numbers the two cannot be joined to one film.")
            st.warning(words.format(size=render.size, fps=render.fps), icon=":material/info:")
