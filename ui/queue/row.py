"""One job as a row: first frame, text, state, what is going on, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.steps import Step
from jobs.model.records import JobRecord
from jobs.model.request import is_preview_server
from jobs.service.queue import Active
from ui.job.server_acts import again_button, elsewhere_button, stall_box, stop_buttons
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.links import job_link, short
from ui.shared.plain import escape_markdown
from ui.shared.video import thumbnail
from ui.shared.words import (
    act_label,
    ago,
    clock,
    in_seconds,
    not_begun,
    part_words,
    running_label,
    show_state,
    since,
    time_left,
)

_SHOWN, _PICTURE, _BAR = 80, 72, 280  # letters, pixels, pixels


def active_row(one: Active) -> None:
    """A job that is worked on."""
    job = one.job
    with _row(job):
        with st.container(width=_BAR, gap=None):
            _bar(one)
        with _acts():
            elsewhere_button(job)
            stop_buttons(job)
    _outage(job)
    if job.state != "preparing":
        stall_box(job, one.render)


def waiting_row(job: JobRecord) -> None:
    """A job that waits for the person."""
    step = _step(job.stage)
    following = (
        _("Next: {step}").format(step=act_label(step, preview=job_service().plans.is_preview(job))) if step else ""
    )
    with _row(job, job.error.rebuilt().message(_) if job.error else following), _acts():
        job_link(job.id, _("Review"), ":material/rate_review:")


def ended_row(job: JobRecord) -> None:
    """A job that has ended, with the reason where there is one."""
    reason = job.error.rebuilt().message(_) if job.error and job.state != "completed" else ""
    with _row(job, reason, ago(job.finished) if job.finished else ""), _acts():
        job_link(job.id, _("Watch") if job.state == "completed" else _("Open"), ":material/open_in_new:")
        again_button(job)


@contextmanager
def _row(job: JobRecord, *sentences: str) -> Iterator[None]:
    """Picture, title, state, numbers and what is to be said; acts beside them, the rest of the row below."""
    with st.container(key=f"row-{job.id}", gap="xsmall"), st.container(horizontal=True, vertical_alignment="center"):
        thumbnail(job, _PICTURE)
        with st.container(width="stretch", gap=None):
            job_link(job.id, escape_markdown(short(job.heading, _SHOWN)) or job.id)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                show_state(job.state)
                if job.is_preview:
                    st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")
                st.caption(_facts(job), width="content")
                for sentence in filter(None, sentences):
                    st.caption(escape_markdown(sentence), width="content")
        yield


def _acts() -> DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", gap="small", width="content")


def _facts(job: JobRecord) -> str:
    render = job.render
    owner = [job.owner] if person().is_admin else []
    facts = [
        *owner,
        render.size,
        in_seconds(render.seconds, 1),
        _("seed {seed}").format(seed=render.seed),
    ]
    return escape_markdown(" · ".join([*facts, *([server_name(job.server)] if job.server else [])]))


def _bar(one: Active) -> None:
    """How far it is, in figures and as a bar; the time left only where such renders have finished before."""
    job = one.job
    if job.state == "preparing":
        step = _step(job.stage)
        st.caption(running_label(step) if step else _("Beginning…"))
        if job.error:
            st.warning(escape_markdown(job.error.rebuilt().message(_)), icon=":material/key_off:")
        return
    saves = job.state == "saving"
    percent = 100 if saves else one.render.percent
    facts = [] if saves else [part_words(one.render), time_left(one.estimate, one.render.seconds_left)]
    text = " · ".join(filter(None, [_("{percent} %").format(percent=percent), *facts]))
    st.progress(percent, text=not_begun(job) or text)


def _outage(job: JobRecord) -> None:
    """Since when the server cannot be reached, and why; the job is not lost."""
    if job.unreachable_since is None:
        return
    reason = job.error.rebuilt().message(_) if job.error else ""
    words = _("No answer from the server for {time}. Trying again. {reason}")
    st.warning(
        escape_markdown(words.format(time=clock(since(job.unreachable_since)), reason=reason)),
        icon=":material/cloud_off:",
    )


def _step(stage: str | None) -> Step | None:
    return cast(Step, stage) if stage in get_args(Step) else None


def server_name(server: str) -> str:
    return _("preview engine") if is_preview_server(server) else server
