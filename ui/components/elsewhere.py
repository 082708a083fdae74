"""Where a job's own server has died or does not answer: why it waits, and one click that sends it to another one."""

from __future__ import annotations

import streamlit as st

from config import Server
from errors import (
    JobLost,
    ServerDead,
    ServerError,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
    SubmissionNotTaken,
    WorkerDied,
)
from jobs.records import JobRecord
from jobs.states import JobState
from jobs.wish import model_of, server_of
from render.servers import PREVIEW
from ui.components.acting import acting
from ui.components.health_mark import health_mark
from ui.components.notices import leave
from ui.components.plain import plain
from ui.office import office
from ui.session import own_desk
from ui.session import translate as _

GO_TO = "go-to-job"  # the job whose page comes next
_ENDED_BY_SERVER: tuple[JobState, ...] = ("failed", "lost", "abandoned")
_SERVER_ERRORS = (
    *(WorkerDied, JobLost, SubmissionNotTaken),
    *(ServerUnreachable, ServerSilent, ServerWarmingUp, ServerDead),
)


def other_server(job: JobRecord) -> Server | None:
    """A server that is well and could do the job, where the job's own one is not."""
    if (job.server or server_of(job.model) or "").startswith(PREVIEW):
        return None
    sight = office().worker.watch.sight()
    return sight.other(model_of(job.model), job.server or server_of(job.model)) if sight else None


def waits_for(line: str) -> str:
    """Why nothing of a line is sent at present, in markdown; empty where a server of it is well."""
    sight = office().worker.watch.sight()
    trouble = sight.holds_up(line) if sight else None
    if trouble is None:
        return ""
    mark = f"{health_mark(trouble)} " if isinstance(trouble, ServerError) else ""
    return f"{mark}{plain(trouble.message(_))} {_('The job waits for it.')}"


def elsewhere_button(job: JobRecord) -> None:
    """One click for a job whose server does not answer; nothing where that is not so, or no other server is well."""
    stuck = job.unreachable_since is not None or job.state == "queued"
    other = other_server(job) if stuck else None
    if other is None:
        return
    st.button(
        _("Send it to another server"),
        key=f"elsewhere-{job.id}",
        icon=":material/alt_route:",
        on_click=acting(send_again),
        args=(job.id,),
        help=_("{server} is ready and takes it, with the same seed.").format(server=plain(other.name)),
    )


def again_button(job: JobRecord) -> None:
    """The same for a job that ended because of its server."""
    if job.state in _ENDED_BY_SERVER and job.error and isinstance(job.error.rebuilt(), _SERVER_ERRORS):
        st.button(
            _("Send again with the same seed"),
            key=f"again-{job.id}",
            icon=":material/replay:",
            on_click=acting(send_again),
            args=(job.id,),
        )


def send_again(job_id: str) -> None:
    """Send a job again with its seed, to another server where its own one is not well."""
    desk = own_desk()
    going = desk.send_again(job_id, anywhere=other_server(desk.get(job_id)) is not None)
    if going is None:
        leave(_("There is nothing to be sent again."))
        return
    leave(_("It is in the line again, with the same seed."))
    if going != job_id:
        st.session_state[GO_TO] = going
