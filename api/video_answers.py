"""A job as ``/v1/videos`` answers it: every key of SGLang's always present, no path of this machine in any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from api.problems import code_of
from core.messages import as_written
from jobs.model.states import FINAL, JobState
from protocol.video_answers import VideoListResponse, VideoResponse

if TYPE_CHECKING:
    from core.messages import Translate
    from jobs.model.records import JobRecord

Status = Literal["queued", "in_progress", "completed", "failed", "deleted"]
_IN_PROGRESS: frozenset[JobState] = frozenset(("submitted", "unclear", "rendering", "saving"))


class Video(VideoResponse):
    """``size`` is what is rendered, ``seconds`` a whole number as text; ``model`` is the one that renders it."""

    object: Literal["video"] = "video"
    status: Status
    progress: int = Field(ge=0, le=100)
    created_at: int


class VideoList(VideoListResponse):
    """One page."""

    data: list[Video]  # type: ignore[assignment]
    object: Literal["list"] = "list"


class ModelCard(BaseModel):
    """What a model can render, and how it stands: ``seconds_to_render`` is learned from finished renders."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "mova"
    sizes: list[str]
    num_frames: dict[str, int]
    fps: dict[str, int]
    seconds: dict[str, float]
    num_inference_steps: dict[str, int]
    audio: bool = True
    input_reference: Literal["optional"] = "optional"
    ready: bool
    preview: bool
    reason: str | None
    ahead: int
    seconds_to_render: dict[str, float] | None


class ModelList(BaseModel):
    """All models."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


def status_of(state: JobState) -> Status:
    """A state in the four words of the API: what ended without a video has failed."""
    if state == "completed":
        return "completed"
    if state in FINAL:
        return "failed"
    return "in_progress" if state in _IN_PROGRESS else "queued"


def video_of(job: JobRecord, translate: Translate = as_written) -> Video:
    """The job as a video."""
    status = status_of(job.state)
    is_done = status == "completed"
    progress = 100 if is_done else min(job.progress, 99)
    return Video(
        id=job.id,
        model=job.model,
        status=status,
        progress=0 if status == "queued" else progress,
        created_at=int(job.created.timestamp()),
        size=job.render.size,
        seconds=str(round(job.render.seconds)),
        urls=[None] if is_done else None,
        completed_at=int(job.finished.timestamp()) if is_done and job.finished else None,
        error=_error(job, translate) if status == "failed" else None,
        num_outputs=1 if is_done else None,
        inference_time_s=job.inference_time_s,
    )


def _error(job: JobRecord, translate: Translate) -> dict[str, str]:
    if job.error is None:
        return {"code": job.state, "message": translate(job.state)}
    error = job.error.rebuilt()
    return {"code": code_of(type(error)), "message": f"{error.message(translate)} {error.next_step(translate)}"}
