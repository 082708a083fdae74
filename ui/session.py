"""What belongs to one visitor: the language, who they are, and the desk that they may use."""

from __future__ import annotations

import streamlit as st

from errors import NotLoggedIn
from jobs.desk import Desk
from jobs.people import Person
from jobs.session_keys import SessionKeys
from ui.office import office
from ui.visitor import person_here

_KEYS = "session-keys"


def translate(text: str) -> str:
    """A sentence in the visitor's language."""
    from words import translator

    return translator(language())(text)


def language() -> str:
    """The visitor's choice (``?lang=`` in the address, kept over a login), else the browser's language."""
    from ui.language_cookie import COOKIE
    from words import language_of

    kept = st.session_state.get("lang") or st.context.cookies.get(COOKIE)
    return language_of(st.query_params.get("lang"), kept, st.context.locale)


def person() -> Person:
    """Who looks at this page.

    Raises:
        NotLoggedIn
    """
    if visitor := person_here(office().settings):
        return visitor
    raise NotLoggedIn


def own_desk() -> Desk:
    """The desk as this visitor may use it: the only way of a page to a job."""
    return office().worker.desk.of(person(), session_keys())


def session_keys() -> SessionKeys:
    """The keys that this person typed into this session; they are nowhere else."""
    name = person().name  # a tab can come back to its session after somebody else has logged in
    if st.session_state.get(_KEYS, ("",))[0] != name:
        st.session_state[_KEYS] = (name, SessionKeys())
    keys: SessionKeys = st.session_state[_KEYS][1]
    return keys
