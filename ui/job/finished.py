"""A finished video in the first place: the picture, and next to it what it is, its prompt, its seed and its takes."""

from __future__ import annotations

import streamlit as st

from core.steps import Step
from jobs.model.records import JobRecord, StepRecord
from jobs.plan.cautions import description_cautions
from ui.film.address import film_link
from ui.job.facts import moment, server
from ui.job.heard import heard_lines
from ui.job.takes import takes_strip
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import title_of
from ui.shared.notices import acting, show_notes
from ui.shared.plain import escape_markdown, show_text
from ui.shared.video import draft_badge, line_badge, look_badge, receipt_of, show_video
from ui.shared.words import clock, show_state

_TEXTS_OF_MOVA: tuple[Step, ...] = ("video_description",)


def finished_video(job: JobRecord) -> None:
    """Left the video with its star, right everything that is asked about it first."""
    left, right = st.columns([5, 3], gap="medium")
    with left:
        with st.container(key="screen"):
            if is_shown := show_video(job):
                _star(job)  # over its corner
        if not is_shown:
            _star(job)
        takes_strip(job)
    with right:
        st.title(escape_markdown(title_of(job.heading)))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            job_badges(job)
        film_link(job)
        st.caption(receipt_of(job))
        st.caption(_report(job))
        steps = job_service().steps.of(job.id)
        cautions = description_cautions(job.request, [one for one in steps if one.chosen])
        show_notes([*job.warnings, *cautions])
        heard_lines(job)
        st.markdown(f"**{_('Prompt')}**")
        with st.container(key="prompt-of-video"):
            show_text(sent_text(job, steps))
        with st.container(horizontal=True, vertical_alignment="center", key="seed-of-video"):
            st.markdown(f"**{_('Seed')}**", width="content")
            st.code(str(job.render.seed), language=None, width="content")


def job_badges(job: JobRecord) -> None:
    """The state, and what is special about a job."""
    show_state(job.state)
    if job.is_preview:
        st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")
    draft_badge(job)
    look_badge(job)
    line_badge(job)


def sent_text(job: JobRecord, steps: tuple[StepRecord, ...]) -> str:
    """The text that MOVA got."""
    described = (one.output for one in steps if one.step in _TEXTS_OF_MOVA and one.chosen and one.output)
    return next(described, None) or job.request.text


def _report(job: JobRecord) -> str:
    """Who rendered it, for how long, and when it ended."""
    parts = [escape_markdown(server(job))] if server(job) else []
    if job.sent and job.finished:
        parts.append(_("{time} on the server").format(time=clock((job.finished - job.sent).total_seconds())))
    if job.finished:
        parts.append(moment(job.finished))
    return " · ".join(parts)


def _star(job: JobRecord) -> None:
    label = _("No longer a favourite") if job.favourite else _("Favourite")
    icon = ":material/star:" if job.favourite else ":material/star_border:"
    st.button(label, key="star", icon=icon, on_click=_favoured, args=(job.id, not job.favourite))


@acting
def _favoured(job_id: str, favourite: bool) -> None:
    job_service().library.mark_favourite(job_id, favourite=favourite)
