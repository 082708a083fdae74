"""What an act did, said after the page has been drawn anew: a message before would flash unseen."""

from __future__ import annotations

import streamlit as st

_LEFT = "notice"


def leave(text: str) -> None:
    """Say this as soon as the page is drawn again."""
    st.session_state[_LEFT] = text


def say_notice() -> None:
    """Say what was left."""
    if text := st.session_state.pop(_LEFT, ""):
        st.toast(text)
