"""The states of jobs in words and icons: never by colour alone."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from jobs.states import JobState
from ui.session import translate as _

Colour = Literal["red", "orange", "blue", "green", "gray"]
_ICONS: dict[JobState, tuple[str, Colour]] = {
    "draft": (":material/edit_note:", "gray"),
    "waiting": (":material/rate_review:", "orange"),
    "preparing": (":material/auto_awesome:", "blue"),
    "queued": (":material/hourglass_empty:", "gray"),
    "submitted": (":material/send:", "blue"),
    "rendering": (":material/movie:", "blue"),
    "saving": (":material/save:", "blue"),
    "completed": (":material/check_circle:", "green"),
    "failed": (":material/error:", "red"),
    "cancelled": (":material/cancel:", "gray"),
    "abandoned": (":material/logout:", "orange"),
    "lost": (":material/help:", "red"),
}


def state_icon(state: JobState) -> tuple[str, Colour]:
    """The icon of a state and the colour that goes with it."""
    return _ICONS[state]


def state_word(state: JobState) -> str:
    """The state as people say it."""
    words: dict[JobState, str] = {
        "draft": _("Draft"),
        "waiting": _("Waiting for you"),
        "preparing": _("Preparing"),
        "queued": _("In our line"),
        "submitted": _("Sent to the server"),
        "rendering": _("Rendering"),
        "saving": _("Saving"),
        "completed": _("Done"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "abandoned": _("Given up (the GPU may still finish)"),
        "lost": _("Lost by the server"),
    }
    return words[state]


def show_state(state: JobState) -> None:
    """The state as a badge: icon and word, in a colour."""
    icon, colour = state_icon(state)
    st.badge(state_word(state), icon=icon, color=colour)
