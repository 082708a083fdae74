"""Whatever page is open: how many jobs are under way, in the tab's title, and a word when one of them ends."""

from __future__ import annotations

import streamlit as st

from errors import MovaError
from jobs.records import JobFilter
from jobs.wish import Wish
from ui.components.chime import play_rings, ring
from ui.components.notices import leave
from ui.components.plain import plain
from ui.components.state_words import state_word
from ui.components.step_view import MOVING
from ui.session import own_desk, person
from ui.session import translate as _

_PACE, _SEEN = 2.0, "seen-under-way"
_SHOWN = 40  # letters of a text in a toast
_WATCHED = 50  # jobs


def watch_ends(page: str) -> None:
    """Look every two seconds while something is under way, and not at all otherwise.

    Args:
        page: the title of the page, for the tab.
    """
    began = bool(_moving())

    def look() -> None:
        moving = _moving()
        before: frozenset[str] = st.session_state.get(_SEEN, frozenset())
        ended = [words for job_id in before - moving if (words := _end_of(job_id))]
        st.session_state[_SEEN] = moving
        st.set_page_config(page_title=tab_title(_job_state() or page, len(moving)))
        play_rings()
        if bool(moving) != began:
            if ended:
                leave("  \n".join(ended))  # a toast of now would go with the page that is drawn anew
            st.rerun()
        for words in ended:
            st.toast(words, duration="long")

    st.fragment(look, run_every=_PACE if began else None)()


def tab_title(page: str, moving: int) -> str:
    """``(2) Queue · MOVA``."""
    return f"({moving}) {page} · MOVA" if moving else f"{page} · MOVA"


def _moving() -> frozenset[str]:
    """The visitor's newest jobs that move by themselves."""
    mine = JobFilter(owner=person().name, states=MOVING)
    try:
        return frozenset(job.id for job in own_desk().page(mine, size=_WATCHED).jobs)
    except MovaError:  # said by the page itself
        return frozenset()


def _job_state() -> str:
    """The state of the job whose page is open; empty on other pages."""
    try:
        job = own_desk().known(st.query_params.get("id", ""))
    except MovaError:
        return ""
    return state_word(job.state) if job is not None else ""


def _end_of(job_id: str) -> str:
    """What is to be said of a job that has ended; empty where its own page says it."""
    job = own_desk().known(job_id)
    if job is None or job.state in MOVING or st.query_params.get("id") == job_id:
        return ""
    if job.state == "completed":
        ring()
    ended = _("The video is ready.") if job.state == "completed" else state_word(job.state)
    return f"{ended} {_beginning(Wish.of(job).text)}"


def _beginning(text: str) -> str:
    return plain(text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…")
