"""Acts for a job on a server, or on its way to one: send it to another server, or stop waiting for it."""

from __future__ import annotations

import streamlit as st

from core.errors import (
    JobLost,
    ServerDead,
    ServerError,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
    SubmissionNotTaken,
    WorkerDied,
)
from jobs.model.records import JobRecord
from jobs.model.states import ENDED_BADLY
from jobs.plan.progress import RenderProgress
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import acting, leave
from ui.shared.plain import escape_markdown
from ui.shared.words import clock, health_mark

# Where a job's own server has died or does not answer: why it waits, and one click that sends it to another one.

GO_TO = "go-to-job"  # the job whose page comes next
COMPARE = "go-to-compare"  # the jobs whose comparison comes next
_ASKED = "asked-to-stop"
_SERVER_ERRORS = (
    *(WorkerDied, JobLost, SubmissionNotTaken),
    *(ServerUnreachable, ServerSilent, ServerWarmingUp, ServerDead),
)


def waits_for(job: JobRecord) -> str:
    """Why a job in the queue is not sent at present, in markdown; empty if one of its servers is ready."""
    error = job_service().plans.holds_up(job)
    if error is None:
        return ""
    mark = f"{health_mark(error)} " if isinstance(error, ServerError) else ""
    return f"{mark}{escape_markdown(error.message(_))} {_('The job waits for it.')}"


def elsewhere_button(job: JobRecord) -> None:
    """One click for a job whose server does not answer; nothing if it does, or if no other server is ready."""
    stuck = job.unreachable_since is not None or job.state in ("queued", "rendering")
    other = job_service().plans.other_server(job) if stuck else None
    if other is None:
        return
    about = _("{server} is ready and will render it with the same seed.").format(server=escape_markdown(other))
    _send_button(_("Send it to another server"), job, "alt_route", about)


def stall_box(job: JobRecord, render: RenderProgress) -> None:
    """For a job that stands still on its server: since when, and the way to wait on; other acts are beside it."""
    stall = render.stall
    if job.state != "rendering" or stall is None:
        return
    words = {
        "encoding": _("Still encoding after {time}, where {usual} is usual."),
        "denoising": _("No step for {time}, where {usual} is usual."),
        "decoding": _("Still decoding after {time}, where {usual} is usual."),
    }[stall.part].format(time=clock(stall.seconds), usual=clock(stall.usual))
    said = _("The server may be stuck; nothing new is sent there.")
    if not stall.asks:
        st.caption(f"{words} {_('You chose to wait on.')}")
        return
    st.warning(f"{words} {said}", icon=":material/hourglass_disabled:")
    st.button(
        _("Wait on"),
        key=f"wait-on-{job.id}",
        icon=":material/hourglass_top:",
        on_click=acting(_wait_on),
        args=(job.id,),
    )


def _wait_on(job_id: str) -> None:
    if not job_service().wait_on(job_id):
        leave(_("It had already ended."))


def again_button(job: JobRecord) -> None:
    """The same for a job that ended because of its server; nothing is rendered again while its video can be fetched."""
    ended = job.state in ENDED_BADLY and job.error and isinstance(job.error.rebuilt(), _SERVER_ERRORS)
    if ended and not job.video_on_server:
        _send_button(_("Send again with the same seed"), job, "replay")


def _send_button(label: str, job: JobRecord, icon: str, about: str | None = None) -> None:
    key, sign = f"send-{job.id}", f":material/{icon}:"
    st.button(label, key=key, icon=sign, on_click=acting(send_again), args=(job.id,), help=about)


def send_again(job_id: str) -> None:
    """Send a job again with its seed, to another server if its own is not ready."""
    service = job_service()
    going = service.send_again(job_id, anywhere=service.plans.other_server(service.get(job_id)) is not None)
    if going is None:
        leave(_("There is nothing to send again."))
        return
    leave(_("It is back in the queue, with the same seed."))
    if going != job_id:
        st.session_state[GO_TO] = going


# Cancelling a job or no longer waiting for it: the words tell what costs nothing and what a GPU continues.


def stop_buttons(job: JobRecord) -> None:
    """The button, replaced by a confirmation once it was pressed."""
    if st.session_state.get(_ASKED) != job.id:
        st.button(_stop_word(job), key=f"stop-{job.id}", on_click=_ask, args=(job.id,))
        return
    st.warning(_consequence(job), icon=":material/front_hand:")
    st.button(_stop_word(job), key=f"really-{job.id}", on_click=acting(_stop), args=(job.id,))
    st.button(_("Keep it"), key=f"keep-{job.id}", on_click=_ask, args=(None,))


def _is_sent(job: JobRecord) -> bool:
    return job.state != "preparing" and not job.on_own_preview


def _stop_word(job: JobRecord) -> str:
    return _("Stop waiting") if _is_sent(job) else _("Cancel the job")


def _consequence(job: JobRecord) -> str:
    if job.state == "preparing":
        return _("Cancel? What was made is kept; a request that a service already has may still be billed.")
    if not _is_sent(job):
        return _("Cancel? It is rendered by the preview engine on this machine; no GPU works on it.")
    return _("The server cannot stop a running job. You stop waiting for it; its GPU stays busy until the job ends.")


def _ask(job_id: str | None) -> None:
    st.session_state[_ASKED] = job_id


def _stop(job_id: str) -> None:
    """Cancel a job that was not sent, stop waiting for one that was, whatever its state is by now."""
    st.session_state[_ASKED] = None
    service = job_service()
    happened = service.cancel(job_id) or service.stop_waiting(job_id)
    if not happened:
        leave(_("It had already ended."))
    elif service.get(job_id).state == "cancelled":
        leave(_("Cancelled. What was made is kept."))
    else:
        leave(_("Stopped waiting for this job."))
