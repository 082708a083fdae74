"""A whole job on its page: head, stepper, acts and render, refreshed while it moves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.steps import STEPS, Step
from jobs.model.records import JobRecord
from jobs.model.states import MOVING, JobState
from jobs.service.queue import Progress
from ui.film.address import film_link
from ui.job.acts import job_acts
from ui.job.facts import finished_details
from ui.job.finished import finished_video, job_badges
from ui.job.frame_card import change_frame, frame_card, show_frame
from ui.job.render_card import render_card
from ui.job.render_fields import offered_negative_prompt, render_fields
from ui.job.server_acts import COMPARE, GO_TO
from ui.job.step_card import EDITABLE, StepView, step_views, text_card
from ui.job.wording import wording_card
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import title_of
from ui.shared.notices import leave, say_notice, show_error
from ui.shared.plain import escape_markdown
from ui.shared.video import receipt_of
from ui.shared.watching import note_drawn, ring
from ui.shared.words import state_word, step_title

_PACE = 1.0  # seconds between refreshes while the job is under way
_JS = (Path(__file__).parents[1] / "browser" / "in_view.js").read_text(encoding="utf-8")


def show_job(job_id: str) -> None:
    """The job, refreshed every second while it is under way and not at all otherwise."""
    before = job_service().get(job_id).state

    def look() -> None:
        if GO_TO in st.session_state or COMPARE in st.session_state or job_service().known(job_id) is None:
            st.rerun()
        note_drawn(job_id)
        progress = job_service().queue.progress(job_id)
        if progress.job.state != before:  # the whole page is drawn anew: the tab's title and the pace change too
            _tell_end(before, progress.job.state)
            st.rerun()
        _draw(progress)
        say_notice()

    st.fragment(look, run_every=_PACE if before in MOVING else None)()


def _tell_end(before: JobState, now: JobState) -> None:
    """Say prominently that the job has ended or waits for the person."""
    if before in MOVING and now not in MOVING:
        leave(_("The video is ready.") if now == "completed" else state_word(now))
        if now == "completed":
            ring()


def _draw(progress: Progress) -> None:
    job = progress.job
    plan = job_service().plans.of(job.id)
    views, following = step_views(job_service().steps.of(job.id), plan.steps), plan.next.step
    if job.state == "completed":
        finished_video(job)
        job_acts(job, plan)
        st.subheader(_("How it was made"))
        _made(job, views, following)
        finished_details(job)
        return
    _head(job)
    is_sent = job.state not in ("draft", "waiting", "preparing") and following == "render"
    if is_sent:
        render_card(progress)
    _made(job, views, following)
    if job.mode == "full" and job.state == "waiting":
        newest_in_view(job.id, [view for view in views if view.shown])
    if job.error and not is_sent:
        show_error(job.error.rebuilt())
    if job.state in EDITABLE:
        offered_negative_prompt(job)
        render_fields(job)
    job_acts(job, plan)
    if is_sent and job.final:
        finished_details(job)


def _head(job: JobRecord) -> None:
    st.title(escape_markdown(title_of(job.heading)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        job_badges(job)
        st.caption(receipt_of(job), width="content")
    film_link(job)


def _made(job: JobRecord, views: tuple[StepView, ...], following: Step) -> None:
    """What the job begins with, then its steps in their order, each a line; the one to look at now is open."""
    editable = job.state in EDITABLE
    now = open_step(views, following) if editable else None
    with st.container(key="steps", gap="xsmall"):
        wording_card(job, is_open=editable and (now is None or job.mode == "simple"))
        if job.mode == "simple":
            _given(job, views[STEPS.index("first_frame")], editable=editable)
            return
        elements = next((one.shown.output or "" for one in views if one.step == "visual_elements" and one.shown), "")
        for view in views:
            is_open = view.step == now or bool(editable and view.reason)
            if view.step == "first_frame":
                frame_card(job, view, editable=editable, is_open=is_open)
            else:
                text_card(job, view, editable=editable, is_open=is_open, elements=elements)


def open_step(views: Sequence[StepView], following: Step) -> Step | None:
    """The last result before what comes next, or what failed: the one to look at. None where nothing was made yet."""
    if any(one.step == following and one.state == "failed" for one in views):
        return following
    before = [one.step for one in views if STEPS.index(one.step) < STEPS.index(following)]
    return next((one.step for one in reversed(views) if one.step in before and one.state == "done"), None)


def _given(job: JobRecord, frame: StepView, *, editable: bool) -> None:
    """Simple Mode's first frame, to be changed as long as nothing was sent."""
    with st.container(border=True, key="card-given"):
        st.markdown(f"**{step_title('first_frame')}**")
        show_frame(job, frame)
        if editable:
            change_frame(job, frame)


def newest_in_view(job_id: str, views: Sequence[StepView]) -> None:
    """Scroll to the last card, often below the window: once for each result that the person did not write."""
    newest = views[-1].shown if len(views) > 1 else None
    if newest is None or newest.edited:
        return
    mark = f"{job_id} {newest.step} {newest.version}"
    data = {"card": f"card-{newest.step}-open", "mark": mark}
    st.components.v2.component("mova_in_view", js=_JS)(key="in-view", data=data, height=1)
