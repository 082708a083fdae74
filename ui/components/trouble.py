"""What went wrong, in the reader's language: the sentence, what to do, and the other side's own words folded."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from errors import MovaError
from notes import Note
from ui.components.plain import plain
from ui.session import translate as _


def show_trouble(trouble: MovaError) -> None:
    """The message and its next step; a raw text folded below."""
    st.error(f"{plain(trouble.message(_))}  \n{plain(trouble.next_step(_))}", icon=":material/error:")
    if trouble.raw:
        with st.expander(_("Details")):
            st.text(trouble.raw)


def show_warnings(notes: Iterable[Note]) -> None:
    """Warnings as one list, each sentence once."""
    sentences = dict.fromkeys(plain(one.text(_)) for one in notes)
    if sentences:
        st.warning("  \n".join(sentences), icon=":material/info:")
