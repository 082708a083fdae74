"""One job as a row: first frame, text, state, what is going on, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from jobs.queue_view import Active, InLine
from jobs.records import JobRecord
from jobs.wish import Wish, render_of, server_of
from render.servers import PREVIEW
from step_result import Step
from ui.components.durations import ago, clock, since, time_left
from ui.components.elsewhere import again_button, elsewhere_button, waits_for
from ui.components.links import job_link
from ui.components.not_begun import not_begun
from ui.components.plain import plain
from ui.components.queue_acts import duplicate_button, move_button, remove_button
from ui.components.state_words import show_state
from ui.components.step_names import act_label, running_label
from ui.components.stop_waiting import stop_buttons
from ui.components.thumbnail import thumbnail
from ui.components.titles import short
from ui.session import translate as _

_SHOWN = 150  # letters: about two lines


def active_row(one: Active) -> None:
    """A job that is worked on."""
    job = one.job
    with _row(job):
        _bar(one)
        _outage(job)
        with _acts():
            job_link(job.id, _("Open"), ":material/open_in_new:")
            elsewhere_button(job)
            stop_buttons(job)


def waiting_row(job: JobRecord) -> None:
    """A job that waits for the person."""
    step = _step(job.stage)
    preview = server_of(job.model) == PREVIEW
    following = _("Next: {step}").format(step=act_label(step, preview=preview)) if step else ""
    with _row(job, job.error.rebuilt().message(_) if job.error else following), _acts():
        job_link(job.id, _("Review"), ":material/rate_review:")


def line_row(one: InLine) -> None:
    """A job that waits in our line, where it can still be moved, changed and taken out."""
    job, place = one.job, one.place
    words = _("Number {position} of {count} in the line for {server}")
    where = words.format(position=place.position, count=place.of, server=_line_name(job.model))
    with _row(job, where):
        if reason := waits_for(job.model):
            st.markdown(reason)
        with _acts():
            _line_acts(one)


def _line_acts(one: InLine) -> None:
    job = one.job
    elsewhere_button(job)
    move_button(job.id, "up", disabled=one.first)
    move_button(job.id, "down", disabled=one.last)
    move_button(job.id, "top", disabled=one.first)
    job_link(job.id, _("Edit"), ":material/edit:")
    duplicate_button(job.id)
    remove_button(job.id)


def ended_row(job: JobRecord) -> None:
    """A job that has ended, with the reason where there is one."""
    reason = job.error.rebuilt().message(_) if job.error and job.state != "completed" else ""
    with _row(job, reason, ago(job.finished) if job.finished else ""), _acts():
        job_link(job.id, _("Watch") if job.state == "completed" else _("Open"), ":material/open_in_new:")
        again_button(job)


@contextmanager
def _row(job: JobRecord, *sentences: str) -> Iterator[None]:
    """Picture, text, state, numbers and what is to be said; the rest of the row goes below."""
    with st.container(border=True, key=f"row-{job.id}", gap="small"):
        with st.container(horizontal=True):
            thumbnail(job)
            with st.container(width="stretch", gap="xsmall"):
                st.text(short(Wish.of(job).text, _SHOWN))
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    show_state(job.state)
                    if job.preview:
                        st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")
                    st.caption(_facts(job), width="content")
                for sentence in filter(None, sentences):
                    st.caption(plain(sentence))
        yield


def _acts() -> DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", gap="small")


def _facts(job: JobRecord) -> str:
    render = render_of(job)
    facts = [f"{render.size} · {render.seconds:.1f} s", _("seed {seed}").format(seed=render.seed)]
    return plain(" · ".join([*facts, *([_server_name(job.server)] if job.server else [])]))


def _bar(one: Active) -> None:
    """How far it is, in figures and as a bar; the time left only where such renders have finished before."""
    job = one.job
    if job.state == "preparing":
        step = _step(job.stage)
        st.caption(running_label(step) if step else _("Beginning…"))
        return
    percent = 100 if job.state == "saving" else job.progress
    left = time_left(one.estimate, since(job.sent)) if job.sent and job.state != "saving" else ""
    words = _("{percent} % · {left}") if left else _("{percent} %")
    st.progress(percent, text=not_begun(job) or words.format(percent=percent, left=left))


def _outage(job: JobRecord) -> None:
    """Since when the server cannot be reached, and why; the job is not lost by that."""
    if job.unreachable_since is None:
        return
    reason = job.error.rebuilt().message(_) if job.error else ""
    words = _("No word from the server for {time}. It is asked again. {reason}")
    st.warning(
        plain(words.format(time=clock(since(job.unreachable_since)), reason=reason)), icon=":material/cloud_off:"
    )


def _step(stage: str | None) -> Step | None:
    return cast(Step, stage) if stage in get_args(Step) else None


def _server_name(server: str) -> str:
    return _("preview engine") if server.startswith(PREVIEW) else server


def _line_name(line: str) -> str:
    """The model, and the one server where it must be that."""
    model, _at, server = line.partition("@")
    return f"{model} · {_server_name(server)}" if server else model
