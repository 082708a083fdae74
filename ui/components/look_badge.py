"""What an automatic look at a finished video found, as a badge: on the job's page and on its card."""

from __future__ import annotations

import streamlit as st

from jobs.records import JobRecord
from media.findings import WORDS
from ui.session import translate as _


def look_badge(job: JobRecord) -> None:
    """Nothing where the video looks as it should."""
    if job.looks_failed:
        st.badge(look_words(job), icon=":material/report:", color="orange")


def look_words(job: JobRecord) -> str:
    """``looks failed: flat colour``."""
    found = [_(WORDS[one]) for one in job.look or () if one in WORDS]
    return _("looks failed: {reason}").format(reason=", ".join(found))
