"""What refreshes itself: a part of a page, notices of ended jobs on any page, and the sound when one ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.errors import MovaError
from jobs.model.records import JobFilter, JobRecord
from jobs.model.states import MOVING
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.notices import leave
from ui.shared.plain import escape_markdown
from ui.shared.words import state_word

# A part of a page that refreshes itself as long as something in it is under way.

_EVERY = 1.0


def live(draw: Callable[[], None], is_under_way: Callable[[], bool]) -> None:
    """Draw a part, once a second while ``is_under_way``; both are quick and only read."""
    began = is_under_way()

    def part() -> None:
        now = is_under_way()  # before drawing, so that what ends meanwhile is drawn once more
        draw()
        if now != began:
            st.rerun()

    st.fragment(part, run_every=_EVERY if began else None)()


# A job that stands still is changed by nobody but a person, who may be in another tab.

_OTHERS, _DRAWN = 3.0, "job-drawn"


def note_drawn(job_id: str) -> None:
    """Note what is about to be drawn: a person's own change is not to redraw the page under their hand once more."""
    st.session_state[_DRAWN] = job_id, _version(job_id)


def watch_others(job_id: str) -> None:
    """Draw the page anew once a job that stands still was changed elsewhere, after ``note_drawn``."""

    def look() -> None:
        if st.session_state.get(_DRAWN) != (job_id, _version(job_id)):
            st.rerun()

    st.fragment(look, run_every=_OTHERS)()


def _version(job_id: str) -> object:
    """What changes with every change of a job or of its steps."""
    service = job_service()
    if (job := service.known(job_id)) is None:
        return None
    return job.revision, [(one.step, one.version, one.state, one.chosen) for one in service.steps.of(job_id)]


# A short sound when a video is ready, for those who want one.

_WANTED, _RINGS = "chime-wanted", "chime-rings"
_JS = (Path(__file__).parents[1] / "browser" / "chime.js").read_text(encoding="utf-8")


def chime_switch() -> None:
    """The visitor's choice; off until they make it."""
    st.toggle(_("Sound when a video is ready"), key=_WANTED, persist_state="session")


def ring() -> None:
    """Play the sound once the page is drawn."""
    st.session_state[_RINGS] = st.session_state.get(_RINGS, 0) + 1


def play_rings() -> None:
    """Play what has rung since the page was drawn last, where the visitor wants it."""
    rings = st.session_state.get(_RINGS, 0) if st.session_state.get(_WANTED) else 0
    st.components.v2.component("mova_chime", js=_JS)(key="chime", data={"rings": rings}, height=1)


# Whatever page is open: how many jobs are under way, in the tab's title, and a word when one of them ends.

_PACE, _SEEN = 2.0, "seen-under-way"
_SHOWN = 40  # letters of a text in a toast
_WATCHED = 50  # jobs


def watch_ends(page: str) -> None:
    """Refresh every two seconds while something is under way, and not at all otherwise.

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
        return frozenset(job.id for job in job_service().library.page(mine, size=_WATCHED).jobs)
    except MovaError:  # said by the page itself
        return frozenset()


def _job_state() -> str:
    """The state of the job whose page is open; empty on other pages."""
    try:
        job = job_service().known(st.query_params.get("id", ""))
    except MovaError:
        return ""
    return state_word(job.state) if job is not None else ""


def _end_of(job_id: str) -> str:
    """What is to be said of a job that has ended; empty where its own page says it."""
    job = job_service().known(job_id)
    if job is None or job.state in MOVING or st.query_params.get("id") == job_id:
        return ""
    if job.state == "completed":
        ring()
    if "film" in st.query_params and _is_of(st.query_params["film"], job):  # its own page shows it
        return ""
    ended = _("The video is ready.") if job.state == "completed" else state_word(job.state)
    return f"{ended} {_beginning(job.heading)}"


def _is_of(film_id: str, job: JobRecord) -> bool:
    """Whether a job renders a shot of this film."""
    found = job_service().films.of_job(job.id)
    return found is not None and found[0].id == film_id


def _beginning(text: str) -> str:
    return escape_markdown(text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…")
