"""The look of every page, in one place: ``ui/browser/style.css``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

BROWSER = Path(__file__).parents[1] / "browser"


def page_style() -> None:
    """Give the page its look; drawn first, so that nothing is seen without it."""
    st.html(BROWSER / "style.css")
