"""The look of every page, in one place: ``ui/browser/style.css``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

BROWSER = Path(__file__).parents[1] / "browser"


def script(name: str) -> str:
    """The script of a component, with what several of them make their elements with before it."""
    return "\n".join((BROWSER / one).read_text(encoding="utf-8") for one in ("elements.js", name))


def page_style() -> None:
    """Give the page its look; drawn first, so that nothing is seen without it."""
    st.html(BROWSER / "style.css")
