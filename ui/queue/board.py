"""The queue as it is now. It refreshes itself only while something is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Literal, TypeVar

import streamlit as st

from core.errors import StoreError
from jobs.model.records import JobRecord
from jobs.model.states import ACTIVE, ASKED
from jobs.service.queue import Queued, QueueView
from ui.job.server_acts import waits_for
from ui.queue.acts import pause, resume
from ui.queue.line import line
from ui.queue.row import active_row, ended_row, server_name, waiting_row
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.notices import say_notice, show_error
from ui.shared.plain import escape_markdown
from ui.shared.words import at_about

T = TypeVar("T")


def queue_board() -> None:
    """The whole queue of this visitor."""
    try:
        every = job_service().queue.pace()
    except StoreError as problem:
        show_error(problem)
        every = 3.0
    st.fragment(_board, run_every=every)(every)


def _board(every: float | None) -> None:
    try:
        view = job_service().queue.view()
    except StoreError as problem:
        show_error(problem)
        return
    say_notice()
    _header(view)
    _list(_("Now"), view.active, active_row)
    _list(_("Waiting for you"), view.yours, waiting_row)
    _queued(view)
    _list(_("Recently finished"), view.ended, ended_row)
    if not (view.active or view.yours or view.queued or view.ended):
        st.info(
            _("Nothing here yet. Describe a video, and you can follow it on this page."), icon=":material/waving_hand:"
        )
    if view.every != every:  # something began or ended: the refresh interval changes with it
        st.rerun()


def _header(view: QueueView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_counted(view))
        st.space("stretch")
        if person().steers:
            _sending(view)
        _next_act(view)
    if view.paused:
        st.warning(_("Sending is paused: running jobs finish, no new ones start."), icon=":material/pause_circle:")


def _queued(view: QueueView) -> None:
    """A list for each queue: when its last job is expected, and what holds it up."""
    for key, ones in groupby(view.queued, key=lambda one: one.job.queue_key):
        queued = list(ones)
        facts = [str(queued[0].place.of), _queue_name(queued[0].job)]
        ends = [one.ends for one in queued]
        if last := max((one for one in ends if one), default=None) if None not in ends else None:
            facts.append(_("the last is ready {time}").format(time=at_about(last)))
        st.subheader(_("Queued"))
        st.caption(escape_markdown(" · ".join(facts)))
        for reason in dict.fromkeys(_reasons(queued)):
            st.markdown(reason)
        line([*queued], f"line-{key.model}-{key.wanted_server or ''}")


def _reasons(queued: Sequence[Queued]) -> Iterator[str]:
    """What keeps jobs from being sent, in markdown."""
    for kind in {
        (one.job.bookkeeping.may_preview, one.job.error and one.job.error.kind): one.job for one in queued
    }.values():
        if reason := waits_for(kind):
            yield reason
        elif kind.error:
            yield escape_markdown(kind.error.rebuilt().message(_))


def _queue_name(job: JobRecord) -> str:
    """The model, and the one server where it must be that."""
    return f"{job.model} · {server_name(job.wanted_server)}" if job.wanted_server else job.model


def _sending(view: QueueView) -> None:
    """Pause and resume sending, for everybody's jobs."""
    if view.paused:
        st.button(
            _("Resume sending"),
            key="resume",
            icon=":material/play_arrow:",
            type="primary" if view.queued else "secondary",
            on_click=resume,
        )
    else:
        st.button(
            _("Pause sending"),
            key="pause",
            icon=":material/pause:",
            on_click=pause,
            help=_("Running jobs finish; no new ones start."),
        )


def _counted(view: QueueView) -> str:
    active = sum(view.counts.get(state, 0) for state in ACTIVE)
    words = _("**{active}** active · **{line}** queued · **{yours}** waiting for you")
    yours = sum(view.counts.get(state, 0) for state in ASKED)
    return words.format(active=active, line=view.counts.get("queued", 0), yours=yours)


def _next_act(view: QueueView) -> None:
    """The one primary button, unless sending has to be resumed first."""
    kind: Literal["primary", "secondary"] = (
        "secondary" if view.paused and view.queued and person().steers else "primary"
    )
    if view.yours and st.button(_("Review the next one"), key="next", type=kind, icon=":material/rate_review:"):
        st.switch_page("job/job.py", query_params=query(id=view.yours[0].id))
    if not view.yours and st.button(_("Create a video"), key="next", type=kind, icon=":material/add_circle:"):
        st.switch_page("create/create.py", query_params=query())


def _list(title: str, ones: Sequence[T], row: Callable[[T], None]) -> None:
    if ones:
        st.subheader(title)
    for one in ones:
        row(one)
