"""A job as a card of the library: a poster, never a player, with what tells it from others."""

from __future__ import annotations

import streamlit as st

from jobs.records import JobRecord
from jobs.wish import Wish, render_of
from ui.components.addresses import address
from ui.components.durations import ago
from ui.components.favourite_box import favourite_box
from ui.components.library_picked import is_full, is_picked, pick
from ui.components.links import job_link
from ui.components.look_badge import look_badge
from ui.components.plain import plain
from ui.components.state_words import show_state
from ui.components.titles import short
from ui.files import poster_path
from ui.session import own_desk
from ui.session import translate as _

_WIDTH = 264  # four beside each other on a screen of 1280 pixels
_TITLE = 26  # letters: a link has one line
_MAYBE_WITHOUT = ("draft", "waiting", "preparing", "failed", "cancelled")


def library_card(job: JobRecord) -> None:
    with st.container(border=True, width=_WIDTH, gap="small", key=f"card-{job.id}"):
        _poster(job)
        job_link(job.id, plain(short(Wish.of(job).text, _TITLE)) or _("Without a text"))
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            show_state(job.state)
            if job.preview:
                st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")
        look_badge(job)
        st.caption(_facts(job))
        with st.container(horizontal=True, vertical_alignment="center"):
            _pick_box(job)
            favourite_box(job)


def _poster(job: JobRecord) -> None:
    """Only its address: the browser fetches it, and what it shows is made then."""
    words = _("Poster: {text}").format(text=short(Wish.of(job).text, 120))
    if job.state in _MAYBE_WITHOUT and not has_picture(job):
        st.caption(_(":material/image: No first frame yet"))
        return
    st.image(address(poster_path(job.id, job.revision)), width="stretch", alt=words)


def has_picture(job: JobRecord) -> bool:
    """Whether there is something to make a poster of."""
    from record.folder import FIRST_FRAME, VIDEO

    folder = own_desk().folder_of(job)
    return any((folder / name).is_file() for name in (VIDEO, FIRST_FRAME))


def _facts(job: JobRecord) -> str:
    render = render_of(job)
    return plain(f"{render.size} · {render.seconds:.1f} s · {ago(job.created)}")


def _pick_box(job: JobRecord) -> None:
    key = f"pick-{job.id}"
    st.session_state[key] = is_picked(job.id)
    st.checkbox(_("Select"), key=key, on_change=_picked, args=(job.id,), disabled=is_full() and not is_picked(job.id))


def _picked(job_id: str) -> None:
    pick(job_id, yes=st.session_state[f"pick-{job_id}"])
