"""One job as a row: first frame, text, state, what is going on, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast, get_args

import streamlit as st

from jobs.queue_view import Active, InLine
from jobs.records import JobRecord
from jobs.wish import Wish, render_of
from servers import PREVIEW
from step_result import Step
from ui.components.durations import ago, clock, since, time_left
from ui.components.links import job_link
from ui.components.plain import plain
from ui.components.queue_acts import duplicate, move_button, remove
from ui.components.state_words import show_state
from ui.components.step_names import act_label, running_label
from ui.components.stop_waiting import stop_buttons
from ui.components.thumbnail import thumbnail
from ui.session import translate as _

_SHOWN = 120  # characters: about two lines


def active_row(one: Active) -> None:
    """A job that is worked on."""
    job = one.job
    with _row(job):
        _bar(one)
        _outage(job)
        with st.container(horizontal=True, vertical_alignment="center"):
            job_link(job.id, _("Open"), ":material/open_in_new:")
            stop_buttons(job)


def waiting_row(job: JobRecord) -> None:
    """A job that waits for the person."""
    with _row(job):
        step = _step(job.stage)
        if job.error:
            st.markdown(plain(job.error.rebuilt().message(_)))
        elif step:
            st.caption(_("Next: {step}").format(step=act_label(step)))
        job_link(job.id, _("Review"), ":material/rate_review:")


def line_row(one: InLine) -> None:
    """A job that waits in our line, where it can still be moved, changed and taken out."""
    job, place = one.job, one.place
    with _row(job):
        st.caption(
            _("Number {position} of {count} in the line for {server}").format(
                position=place.position, count=place.of, server=_line_name(job.model)
            )
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            move_button(job.id, "up", disabled=one.first)
            move_button(job.id, "down", disabled=one.last)
            move_button(job.id, "top", disabled=one.first)
            job_link(job.id, _("Edit"), ":material/edit:")
            st.button(
                _("Duplicate"),
                key=f"duplicate-{job.id}",
                on_click=duplicate,
                args=(job.id,),
                help=_("The same once more with another seed; what was made for it is used again."),
            )
            st.button(
                _("Remove"),
                key=f"remove-{job.id}",
                on_click=remove,
                args=(job.id,),
                help=_("Nothing has been sent, so this costs nothing; the job is kept."),
            )


def ended_row(job: JobRecord) -> None:
    """A job that has ended, with the reason where there is one."""
    with _row(job):
        if job.error and job.state != "completed":
            st.markdown(plain(job.error.rebuilt().message(_)))
        if job.finished:
            st.caption(ago(job.finished))
        job_link(job.id, _("Watch") if job.state == "completed" else _("Open"), ":material/open_in_new:")


@contextmanager
def _row(job: JobRecord) -> Iterator[None]:
    """Picture, text, state and numbers; the rest of the row goes below."""
    with st.container(border=True, key=f"row-{job.id}", horizontal=True):
        thumbnail(job)
        with st.container(width="stretch", gap="small"):
            text = Wish.of(job).text
            st.text(text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…")
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                show_state(job.state)
                if job.preview:
                    st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")
                st.caption(_facts(job), width="content")
            yield


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
    st.progress(percent, text=words.format(percent=percent, left=left))


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
    return plain(f"{model} · {_server_name(server)}" if server else model)
