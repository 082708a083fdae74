"""A whole job on its page: head, stepper, acts and render, refreshed while it moves."""

from __future__ import annotations

import streamlit as st

from jobs.reading import Progress
from jobs.records import JobRecord
from jobs.states import JobState
from jobs.wish import Wish, render_of
from step_result import STEPS
from ui.components.chime import ring
from ui.components.elsewhere import GO_TO
from ui.components.finished_details import finished_details
from ui.components.frame_card import change_frame, frame_card, show_frame
from ui.components.in_view import newest_in_view
from ui.components.job_acts import job_acts
from ui.components.look_badge import look_badge
from ui.components.notices import leave, say_notice
from ui.components.plain import show_text
from ui.components.player import receipt_of
from ui.components.render_card import render_card
from ui.components.render_fields import offered_negative_prompt, render_fields
from ui.components.state_words import show_state, state_word
from ui.components.step_card import text_card
from ui.components.step_names import step_title
from ui.components.step_view import EDITABLE, MOVING, StepView, next_step, step_views
from ui.components.trouble import show_trouble
from ui.session import own_desk
from ui.session import translate as _

_PACE = 1.0  # seconds between looks while the job moves


def show_job(job_id: str) -> None:
    """The job, looked at every second while it moves and not at all otherwise."""
    before = own_desk().get(job_id).state

    def look() -> None:
        if GO_TO in st.session_state or own_desk().known(job_id) is None:
            st.rerun()
        progress = own_desk().progress(job_id)
        if progress.job.state != before:  # the whole page is drawn anew: the tab's title and the pace change too
            _tell_end(before, progress.job.state)
            st.rerun()
        _draw(progress)
        say_notice()

    st.fragment(look, run_every=_PACE if before in MOVING else None)()


def _tell_end(before: JobState, now: JobState) -> None:
    """A finish or a wait is noticed wherever on the page one looks."""
    if before in MOVING and now not in MOVING:
        leave(_("The video is ready.") if now == "completed" else state_word(now))
        if now == "completed":
            ring()


def _draw(progress: Progress) -> None:
    job = progress.job
    views = step_views(own_desk().steps(job.id))
    following = next_step(job, views)
    _head(job)
    if job.state not in ("draft", "waiting", "preparing") and following == "render":
        render_card(progress)
        job_acts(job, following)
        with st.expander(_("How it was made"), expanded=job.state in EDITABLE, icon=":material/stacks:"):
            _made(job, views)
            _settings(job)
        if job.final:
            finished_details(job)
        return
    last = max((place for place, view in enumerate(views, 1) if view.shown or view.state != "pending"), default=0)
    reached = last if job.mode == "full" else len(views)
    _made(job, views[:reached])
    if job.mode == "full" and job.state == "waiting":
        newest_in_view(job.id, views[:reached])
    if job.error:
        show_trouble(job.error.rebuilt())
    _settings(job)
    job_acts(job, following)
    _stepper(job, views[reached:])


def _settings(job: JobRecord) -> None:
    if job.state in EDITABLE:
        offered_negative_prompt(job)
        render_fields(job)


def _made(job: JobRecord, views: tuple[StepView, ...]) -> None:
    if job.mode == "full":
        _stepper(job, views)
    else:
        _given(job, views[STEPS.index("first_frame")])


def _head(job: JobRecord) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_state(job.state)
        if job.preview:
            st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")
        look_badge(job)
        st.caption(receipt_of(job), width="content")
    if job.mode == "full":
        st.text(Wish.of(job).text)


def _stepper(job: JobRecord, views: tuple[StepView, ...]) -> None:
    """One card a step, in their order."""
    editable = job.state in EDITABLE
    elements = next((view.shown.output or "" for view in views if view.step == "visual_elements" and view.shown), "")
    for view in views:
        if view.step == "first_frame":
            frame_card(job, view, editable=editable)
        else:
            text_card(job, view, editable=editable, elements=elements)


def _given(job: JobRecord, frame: StepView) -> None:
    """Simple Mode has no steps: its prompt and its first frame, to be changed as long as nothing was sent."""
    editable, wish = job.state in EDITABLE, Wish.of(job)
    with st.container(border=True, key="card-given"):
        key = f"prompt-{job.id}"
        if editable:
            st.text_area(_("Prompt"), wish.text, height=160, key=key, on_change=_reworded, args=(job.id, key))
        else:
            st.markdown(f"**{_('Prompt')}**")
            show_text(wish.text)
        st.markdown(f"**{step_title('first_frame')}**")
        show_frame(job, frame)
        if editable:
            change_frame(job, frame)


def _reworded(job_id: str, key: str) -> None:
    """Another prompt for a job that was not sent; an empty one changes nothing."""
    import dataclasses

    from description.text import collapse

    desk, text = own_desk(), collapse(st.session_state[key])
    if not text:
        leave(_("The prompt is empty. Write at least one word."))
        return
    job = desk.get(job_id)
    desk.change(job_id, dataclasses.replace(Wish.of(job), text=text), render_of(job), job.model)
