"""One job (``?id=``): every step to be read, edited and accepted, then its render."""

from __future__ import annotations

import streamlit as st

from jobs.model.records import JobRecord
from jobs.model.states import MOVING
from ui.job.chain_section import chain_section, label_section
from ui.job.server_acts import COMPARE, GO_TO
from ui.job.view import show_job
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.style import BROWSER
from ui.shared.watching import watch_others

_SEEN = "job-seen"


def _mine() -> JobRecord | None:
    """The job of the address; without one, as after a step back in the browser, the one that was seen last."""
    elsewhere = st.session_state.pop(GO_TO, None) or (None if "id" in st.query_params else st.session_state.get(_SEEN))
    if elsewhere:
        st.query_params["id"] = elsewhere
    st.session_state[_SEEN] = st.query_params.get("id", "")
    return job_service().known(st.query_params.get("id", ""))


def _nothing() -> None:
    st.info(_("There is no such job. It may have been deleted."), icon=":material/search_off:")
    if st.button(_("Create a video"), type="primary", icon=":material/add:"):
        st.switch_page("create/create.py", query_params=query())


st.html(BROWSER / "job.css")
if jobs := st.session_state.pop(COMPARE, None):
    st.switch_page("compare/compare.py", query_params=query(**dict(zip("abcd", jobs, strict=False))))
job = _mine()
if job is None:
    st.title(_("Job"))
    _nothing()
else:
    show_job(job.id)
    chain_section(job)
    label_section(job)
    if job.state not in MOVING:
        watch_others(job.id)
