"""What can be done with a job: exactly one primary button, named after what it does, and quieter ones beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import streamlit as st

from jobs.records import JobRecord
from jobs.states import JobState
from jobs.wish import Wish, render_of, server_of
from render.servers import PREVIEW
from render_settings import draw_seed
from step_result import Step
from ui.components.act_bar import act_bar
from ui.components.acting import acting
from ui.components.elsewhere import elsewhere_button, other_server, send_again
from ui.components.finished_acts import finished_acts
from ui.components.links import query
from ui.components.notices import leave
from ui.components.plain import plain
from ui.components.step_names import act_label
from ui.components.stop_waiting import stop_buttons
from ui.session import own_desk
from ui.session import translate as _

_BEFORE: tuple[JobState, ...] = ("draft", "waiting")
_AGAIN: tuple[JobState, ...] = ("failed", "cancelled", "abandoned", "lost")


def job_acts(job: JobRecord, following: Step) -> None:
    """The buttons for the job's present state."""
    with act_bar():
        if job.state in _BEFORE:
            _go_on(job, following)
        elif job.state in _AGAIN:
            _again(job, following)
        elif job.state == "completed":
            finished_acts(job)
        else:
            _meanwhile(job)


def _go_on(job: JobRecord, following: Step) -> None:
    unclear = job.error is not None and job.server is not None
    label = _("Send again") if unclear else act_label(following, preview=server_of(job.model) == PREVIEW)
    _button(label, _approve, job.id, icon="arrow_forward", primary=True)
    if following != "render":
        _button(_("Run to the end"), _run_to_end, job.id, icon="fast_forward")
    _cancel(job)


def _again(job: JobRecord, following: Step) -> None:
    label = _("Send again with the same seed") if following == "render" else act_label(following)
    if following != "render":
        _button(label, _retry, job.id, icon="replay", primary=True)
        return
    if job.video_on_server:
        _button(_("Fetch the video again"), _fetch_again, job.id, icon="download", primary=True)
    _button(label, send_again, job.id, icon="replay", primary=not job.video_on_server)
    _button(_("Try another seed"), _other_seed, job.id, icon="casino")
    if other := other_server(job):
        st.caption(_("{server} is ready and takes it, with the same seed.").format(server=plain(other.name)))


def _meanwhile(job: JobRecord) -> None:
    """While it moves the next useful act is another video."""
    if st.button(_("Create another video"), key="another", type="primary", icon=":material/add:"):
        st.switch_page("create.py", query_params=query())
    elsewhere_button(job)
    if job.state == "queued":
        _button(_("Take it back to change it"), _hold, job.id, icon="edit")
        _cancel(job)
    elif job.state != "saving":
        stop_buttons(job)


def _cancel(job: JobRecord) -> None:
    about = _("Nothing has been sent to a server, so this costs nothing; what was made is kept.")
    st.button(_("Cancel the job"), key="cancel", on_click=acting(_cancelled), args=(job.id,), help=about)


def _button(label: str, act: Callable[[str], None], job_id: str, *, icon: str, primary: bool = False) -> None:
    kind = "primary" if primary else "secondary"
    st.button(
        label,
        key=f"act-{getattr(act, '__name__', '')}",
        on_click=acting(act),
        args=(job_id,),
        icon=f":material/{icon}:",
        type=kind,  # type: ignore[arg-type]
    )


def _approve(job_id: str) -> None:
    own_desk().approve(job_id)


def _run_to_end(job_id: str) -> None:
    own_desk().approve(job_id, to_end=True)


def _fetch_again(job_id: str) -> None:
    own_desk().retry(job_id)


def _retry(job_id: str) -> None:
    own_desk().retry_from(job_id)


def _hold(job_id: str) -> None:
    if not own_desk().hold(job_id):
        leave(_("Too late: it has been sent to the server by now."))


def _cancelled(job_id: str) -> None:
    if own_desk().cancel(job_id):
        leave(_("Cancelled. What was made is kept."))
    else:
        leave(_("Too late: it has been sent to the server by now."))


def _other_seed(job_id: str) -> None:
    """The same job once more, with a new seed."""
    desk = own_desk()
    job = desk.get(job_id)
    render = dataclasses.replace(render_of(job), seed=draw_seed())
    if desk.change(job_id, Wish.of(job), render, job.model):
        desk.retry_from(job_id)
