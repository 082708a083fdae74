"""A part of a page that looks again by itself for as long as something in it is under way."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

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
