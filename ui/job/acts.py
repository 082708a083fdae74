"""What can be done with a job: exactly one primary button, named after what it does, and secondary ones next to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import streamlit as st

from core.errors import ABOUT_REFERENCES, ServiceMissing
from core.render_settings import draw_seed
from core.steps import Step
from jobs.model.records import JobRecord
from jobs.model.states import allowing
from jobs.plan.plan import JobPlan
from ui.create.receipt import show_plan
from ui.job.finished_acts import delete_button, finished_acts
from ui.job.server_acts import elsewhere_button, send_again, stop_buttons
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.notices import acting, leave, refused
from ui.shared.plain import escape_markdown
from ui.shared.widgets import act_bar
from ui.shared.words import act_label

_BEFORE, _AGAIN = allowing("approve"), allowing("retry")


def job_acts(job: JobRecord, plan: JobPlan) -> None:
    """The buttons for the job's present state, below the receipt of what they would do."""
    following, before = plan.next.step, job.state in _BEFORE
    buys = before or (job.state in _AGAIN and bool(plan.steps.to_buy))
    with act_bar(above=partial(show_plan, plan) if buys else None):
        if before:
            _go_on(job, plan)
        elif job.state in _AGAIN:
            _again(job, following)
        elif job.state == "unclear":
            _unclear(job)
        elif job.state == "completed":
            finished_acts(job)
        else:
            _meanwhile(job)


def _go_on(job: JobRecord, plan: JobPlan) -> None:
    following = plan.next.step
    label = act_label(following, preview=plan.render.is_preview)
    _button(label, _approve, job.id, following, icon="arrow_forward", primary=True)
    if following != "render":
        _button(_("Run to the end"), _run_to_end, job.id, following, icon="fast_forward")
    _cancel(job)


def _unclear(job: JobRecord) -> None:
    """The acts for a job that may or may not be on its server: the person may know more than the program."""
    _button(_("Check the server again"), _look_again, job.id, icon="search", primary=True)
    about = _(
        "It may be rendered twice. This job is no longer waited for, and a copy with the same seed joins the queue."
    )
    st.button(
        _("Send again anyway"),
        key="act-send-again",
        on_click=acting(send_again),
        args=(job.id,),
        icon=":material/replay:",
        help=about,
    )
    stop_buttons(job)
    delete_button(job)


def _again(job: JobRecord, following: Step) -> None:
    label = _("Send again with the same seed") if following == "render" else act_label(following)
    if following != "render":
        pictures = bool(job.request.references and job.error and isinstance(job.error.rebuilt(), ABOUT_REFERENCES))
        if pictures:
            _button(_("Continue with words only"), _words_only, job.id, icon="text_fields", primary=True)
        _button(label, _retry, job.id, following, icon="replay", primary=not pictures)
        return
    if job.video_on_server:
        _button(_("Fetch the video"), _fetch_again, job.id, icon="download", primary=True)
    if warning := job_service().plans.second_render(job):
        st.caption(f":material/warning: {escape_markdown(warning.text(_))}")
    _button(label, send_again, job.id, icon="replay", primary=not job.video_on_server)
    _button(_("Try another seed"), _other_seed, job.id, icon="casino")
    if other := job_service().plans.other_server(job):
        st.caption(_("{server} is ready and will render it with the same seed.").format(server=escape_markdown(other)))


def _meanwhile(job: JobRecord) -> None:
    """While the job runs, the primary act is to create another video."""
    if st.button(_("Create another video"), key="another", type="primary", icon=":material/add:"):
        st.switch_page("create/create.py", query_params=query())
    elsewhere_button(job)
    if job.state == "preparing" and job.error and job.error.kind == ServiceMissing.__name__:
        _button(_("Use the services available here"), _services_here, job.id, icon="swap_horiz")
    if job.state == "queued":
        _button(_("Withdraw and edit"), _hold, job.id, icon="edit")
        _cancel(job)
    elif job.state != "saving":
        stop_buttons(job)


def _cancel(job: JobRecord) -> None:
    about = _("Nothing has been sent to a server, so this costs nothing; what was made is kept.")
    st.button(_("Cancel the job"), key="cancel", on_click=acting(_cancelled), args=(job.id,), help=about)


def _button(label: str, act: Callable[..., object], job_id: str, *more: Step, icon: str, primary: bool = False) -> None:
    kind = "primary" if primary else "secondary"
    st.button(
        label,
        key=f"act-{getattr(act, '__name__', '')}",
        on_click=acting(_with_what_stands_there),
        args=(act, job_id, *more),
        icon=f":material/{icon}:",
        type=kind,  # type: ignore[arg-type]
    )


def _with_what_stands_there(act: Callable[..., object], job_id: str, *more: Step) -> object:
    """Do it, unless a field of the job holds what could not be recorded: something else would be made or sent."""
    for fields in (f"text-{job_id}-", f"render-{job_id}-"):
        if error := refused(fields):
            raise error
    return act(job_id, *more)


def _approve(job_id: str, following: Step) -> bool:
    _make_anew(job_id, following, only=following)
    return job_service().approve(job_id, expected=following)


def _run_to_end(job_id: str, following: Step) -> bool:
    is_asked = _make_anew(job_id, following)  # then a step before the one that is asked about may be the next
    return job_service().approve(job_id, to_end=True, expected=None if is_asked else following)


def _make_anew(job_id: str, following: Step, only: Step | None = None) -> bool:
    """The button names a step that another maker made: pressing it makes that step again."""
    asked = job_service().steps.in_question(job_id)
    is_asked = bool(asked) and asked[0].step == following
    if is_asked:
        job_service().steps.decide(job_id, keep=False, only=only)
    return is_asked


def _services_here(job_id: str) -> None:
    job_service().steps.decide(job_id, keep=False)


def _fetch_again(job_id: str) -> bool:
    return job_service().retry(job_id)


def _retry(job_id: str, following: Step) -> bool:
    _make_anew(job_id, following, only=following)
    return job_service().retry_from(job_id, expected=following)


def _words_only(job_id: str) -> bool:
    return job_service().words_only(job_id)


def _look_again(job_id: str) -> None:
    if not job_service().look_again(job_id):
        leave(_("The server is idle and cannot tell its jobs apart: check its own list of jobs."))


def _hold(job_id: str) -> None:
    if not job_service().hold(job_id):
        leave(_("Too late: it has already been sent to the server."))


def _cancelled(job_id: str) -> None:
    if job_service().cancel(job_id):
        leave(_("Cancelled. What was made is kept."))
    else:
        leave(_("Too late: it has already been sent to the server."))


def _other_seed(job_id: str) -> bool:
    """The same job once more, with a new seed."""
    service = job_service()
    render = dataclasses.replace(service.get(job_id).render, seed=draw_seed())
    return service.steps.change(job_id, render=render) and service.retry_from(job_id)
