"""A short sound when a video is ready, for those who want one."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.session import translate as _

_WANTED, _RINGS = "chime-wanted", "chime-rings"
_JS = (Path(__file__).parents[1] / "browser" / "chime.js").read_text(encoding="utf-8")


def chime_switch() -> None:
    """The visitor's choice; off until they make it."""
    st.toggle(_("Sound when a video is ready"), key=_WANTED, persist_state="session")


def ring() -> None:
    """Have the sound played as soon as the page is drawn."""
    st.session_state[_RINGS] = st.session_state.get(_RINGS, 0) + 1


def play_rings() -> None:
    """Play what has rung since the page was drawn last, where the visitor wants it."""
    rings = st.session_state.get(_RINGS, 0) if st.session_state.get(_WANTED) else 0
    st.components.v2.component("mova_chime", js=_JS)(key="chime", data={"rings": rings}, height=1)
