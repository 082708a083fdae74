"""The render as a card: the place in the queue, a live bar, the server, and at the end the video or the reason."""

from __future__ import annotations

import streamlit as st

from jobs.model.records import Estimate, JobRecord
from jobs.model.request import PREVIEW
from jobs.model.states import LISTENING, ON_SERVER
from jobs.service.queue import Progress
from ui.create.receipt import about
from ui.job.server_acts import stall_box, waits_for
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import show_error, show_notes
from ui.shared.plain import escape_markdown
from ui.shared.video import thumbnail
from ui.shared.watching import chime_switch
from ui.shared.words import clock, not_begun, part_words, since, step_title


def render_card(progress: Progress) -> None:
    """Everything about the render of a job that is on its way or has ended."""
    job = progress.job
    with st.container(border=True, key="card-render"):
        st.markdown(f"**{step_title('render')}**")
        if job.state == "queued":
            _queued(progress)
        elif job.state in ON_SERVER:
            _moving(progress)
        if job.error and job.state not in ON_SERVER:
            show_error(job.error.rebuilt())
        if job.state == "unclear":
            st.info(_("Its slot on the server stays taken until it is found there, or the GPU is known to be free."))
        if job.state == "abandoned" and job.video_on_server:
            st.info(_("The server has finished it after all: its video can be fetched."))
        elif job.state == "abandoned":
            st.info(_("The GPU may still be busy with this job; a new one waits until it is free."))
        show_notes(job.warnings)
        _details(job)


def _queued(progress: Progress) -> None:
    job, place = progress.job, progress.place
    if place:
        words = _("Number {position} of {count} in the queue for {server}")
        st.markdown(words.format(position=place.position, count=place.of, server=queue_name(job)))
    if job_service().queue.is_paused(job.queue_key):
        st.warning(_("Sending is paused. Resume it on the Queue page."), icon=":material/pause:")
    if progress.estimate:
        st.caption(_("The render itself takes {time}.").format(time=about(progress.estimate)))
    if job_service().plans.render_of(job).given_up:
        st.caption(_("A server still renders a job that nobody waits for any more; until then it is taken."))
    if reason := waits_for(job):
        st.warning(reason, icon=":material/cloud_off:")


def _moving(progress: Progress) -> None:
    job = progress.job
    thumbnail(job, 240)
    percent = 100 if job.state == "saving" else progress.render.percent
    moved = " · ".join([_("{percent} %").format(percent=percent), *_left(progress)])
    st.progress(percent, text=not_begun(job) or moved)
    stall_box(job, progress.render)
    st.caption(server_name(job))
    chime_switch()
    if job.unreachable_since:
        reason = job.error.rebuilt().message(_) if job.error else ""
        words = _("No answer from the server for {time}. Trying again. {reason}")
        text = words.format(time=clock(since(job.unreachable_since)), reason=reason)
        st.warning(escape_markdown(text), icon=":material/cloud_off:")


def _left(progress: Progress) -> list[str]:
    if progress.job.state == "saving":
        return [_("listening") if progress.job.stage == LISTENING else _("fetching the video")]
    render, estimate = progress.render, progress.estimate
    left = [_left_of(estimate, render.seconds_left)] if estimate and render.seconds_left is not None else []
    return [*filter(None, [part_words(render)]), *left]


def _left_of(estimate: Estimate, seconds: float) -> str:
    """What remains of the usual time, with its range and the number of renders it is based on."""
    if seconds <= 0:
        words = _("usually {low} to {high} ({n} measured)")
        return words.format(low=clock(estimate.low), high=clock(estimate.high), n=estimate.n)
    return _("about {time} left ({low} to {high}, {n} measured)").format(
        time=clock(seconds),
        low=clock(seconds + estimate.low - estimate.median),
        high=clock(seconds + estimate.high - estimate.median),
        n=estimate.n,
    )


def server_name(job: JobRecord) -> str:
    """Who renders."""
    return _("preview engine") if job.on_own_preview else escape_markdown(job.server or "")


def queue_name(job: JobRecord) -> str:
    """The model, and the one server where it must be that."""
    if job.wanted_server is None:
        return escape_markdown(job.model)
    server = _("preview engine") if job.wanted_server == PREVIEW else escape_markdown(job.wanted_server)
    return f"{escape_markdown(job.model)} · {server}"


def _details(job: JobRecord) -> None:
    """Details that matter only for looking something up on the server."""
    if not job.server:
        return
    with st.expander(_("Details")):
        render = job.render
        rows = {
            _("Job"): job.id,
            _("Server"): server_name(job),
            _("Version of the server"): job.server_version or "",
            _("Id on the server"): job.server_job_id or "",
            _("Status on the server"): _server_status(job),
            _("Seed"): str(render.seed),
            _("Guidance scale"): str(render.guidance_scale),
            _("Inference steps"): str(render.num_inference_steps),
            _("Negative prompt"): _("the server's default")
            if render.negative_prompt is None
            else render.negative_prompt,
        }
        said = {name: escape_markdown(value) for name, value in rows.items() if value}
        st.markdown(
            "\n".join(f"- {_('{name}: {value}').format(name=name, value=value)}" for name, value in said.items())
        )


def _server_status(job: JobRecord) -> str:
    """The server's own word for the job, in the reader's language; empty for what is a note of ours."""
    words = {
        "queued": _("Queued"),
        "in_progress": _("Rendering"),
        "completed": _("Done"),
        "failed": _("Failed"),
        "deleted": _("Deleted"),
    }
    return words.get(job.stage or "", "")
