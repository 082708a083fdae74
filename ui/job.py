"""One job (``?id=``): every step to be read, edited and accepted, then its render."""

from __future__ import annotations

import streamlit as st

from jobs.records import JobRecord
from ui.components.chain_section import chain_section, label_section
from ui.components.elsewhere import GO_TO
from ui.components.job_view import show_job
from ui.components.links import query
from ui.session import own_desk
from ui.session import translate as _

_SEEN = "job-seen"


def _mine() -> JobRecord | None:
    """The job of the address; without one, as after a step back in the browser, the one that was seen last."""
    elsewhere = st.session_state.pop(GO_TO, None) or (None if "id" in st.query_params else st.session_state.get(_SEEN))
    if elsewhere:
        st.query_params["id"] = elsewhere
    st.session_state[_SEEN] = st.query_params.get("id", "")
    return own_desk().known(st.query_params.get("id", ""))


def _nothing() -> None:
    st.info(_("There is no such job. It may have been deleted."), icon=":material/search_off:")
    if st.button(_("Create a video"), type="primary", icon=":material/add:"):
        st.switch_page("create.py", query_params=query())


st.title(_("Job"))
job = _mine()
if job is None:
    _nothing()
else:
    show_job(job.id)
    chain_section(job)
    label_section(job)
