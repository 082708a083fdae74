"""Marking a job as a favourite."""

from __future__ import annotations

import streamlit as st

from jobs.records import JobRecord
from ui.components.acting import acting
from ui.session import own_desk
from ui.session import translate as _


def favourite_box(job: JobRecord) -> None:
    key = f"favourite-{job.id}"
    st.session_state[key] = job.favourite
    st.checkbox(_("Favourite"), key=key, on_change=_favoured, args=(job.id,))


@acting
def _favoured(job_id: str) -> None:
    own_desk().favour(job_id, favourite=st.session_state[f"favourite-{job_id}"])
