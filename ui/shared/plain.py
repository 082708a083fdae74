"""Text of people and of servers, shown as text: it is never markup."""

from __future__ import annotations

import re

import streamlit as st

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=^])")


# What a browser would be given as a link although nothing marks it as one: an invisible joint keeps it apart.
_LINKS = re.compile(r"(?i)(https?:(?=//)|www(?=\.)|@(?=[-\w]+\.))")
_JOINT = "\u2060"


def escape_markdown(text: str) -> str:
    """The text with every character escaped that markdown, LaTeX, colours or icons would interpret."""
    return _MARKS.sub(r"\\\1", _LINKS.sub(rf"\1{_JOINT}", " ".join(text.split())))


def show_text(text: str) -> None:
    """A whole text to read and to copy."""
    st.code(text, language=None, wrap_lines=True)
