"""What belongs to one visitor: the language, who they are, and the desk that they may use."""

from __future__ import annotations

import streamlit as st

from jobs.desk import Desk
from jobs.people import SHARED, Person
from ui.office import office


def translate(text: str) -> str:
    """A sentence in the visitor's language."""
    from words import translator

    return translator(language())(text)


def language() -> str:
    """The visitor's choice (``?lang=`` in the address), else the browser's language."""
    from words import language_of

    return language_of(st.query_params.get("lang"), st.session_state.get("lang"), st.context.locale)


def person() -> Person:
    """Who looks at this page."""
    return SHARED


def own_desk() -> Desk:
    """The desk as this visitor may use it: the only way of a page to a job."""
    return office().worker.desk.of(person())
