"""Jobs as programs read them: no path of this machine, errors with their codes, sentences in the language asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from pydantic import BaseModel

from api.problems import Problem, problem_of
from core.request_options import RequestOptions
from core.steps import Step
from jobs.model.request import JobRequest, Mode
from jobs.model.states import RULES, Act, JobState, StepState
from jobs.plan.plan import Act as NextWord

if TYPE_CHECKING:
    from api.access import Caller
    from jobs.model.records import Estimate, JobRecord, StepRecord
    from jobs.plan.plan import JobPlan

JOBS = "/api/v1/jobs"


class RenderDocument(BaseModel):
    """The numbers of a render; ``seed`` is the one that was drawn."""

    size: str
    num_frames: int
    fps: int
    seconds: float
    guidance_scale: float
    num_inference_steps: int
    seed: int
    negative_prompt: str | None
    output_quality: str | None


class Place(BaseModel):
    """Where a job stands in the queue: ``position`` from 1, ``of`` all."""

    position: int
    of: int


class RenderTime(BaseModel):
    """Seconds that such renders take, from ``n`` finished ones; ``low`` to ``high`` covers the middle 80 %."""

    median: float
    low: float
    high: float
    n: int


class JobDocument(BaseModel):
    """A job. ``state_word`` is its state in words; ``acts`` are what may be done with it now; ``preview`` says that a
    preview engine rendered it, which is not MOVA.
    """

    id: str
    object: Literal["job"] = "job"
    name: str
    mode: Mode
    state: JobState
    state_word: str
    acts: list[Act]
    text: str
    model: str
    server: str | None
    orientation: str
    render: RenderDocument
    options: dict[str, bool]
    until: Step | None
    review_each_step: bool
    progress: int
    error: Problem | None
    warnings: list[str]
    preview: bool
    favourite: bool
    parent: str | None
    extends: str | None
    created: datetime
    updated: datetime
    finished: datetime | None
    url: str
    video_url: str | None


class JobDetails(JobDocument):
    """The same with its place in the queue and what is known of its time."""

    place: Place | None
    seconds_left: float | None
    render_time: RenderTime | None


class JobPage(BaseModel):
    """Jobs, newest first. ``next`` is the cursor of the page after it, None at the end."""

    jobs: list[JobDocument]
    next: str | None


class Outcome(BaseModel):
    """What an act has done, in words, and the job after it."""

    done: str
    job: JobDocument


class StepDocument(BaseModel):
    """A version of a step. ``output`` is its text; a picture has a ``url``."""

    step: Step
    version: int
    state: StepState
    chosen: bool
    service: str | None
    model: str | None
    output: str | None
    url: str | None
    edited: bool
    kept: bool
    warnings: list[str]
    seconds: float | None
    tokens: int | None
    created: datetime | None


class StepList(BaseModel):
    """All versions of all steps."""

    steps: list[StepDocument]


class FileDocument(BaseModel):
    """A file of a job."""

    name: str
    kind: str
    bytes: int
    sha256: str
    url: str


class FileList(BaseModel):
    """The files of a job."""

    files: list[FileDocument]


class PlannedDocument(BaseModel):
    """What will be done about a step, by which service and model, and how often it is asked."""

    step: Step
    action: Literal["keep", "reuse", "make"]
    service: str | None
    model: str | None
    calls_least: int
    calls_most: int


class EstimateDocument(BaseModel):
    """What would happen if it were ordered now. ``refusal`` is why it would not be accepted; ``held_up`` why nothing is
    sent at present; times are in seconds, None where nothing like it was measured. ``takes`` are rendered at most,
    in ``gpu_seconds`` together; ``heard_by`` hears each once at most, which is among the calls.
    """

    next_act: NextWord
    next_step: Step
    steps: list[PlannedDocument]
    calls_least: int
    calls_most: int
    model: str
    server: str | None
    preview: bool
    ahead: int
    paused: bool
    starts_in: float | None
    takes: int
    gpu_seconds: float | None
    heard_by: str | None
    render_time: RenderTime | None
    refusal: Problem | None
    held_up: Problem | None
    cautions: list[str]
    render: RenderDocument


def job_document(caller: Caller, job: JobRecord) -> JobDocument:
    return JobDocument.model_validate(_told(caller, job))


def details(caller: Caller, job: JobRecord) -> JobDetails:
    """A job with its place and time."""
    progress = caller.service.queue.progress(job.id)
    place, left = progress.place, progress.render.seconds_left
    return JobDetails.model_validate(
        _told(caller, progress.job)
        | {
            "place": Place(position=place.position, of=place.of) if place else None,
            "seconds_left": left,
            "render_time": _time(progress.estimate),
        }
    )


def _told(caller: Caller, job: JobRecord) -> dict[str, object]:
    request, translate = job.request, caller.translate
    return {
        "id": job.id,
        "name": job.bookkeeping.name,
        "mode": job.mode,
        "state": job.state,
        "state_word": translate(job.state),
        "acts": sorted(RULES[job.state].acts),
        "text": request.text,
        "model": job.model,
        "server": job.shown_server,
        "orientation": request.orientation,
        "render": render_document(job),
        "options": {name: getattr(request, name) for name in RequestOptions.model_fields},
        "until": request.until,
        "review_each_step": request.review_each_step,
        "progress": 100 if job.state == "completed" else min(job.progress, 99),
        "error": problem_of(job.error.rebuilt(), translate) if job.error else None,
        "warnings": [one.text(translate) for one in job.warnings],
        "preview": job.is_preview,
        "favourite": job.favourite,
        "parent": job.parent,
        "extends": job.extends,
        "created": job.created,
        "updated": job.updated,
        "finished": job.finished,
        "url": f"{JOBS}/{job.id}",
        "video_url": f"/v1/videos/{job.id}/content" if job.state == "completed" else None,
    }


def render_document(asked: JobRecord | JobRequest) -> RenderDocument:
    """Of a job, or of a request."""
    render = asked.render
    return RenderDocument(
        size=render.size,
        num_frames=render.num_frames,
        fps=render.fps,
        seconds=round(render.seconds, 3),
        guidance_scale=render.guidance_scale,
        num_inference_steps=render.num_inference_steps,
        seed=render.seed,
        negative_prompt=render.negative_prompt,
        output_quality=render.output_quality,
    )


def etag(job: JobRecord, steps: Sequence[StepRecord]) -> str:
    """Changes with everything that two may change: the job, and each version of its steps."""
    told = repr((job.revision, [(one.step, one.version, one.state, one.chosen, one.kept, one.output) for one in steps]))
    return f'"{hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:20]}"'


def step_document(caller: Caller, job: JobRecord, one: StepRecord) -> StepDocument:
    is_file = one.step in ("first_frame", "render")
    return StepDocument(
        step=one.step,
        version=one.version,
        state=one.state,
        chosen=one.chosen,
        service=one.provider,
        model=one.model,
        output=None if is_file else one.output,
        url=file_url(job.id, one.output) if is_file and one.output and one.state in ("done", "stale") else None,
        edited=one.edited,
        kept=one.kept,
        warnings=[words.text(caller.translate) for words in one.warnings],
        seconds=one.seconds,
        tokens=one.tokens,
        created=one.created,
    )


def file_url(job_id: str, name: str) -> str:
    return f"{JOBS}/{job_id}/files/{quote(name, safe='')}"


def estimate_document(caller: Caller, plan: JobPlan, request: JobRequest) -> EstimateDocument:
    translate, render = caller.translate, plan.render
    steps = [
        PlannedDocument(
            step=one.step,
            action=one.action,
            service=one.maker.provider if one.maker else None,
            model=one.maker.model if one.maker else None,
            calls_least=one.calls.least,
            calls_most=one.calls.most,
        )
        for one in plan.steps.steps
    ]
    return EstimateDocument(
        next_act=plan.next.act,
        next_step=plan.next.step,
        steps=steps,
        calls_least=plan.calls.least,
        calls_most=plan.calls.most,
        model=render.key.model,
        server=render.server,
        preview=render.is_preview,
        ahead=render.ahead,
        paused=render.paused,
        starts_in=render.starts_in,
        takes=render.takes,
        gpu_seconds=render.gpu_seconds,
        heard_by=render.heard_by.provider if plan.hearings.most and render.heard_by else None,
        render_time=_time(render.estimate),
        refusal=problem_of(plan.refusal, translate) if plan.refusal else None,
        held_up=problem_of(render.error, translate) if render.error else None,
        cautions=[one.text(translate) for one in plan.cautions],
        render=render_document(request),
    )


def _time(estimate: Estimate | None) -> RenderTime | None:
    if estimate is None:
        return None
    return RenderTime(median=estimate.median, low=estimate.low, high=estimate.high, n=estimate.n)
