"""What is to be known of a job, in words: for its receipt, and to lay two beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jobs.preparing import YOURS
from jobs.records import JobRecord, StepRecord
from jobs.wish import Wish, model_of, render_of, shown_server
from providers.offline import NAME as OFFLINE
from record.folder import FIRST_FRAME, VIDEO
from render.servers import PREVIEW
from step_result import Step
from ui.components.durations import clock
from ui.components.sizes import disk_size
from ui.components.step_names import step_title
from ui.session import language, own_desk
from ui.session import translate as _

_TEXT_STEPS: tuple[Step, ...] = ("image_prompt", "visual_elements", "video_description")


def receipt(job: JobRecord) -> dict[str, str]:
    """What was asked for, where it was made, and what came of it; what is not known is left out."""
    render, wish = render_of(job), Wish.of(job)
    negative = _("the server's own") if render.negative_prompt is None else render.negative_prompt or _("none")
    facts = {
        _("Mode"): _("Full Workflow") if job.mode == "full" else _("Simple Mode"),
        _("Model"): model_of(job.model),
        _("Server"): server(job),
        _("Size"): render.size,
        _("Length"): f"{render.seconds:.2f} s",
        _("Frames"): str(render.num_frames),
        _("Frames per second"): str(render.fps),
        _("Seed"): str(render.seed),
        _("Inference steps"): str(render.num_inference_steps),
        _("Guidance scale"): str(render.guidance_scale),
        _("Negative prompt"): negative,
        _("First frame"): _first_frame(job, wish),
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
        facts[_("Time in our line")] = clock((job.sent - job.queued).total_seconds())
    if job.sent and job.finished:
        facts[_("Time on the server")] = clock((job.finished - job.sent).total_seconds())
    if job.finished:
        facts[_("Ended")] = moment(job.finished)
    return facts


def texts(job: JobRecord, steps: Sequence[StepRecord]) -> dict[str, str]:
    """All texts in full, by what they are called."""
    found = {_("Description") if job.mode == "full" else _("Prompt"): Wish.of(job).text}
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
    """What people call the server that has it or had it; empty where none has yet."""
    name = shown_server(job) or ""
    return _("preview engine") if name == PREVIEW else name


def moment(at: datetime) -> str:
    """A date and a time where the visitor is."""
    from babel.dates import format_datetime

    from ui.components.time_zone import zone

    return format_datetime(at, "medium", tzinfo=zone(), locale=language())


def _first_frame(job: JobRecord, wish: Wish) -> str:
    """The frame that was sent, by its digest."""
    if wish.white_frame:
        return _("white")
    digests = [file.sha256 for file in own_desk().files(job.id) if file.name == FIRST_FRAME]
    return f"SHA-256 {digests[0][:16]}…" if digests else ""


def _file_size(job: JobRecord) -> str:
    path = own_desk().folder_of(job) / VIDEO
    return disk_size(path.stat().st_size) if path.is_file() else ""
