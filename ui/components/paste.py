"""Pasting a picture: what Streamlit's own field for files does not take goes into it as if it had been chosen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_JS = (Path(__file__).parents[1] / "browser" / "paste.js").read_text(encoding="utf-8")


def paste_into(field: str) -> None:
    """Let a picture that is pasted anywhere on the page go into the uploader with this key."""
    st.components.v2.component("mova_paste", js=_JS)(key=f"paste-{field}", data={"field": field}, height=1)
