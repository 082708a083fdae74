"""The same once more: with its seed, with another or with four others; nothing that was paid for is bought again."""

from __future__ import annotations

import time

import streamlit as st

from render_settings import draw_seed
from ui.components.acting import acting
from ui.components.elsewhere import GO_TO
from ui.components.notices import leave
from ui.session import own_desk
from ui.session import translate as _

_LAST, _SAME_CLICK = "again-last", 3.0  # seconds in which the same wish once more is a double click
_FOUR = 4


@acting
def another_seed(job_id: str) -> None:
    """One new job with a new seed; it is shown next."""
    _send(job_id, [draw_seed()])


@acting
def same_seed(job_id: str) -> None:
    """One new job with the seed of this one; it is shown next."""
    _send(job_id, [own_desk().get(job_id).seed or draw_seed()])


@acting
def four_seeds(job_id: str) -> None:
    """Four new jobs with a new seed each; they are found in the queue."""
    _send(job_id, [draw_seed() for _number in range(_FOUR)])


def _send(job_id: str, seeds: list[int]) -> None:
    before, at = st.session_state.get(_LAST, ("", 0.0))
    if (job_id, len(seeds)) == before and time.monotonic() - at < _SAME_CLICK:
        return
    copies = own_desk().again(job_id, seeds)
    st.session_state[_LAST] = ((job_id, len(seeds)), time.monotonic())
    if len(copies) == 1:
        st.session_state[GO_TO] = copies[0].id
    else:
        leave(_("Sent: {n}, each with a seed of its own. The queue shows them.").format(n=len(copies)))
