"""The queue as it is now. It looks again by itself while something moves, and only then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import streamlit as st

from errors import StoreError
from jobs.queue_view import QueueView
from jobs.states import ACTIVE
from ui.components.job_row import active_row, ended_row, line_row, waiting_row
from ui.components.links import query
from ui.components.notices import say_notice
from ui.components.queue_acts import pause, resume
from ui.components.trouble import show_trouble
from ui.session import own_desk, person
from ui.session import translate as _

T = TypeVar("T")


def queue_board() -> None:
    """The whole queue of this visitor."""
    try:
        every = own_desk().queue_pace()
    except StoreError as problem:
        show_trouble(problem)
        every = 3.0
    st.fragment(_board, run_every=every)(every)


def _board(every: float | None) -> None:
    try:
        view = own_desk().queue()
    except StoreError as problem:
        show_trouble(problem)
        return
    say_notice()
    _header(view)
    _list(_("Now"), view.active, active_row)
    _list(_("Waiting for you"), view.yours, waiting_row)
    _list(_("In our line"), view.line, line_row)
    _list(_("Recently finished"), view.ended, ended_row)
    if not (view.active or view.yours or view.line or view.ended):
        st.info(
            _("Nothing here yet. Describe a video, and it will pass through this page."), icon=":material/waving_hand:"
        )
    if view.every != every:  # something began or ended: the pace of looking changes with it
        st.rerun()


def _header(view: QueueView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_counted(view))
        st.space("stretch")
        if person().steers:
            _sending(view)
        _next_act(view)
    if view.paused:
        st.warning(_("Sending is paused: running work finishes, nothing new starts."), icon=":material/pause_circle:")


def _sending(view: QueueView) -> None:
    """Stop sending and go on with it; it concerns everybody's jobs."""
    if view.paused:
        st.button(
            _("Resume sending"),
            key="resume",
            icon=":material/play_arrow:",
            type="primary" if view.line else "secondary",
            on_click=resume,
        )
    else:
        st.button(
            _("Pause sending"),
            key="pause",
            icon=":material/pause:",
            on_click=pause,
            help=_("Running work finishes; nothing new starts."),
        )


def _counted(view: QueueView) -> str:
    active = sum(view.counts.get(state, 0) for state in ACTIVE)
    words = _("**{active}** active · **{line}** in line · **{yours}** waiting for you")
    return words.format(active=active, line=view.counts.get("queued", 0), yours=view.counts.get("waiting", 0))


def _next_act(view: QueueView) -> None:
    """The one primary button, unless sending has to be resumed first."""
    kind: Literal["primary", "secondary"] = "secondary" if view.paused and view.line and person().steers else "primary"
    if view.yours and st.button(_("Review the next one"), key="next", type=kind, icon=":material/rate_review:"):
        st.switch_page("job.py", query_params=query(id=view.yours[0].id))
    if not view.yours and st.button(_("Create a video"), key="next", type=kind, icon=":material/add_circle:"):
        st.switch_page("create.py", query_params=query())


def _list(title: str, ones: Sequence[T], row: Callable[[T], None]) -> None:
    if ones:
        st.subheader(title)
    for one in ones:
        row(one)
