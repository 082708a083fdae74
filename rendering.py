"""Step 5 of a job: submit, follow, download, check; every stage recorded before it is acted on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from errors import MovaError
from job_folder import VIDEO, JobFolder, JobRecord, now
from notes import N_, note
from step_result import StepResult
from waiting import OnProgress

if TYPE_CHECKING:
    from config import Settings
    from media.videos import VideoFacts
    from render_settings import RenderSettings
    from servers import ChosenServer
    from sglang_answers import VideoJob

PREVIEW_NOTE = note(N_("This is a preview and not MOVA: the preview engine draws an animatic of the first frame."))
OFFLINE_NOTE = note(
    N_(
        "Texts or a frame made offline, without a model, go to a real GPU now. "
        "Set a key for Gemini or DashScope, or OPENAI_BASE_URL, for much better ones."
    )
)


@dataclass(frozen=True)
class Render:
    """One render on its way: what is sent, where to, and where its traces are kept."""

    prompt: str
    first_frame: bytes
    settings: RenderSettings
    server: ChosenServer
    folder: JobFolder
    record: JobRecord

    def became(self, state: str) -> None:
        """Record a state before acting on it."""
        self.record.state = state
        self.folder.save(self.record)


def render_video(render: Render, settings: Settings, on_progress: OnProgress) -> None:
    """Step 5: submit, follow, download, check; the record holds every stage, also when it ends badly.

    Raises:
        ServerError, VideoError or StorageError, after recording it.
    """
    started = time.monotonic()
    try:
        job = submit(render)
        follow(render, job.id, settings, on_progress)
        fetch(render, job.id, settings, started)
    except MovaError as problem:
        render.record.take_error(problem)
        render.record.finished = now()
        render.became(final_state(problem))
        raise


def submit(render: Render) -> VideoJob:
    """Send the render once; where the server tags jobs it is looked for before any second try."""
    render.became("queued")
    tag = render.server.tag(render.record.id)
    send: Callable[..., VideoJob] = render.server.client.find_or_create if tag else render.server.client.submit
    job = send(render.prompt, render.first_frame, render.settings, tag=tag)
    render.record.server_job_id, render.record.submitted = job.id, now()
    render.became("submitted")
    return job


def follow(render: Render, server_job_id: str, settings: Settings, on_progress: OnProgress) -> None:
    """Wait for the end of the render."""
    render.became("rendering")
    job = render.server.client.wait(
        server_job_id, timeout=settings.render_timeout, patience=settings.server_patience, on_progress=on_progress
    )
    render.record.inference_time_s = job.inference_time_s


def fetch(render: Render, server_job_id: str, settings: Settings, started: float) -> None:
    """Download the video, check it against what was asked, and write down what it really is."""
    from media.videos import check

    render.became("saving")
    video, deviations = render.server.client.download(
        server_job_id,
        render.folder.path / VIDEO,
        max_bytes=settings.max_video_mb * 2**20,
        timeout=settings.download_timeout,
        check=lambda path: check(path, render.settings),
    )
    _take_video(render.record, video)
    warnings = (*deviations, *([PREVIEW_NOTE] if render.server.preview else []))
    render.record.take_step(
        StepResult(
            step="render",
            output=VIDEO,
            provider="preview" if render.server.preview else "sglang",
            model=render.server.model,
            seconds=time.monotonic() - started,
            warnings=warnings,
        )
    )
    render.record.finished = now()
    render.became("completed")


def final_state(problem: MovaError) -> str:
    """How a job ends that met this problem."""
    from errors import JobLost, WaitedTooLong

    if isinstance(problem, JobLost):
        return "lost"
    return "abandoned" if isinstance(problem, WaitedTooLong) else "failed"


def _take_video(record: JobRecord, video: VideoFacts) -> None:
    record.video, record.video_bytes, record.sound = VIDEO, video.bytes, video.has_sound
    record.size, record.num_frames = f"{video.width}x{video.height}", video.num_frames
    record.fps, record.seconds = video.fps, round(video.seconds, 3)
