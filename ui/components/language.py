"""The choice of language: it is in the address, so that a link keeps it, and it resets nothing."""

from __future__ import annotations

import streamlit as st

from ui.session import language
from ui.session import translate as _
from words import LANGUAGES

_KEY = "language"


def language_switch() -> None:
    """Each language by its own name. Links between pages lose the address's query: the choice is put back."""
    _remember()
    st.session_state[_KEY] = language()
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        required=True,
        format_func=lambda one: LANGUAGES[one],
        key=_KEY,
        on_change=_take,
        label_visibility="collapsed",
    )


def _remember() -> None:
    named, chosen = st.query_params.get("lang"), st.session_state.get("lang")
    if named:
        st.session_state["lang"] = language()
    elif chosen:
        st.query_params["lang"] = chosen


def _take() -> None:
    chosen = st.session_state[_KEY]
    st.session_state["lang"] = chosen
    st.query_params["lang"] = chosen
