"""The buttons for what comes next, always in the same place: at the window's lower edge where there is room.

A line that appears above them must not move them away between the two halves of a click.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

_CSS = (Path(__file__).parents[1] / "browser" / "act_bar.css").read_text(encoding="utf-8")


@contextmanager
def act_bar() -> Iterator[None]:
    """A row for the one primary button and the quieter ones beside it."""
    st.html(f"<style>{_CSS}</style>")
    with st.container(horizontal=True, vertical_alignment="center", key="acts"):
        yield
