"""What belongs to one visitor: the language, who they are."""

from __future__ import annotations

import streamlit as st

from jobs.desk import LOCAL


def translate(text: str) -> str:
    """A sentence in the visitor's language."""
    from words import translator

    return translator(language())(text)


def language() -> str:
    """The visitor's choice (``?lang=`` in the address), else the browser's language."""
    from words import language_of

    return language_of(st.query_params.get("lang"), st.session_state.get("lang"), st.context.locale)


def owner() -> str:
    """Whose jobs are created here."""
    return LOCAL
