"""The render as a card: the place in the line, a live bar, the server, and in the end the video or the reason."""

from __future__ import annotations

import streamlit as st

from jobs.reading import Progress
from jobs.records import Estimate, JobRecord
from jobs.wish import model_of, render_of, server_of
from render.servers import PREVIEW
from ui.components.chime import chime_switch
from ui.components.durations import clock, since
from ui.components.elsewhere import waits_for
from ui.components.not_begun import not_begun
from ui.components.plain import plain
from ui.components.player import show_video
from ui.components.receipt import about
from ui.components.step_names import step_title
from ui.components.thumbnail import thumbnail
from ui.components.trouble import show_trouble, show_warnings
from ui.session import own_desk
from ui.session import translate as _


def render_card(progress: Progress) -> None:
    """Everything about the render of a job that is on its way or has ended."""
    job = progress.job
    with st.container(border=True, key="card-render"):
        st.markdown(f"**{step_title('render')}**")
        if job.state == "queued":
            _queued(progress)
        elif job.state in ("submitted", "rendering", "saving"):
            _moving(progress)
        elif job.state == "completed":
            show_video(job)
        if job.error and job.state not in ("submitted", "rendering", "saving", "completed"):
            show_trouble(job.error.rebuilt())
        if job.state == "abandoned":
            st.info(_("The GPU may still be busy with this job; a new one waits until it is free."))
        show_warnings(job.warnings)
        _details(job)


def _queued(progress: Progress) -> None:
    job, place = progress.job, progress.place
    if place:
        words = _("Number {position} of {count} in the line for {server}")
        st.markdown(words.format(position=place.position, count=place.of, server=line_name(job.model)))
    if own_desk().is_paused(job.model):
        st.warning(_("Sending is paused. Go on with it on the Queue page."), icon=":material/pause:")
    if progress.estimate:
        st.caption(_("The render itself takes {time}.").format(time=about(progress.estimate)))
    if reason := waits_for(job.model):
        st.warning(reason, icon=":material/cloud_off:")


def _moving(progress: Progress) -> None:
    job = progress.job
    thumbnail(job, 240)
    percent = 100 if job.state == "saving" else job.progress
    moved = " · ".join([_("{percent} %").format(percent=percent), *_left(progress)])
    st.progress(percent, text=not_begun(job) or moved)
    st.caption(server_name(job))
    chime_switch()
    if job.unreachable_since:
        reason = job.error.rebuilt().message(_) if job.error else ""
        words = _("No word from the server for {time}. It is asked again. {reason}")
        text = words.format(time=clock(since(job.unreachable_since)), reason=reason)
        st.warning(plain(text), icon=":material/cloud_off:")


def _left(progress: Progress) -> list[str]:
    job, estimate = progress.job, progress.estimate
    if job.state == "saving":
        return [_("fetching the video")]
    if estimate is None or job.sent is None:
        return []
    return [left(estimate, since(job.sent))]


def left(estimate: Estimate, elapsed: float) -> str:
    """What remains of the usual time, with its spread and from how many renders that is known."""
    if elapsed >= estimate.median:
        words = _("usually {low} to {high} ({n} measured)")
        return words.format(low=clock(estimate.low), high=clock(estimate.high), n=estimate.n)
    return _("about {time} left ({low} to {high}, {n} measured)").format(
        time=clock(estimate.median - elapsed),
        low=clock(estimate.low - elapsed),
        high=clock(estimate.high - elapsed),
        n=estimate.n,
    )


def server_name(job: JobRecord) -> str:
    """Who renders."""
    return _("preview engine") if (job.server or "").startswith(PREVIEW) else plain(job.server or "")


def line_name(line: str) -> str:
    """The model, and the one server where it must be that."""
    only = server_of(line)
    if only is None:
        return plain(model_of(line))
    return f"{plain(model_of(line))} · {_('preview engine') if only == PREVIEW else plain(only)}"


def _details(job: JobRecord) -> None:
    """What only matters where something has to be looked up on the server."""
    if not job.server:
        return
    with st.expander(_("Details")):
        render = render_of(job)
        rows = {
            _("Job"): job.id,
            _("Server"): job.server if not job.server.startswith(PREVIEW) else _("preview engine"),
            _("Version of the server"): job.server_version or "",
            _("Id on the server"): job.server_job_id or "",
            _("Status on the server"): job.stage or "",
            _("Seed"): str(render.seed),
            _("Guidance scale"): str(render.guidance_scale),
            _("Inference steps"): str(render.num_inference_steps),
            _("Negative prompt"): _("the server's own") if render.negative_prompt is None else render.negative_prompt,
        }
        st.markdown("\n".join(f"- {name}: {plain(value)}" for name, value in rows.items() if value))
