"""What belongs to one visitor: the language, who they are, and the job service that they may use."""

from __future__ import annotations

import streamlit as st

from core.errors import NotLoggedIn
from jobs.model.people import Person
from jobs.model.session_keys import SessionKeys
from jobs.service.service import JobService
from ui.app_context import app_context
from ui.server.visitor import person_here

_KEYS = "session-keys"


def translate(text: str) -> str:
    """A sentence in the visitor's language."""
    from core.translations import translator

    return translator(language())(text)


def language() -> str:
    """The visitor's choice (``?lang=`` in the address, kept over a login), else the browser's language."""
    from core.translations import language_of
    from ui.server.language_cookie import COOKIE

    kept = st.session_state.get("lang") or st.context.cookies.get(COOKIE)
    return language_of(st.query_params.get("lang"), kept, st.context.locale)


def person() -> Person:
    """Who looks at this page.

    Raises:
        NotLoggedIn
    """
    if visitor := person_here(app_context().settings):
        return visitor
    if not st.context.headers:  # the tab was closed while its page was made: nobody is left to show it to
        st.stop()
    raise NotLoggedIn


def job_service() -> JobService:
    """The job service as this visitor may use it; pages reach jobs only through it."""
    return app_context().worker.service.of(person(), session_keys())


def session_keys() -> SessionKeys:
    """The keys that this person typed into this session; they are nowhere else."""
    name = person().name  # a tab can come back to its session after somebody else has logged in
    if st.session_state.get(_KEYS, ("",))[0] != name:
        st.session_state[_KEYS] = (name, SessionKeys())
    keys: SessionKeys = st.session_state[_KEYS][1]
    return keys
