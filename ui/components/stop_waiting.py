"""Giving up a job, in words that are true: what costs nothing, and what a GPU goes on with."""

from __future__ import annotations

import streamlit as st

from jobs.records import JobRecord
from render.servers import PREVIEW
from ui.components.acting import acting
from ui.components.notices import leave
from ui.session import own_desk
from ui.session import translate as _

_ASKED = "asked-to-stop"


def stop_buttons(job: JobRecord) -> None:
    """The button, and in its place the question once it was pressed."""
    if st.session_state.get(_ASKED) != job.id:
        st.button(_stop_word(job), key=f"stop-{job.id}", on_click=_ask, args=(job.id,))
        return
    st.warning(_consequence(job), icon=":material/front_hand:")
    st.button(_stop_word(job), key=f"really-{job.id}", on_click=acting(_stop), args=(job.id,))
    st.button(_("Keep it"), key=f"keep-{job.id}", on_click=_ask, args=(None,))


def _is_sent(job: JobRecord) -> bool:
    return job.state != "preparing" and not (job.server or "").startswith(PREVIEW)


def _stop_word(job: JobRecord) -> str:
    return _("Stop waiting") if _is_sent(job) else _("Cancel the job")


def _consequence(job: JobRecord) -> str:
    if job.state == "preparing":
        return _("Cancel? What was made is kept; a request that a service already has may still be billed.")
    if not _is_sent(job):
        return _("Cancel? It is rendered by the preview engine on this machine; no GPU works on it.")
    return _("The server cannot stop a running job. Waiting ends; its GPU stays busy until the job does.")


def _ask(job_id: str | None) -> None:
    st.session_state[_ASKED] = job_id


def _stop(job_id: str) -> None:
    """Whatever the job has become meanwhile: what was not sent is cancelled, what was is given up."""
    st.session_state[_ASKED] = None
    desk = own_desk()
    happened = desk.cancel(job_id) or desk.stop_waiting(job_id)
    if not happened:
        leave(_("It had ended already."))
    elif desk.get(job_id).state == "cancelled":
        leave(_("Cancelled. What was made is kept."))
    else:
        leave(_("Stopped waiting for this job."))
