"""The facts of a job as text: for its receipt, for comparing two jobs, and in full for a finished one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import streamlit as st

from core.steps import Step
from jobs.model.makers import YOURS
from jobs.model.records import JobRecord, StepRecord
from jobs.model.request import PREVIEW, JobRequest
from pipeline import PREPARATION
from providers.offline import NAME as OFFLINE
from record.folder import FIRST_FRAME, VIDEO
from ui.server.files import file_path
from ui.session import job_service, language
from ui.session import translate as _
from ui.shared.links import address
from ui.shared.plain import escape_markdown, show_text
from ui.shared.words import clock, disk_size, in_seconds, kind_title, step_title, zone

_TEXT_STEPS: tuple[Step, ...] = ("image_prompt", "visual_elements", "video_description")


def receipt(job: JobRecord) -> dict[str, str]:
    """What was asked for, where it was made, and what came of it; what is not known is left out."""
    render, request = job.render, job.request
    negative = _("the server's default") if render.negative_prompt is None else render.negative_prompt or _("none")
    facts = {
        _("Mode"): kind_title("text" if request.white_frame else job.mode),
        _("Model"): job.model,
        _("Server"): server(job),
        _("Size"): job_service().videos.size(job),
        _("Length"): in_seconds(render.seconds),
        _("Frames"): str(render.num_frames),
        _("Frames per second"): str(render.fps),
        _("Seed"): str(render.seed),
        _("Inference steps"): str(render.num_inference_steps),
        _("Guidance scale"): str(render.guidance_scale),
        _("Negative prompt"): negative,
        _("Output quality"): render.output_quality or "",
        _("First frame"): _first_frame(job, request),
        _("Video file"): _file_size(job),
    }
    return {name: value for name, value in facts.items() if value}


def timings(job: JobRecord, steps: Sequence[StepRecord]) -> dict[str, str]:
    """When it happened and how long each part took."""
    facts = {_("Created"): moment(job.created)}
    for one in steps:
        if one.chosen and one.seconds is not None and one.step != "render":
            facts[_("{step}, time").format(step=step_title(one.step))] = _("{n} s").format(n=f"{one.seconds:.1f}")
    if job.queued and job.sent:
        facts[_("Time in the queue")] = clock((job.sent - job.queued).total_seconds())
    if job.sent and job.finished:
        facts[_("Time on the server")] = clock((job.finished - job.sent).total_seconds())
    if job.finished:
        facts[_("Ended")] = moment(job.finished)
    return facts


def texts(job: JobRecord, steps: Sequence[StepRecord]) -> dict[str, str]:
    """All texts in full, by their titles."""
    found = {_("Description") if job.mode == "full" else _("Prompt"): job.request.text}
    for step in _TEXT_STEPS:
        found |= {step_title(step): one.output for one in steps if one.step == step and one.chosen and one.output}
    return found


def makers(steps: Sequence[StepRecord]) -> dict[str, str]:
    """Who made the version of each step that counts."""
    words = _("{step}, made by")
    return {words.format(step=step_title(one.step)): maker(one) for one in steps if one.chosen and one.step != "render"}


def maker(step: StepRecord) -> str:
    """Provider and model, and whether a person changed it."""
    if step.provider in (None, YOURS):
        return _("yours")
    name = _("offline, without a model") if step.provider == OFFLINE else f"{step.provider} · {step.model}"
    return f"{name} · {_('edited by hand')}" if step.edited else name


def server(job: JobRecord) -> str:
    """The shown name of the server that has or had it; empty if none has yet."""
    name = job.shown_server or ""
    return _("preview engine") if name == PREVIEW else name


def moment(at: datetime) -> str:
    """A date and a time where the visitor is."""
    from babel.dates import format_datetime

    return format_datetime(at, "medium", tzinfo=zone(), locale=language())


def _first_frame(job: JobRecord, request: JobRequest) -> str:
    """The frame that was sent, by its digest."""
    if request.white_frame:
        return _("white")
    digests = [file.sha256 for file in job_service().files.recorded(job.id) if file.name == FIRST_FRAME]
    return f"SHA-256 {digests[0][:16]}…" if digests else ""


def _file_size(job: JobRecord) -> str:
    size = job_service().files.size(job, VIDEO)
    return "" if size is None else disk_size(size)


def finished_details(job: JobRecord) -> None:
    """A finished video's receipt, its times, and every version of every step."""
    steps = job_service().steps.of(job.id)
    with st.expander(_("Receipt and times"), icon=":material/receipt_long:"):
        left, right = st.columns(2)
        with left:
            _table(_("Receipt"), receipt(job) | {_("Job"): job.id})
        with right:
            _table(_("Times"), timings(job, steps))
    made = [one for one in steps if one.output and one.step in PREPARATION]
    if any(one.version > 1 for one in made):
        with st.expander(_("All versions of all steps"), icon=":material/history:"):
            _versions(job, made)


def _table(title: str, facts: dict[str, str]) -> None:
    st.markdown(f"**{title}**")
    st.table({name: escape_markdown(value) for name, value in facts.items()}, border="horizontal", alt=title)


def _versions(job: JobRecord, steps: Sequence[StepRecord]) -> None:
    ordered = sorted(steps, key=lambda one: (PREPARATION.index(one.step), one.version))
    for step, versions in groupby(ordered, key=lambda one: one.step):
        st.markdown(f"**{step_title(step)}**")
        for one in versions:
            used = f" · {_('this one was used')}" if one.chosen else ""
            st.caption(f"v{one.version} · {escape_markdown(maker(one))}{used}")
            _show(job, one)


def _show(job: JobRecord, one: StepRecord) -> None:
    if one.step != "first_frame":
        show_text(one.output or "")
    elif job_service().files.has(job, str(one.output)):
        words = _("First frame, version {n}").format(n=one.version)
        st.image(address(file_path(job.id, str(one.output))), width=320, alt=words)
    else:
        st.caption(_("The picture's file no longer exists."))
