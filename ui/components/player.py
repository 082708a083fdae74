"""The finished video: played from our own signed address, with what was rendered."""

from __future__ import annotations

import streamlit as st

from jobs.records import JobRecord
from jobs.wish import Wish, render_of
from record.folder import VIDEO
from ui.components.addresses import address
from ui.components.plain import plain
from ui.files import file_path
from ui.session import own_desk
from ui.session import translate as _


def show_video(job: JobRecord) -> None:
    """The player and the receipt; a word where the file is gone."""
    path = own_desk().folder(job.id) / VIDEO
    if not path.is_file():
        st.warning(_("The video's file is not there any more."), icon=":material/error:")
        return
    alt = _("Video: {text}").format(text=Wish.of(job).text[:120])
    with st.container(width=320 if render_of(job).height > render_of(job).width else 860):
        st.video(_address(job.id) or path, alt=alt, width="stretch")


def receipt_of(job: JobRecord) -> str:
    """What was rendered, in one line."""
    render = render_of(job)
    size = _("{n} frames at {fps} fps").format(n=render.num_frames, fps=render.fps)
    seed = _("seed {n}").format(n=render.seed)
    return f"{render.size} · {render.seconds:.2f} s · {size} · {seed} · {plain(job.model.split('@', 1)[0])}"


def _address(job_id: str) -> str | None:
    """None where no browser is there."""
    return address(file_path(job_id, VIDEO)) if st.context.url else None


def download_button(job: JobRecord, *, primary: bool) -> None:
    """The file itself, read when it is asked for."""
    path = own_desk().folder(job.id) / VIDEO
    st.download_button(
        _("Download the video"),
        path.read_bytes if path.is_file() else b"",
        file_name=f"mova-{job.id}.mp4",
        mime="video/mp4",
        key="download",
        icon=":material/download:",
        type="primary" if primary else "secondary",
        on_click="ignore",
        disabled=not path.is_file(),
    )
