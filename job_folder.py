"""A job's folder, ``OUTPUT_DIR/<job id>/``: its record ``job.json``, its first frame, its video."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import FileMissing, MovaError, storage_error
from step_result import STEPS, StepResult

if TYPE_CHECKING:
    from notes import Note
    from render_settings import RenderSettings
    from servers import ChosenServer

SCHEMA = 1
RECORD, FIRST_FRAME, VIDEO = "job.json", "first_frame.png", "video.mp4"


def new_job_id() -> str:
    """An id that sorts by time and never repeats: ``20261123-101530-4f9c2a``."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class JobRecord:
    """Everything that explains a run and repeats it. File names are relative to the job's folder; no path, no key.

    ``size``, ``num_frames``, ``fps`` and ``seconds`` are those of the finished file once there is one.
    """

    id: str
    mode: str
    state: str = "draft"
    created: str = field(default_factory=now)
    submitted: str | None = None
    finished: str | None = None
    program: str = ""
    parent: str | None = None
    prompt: str = ""
    description: str | None = None
    orientation: str = "landscape"
    source_picture: str | None = None
    crop: dict[str, object] | None = None
    white_frame: bool = False
    captions: bool = False
    first_frame: str | None = None
    first_frame_sha256: str | None = None
    server: str | None = None
    server_model: str | None = None
    server_version: str | None = None
    server_job_id: str | None = None
    preview: bool = False
    size: str | None = None
    num_frames: int | None = None
    fps: float | None = None
    seconds: float | None = None
    guidance_scale: float | None = None
    num_inference_steps: int | None = None
    seed: int | None = None
    negative_prompt: str | None = None
    video: str | None = None
    video_bytes: int | None = None
    sound: bool | None = None
    inference_time_s: float | None = None
    warnings: list[str] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    error: dict[str, object] | None = None

    def take_settings(self, render: RenderSettings) -> None:
        """Write down what is asked for."""
        self.size, self.num_frames, self.fps, self.seconds = render.size, render.num_frames, render.fps, render.seconds
        self.guidance_scale, self.num_inference_steps = render.guidance_scale, render.num_inference_steps
        self.seed, self.negative_prompt = render.seed, render.negative_prompt

    def take_server(self, server: ChosenServer) -> None:
        """Write down who renders."""
        self.server, self.preview = server.name, server.preview
        self.server_model, self.server_version = server.model, server.version

    def take_step(self, result: StepResult) -> None:
        """Write down a finished step, in the place of an earlier result of the same step."""
        replaced = [step for step in self.steps if step["step"] == result.step]
        for step in replaced:
            self.steps.remove(step)
            old = step["warnings"]
            self.warnings = [words for words in self.warnings if not isinstance(old, list) or words not in old]
        self.steps.append(result.as_json())
        self.steps.sort(key=lambda step: STEPS.index(step["step"]))
        self.warn(result.warnings)

    def warn(self, notes: Iterable[Note | str]) -> None:
        """Add what is to be known of the run, each once."""
        self.warnings.extend(str(words) for words in notes if str(words) not in self.warnings)

    def take_error(self, problem: MovaError) -> None:
        self.error = problem.as_json()


@dataclass(frozen=True)
class JobFolder:
    """Writes are whole or not at all: to a temporary file, then renamed."""

    path: Path

    @classmethod
    def create(cls, output_dir: Path, job_id: str) -> JobFolder:
        """Make the folder.

        Raises:
            StorageError: it cannot be made.
        """
        folder = cls(output_dir / job_id)
        try:
            folder.path.mkdir(parents=True)
        except OSError as problem:
            raise storage_error(output_dir, problem) from None
        return folder

    def write(self, name: str, data: bytes) -> Path:
        """Write one file of the job.

        Raises:
            StorageError: the disk is full or read-only.
        """
        target, part = self.path / name, self.path / f"{name}.part"
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except OSError as problem:
            part.unlink(missing_ok=True)
            raise storage_error(self.path, problem) from None
        return target

    def write_first_frame(self, record: JobRecord, png: bytes) -> None:
        """Keep the frame exactly as it is sent."""
        self.write(FIRST_FRAME, png)
        record.first_frame, record.first_frame_sha256 = FIRST_FRAME, hashlib.sha256(png).hexdigest()

    def save(self, record: JobRecord) -> None:
        """Write ``job.json``."""
        document = {"schema": SCHEMA, **dataclasses.asdict(record)}
        self.write(RECORD, json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")

    def load(self) -> JobRecord:
        """Read ``job.json`` back; fields that this version does not know are left out.

        Raises:
            FileMissing: there is none that can be read.
        """
        try:
            document = json.loads((self.path / RECORD).read_bytes())
            known = {one.name for one in dataclasses.fields(JobRecord)}
            return JobRecord(**{key: value for key, value in document.items() if key in known})
        except (OSError, ValueError, TypeError, AttributeError) as problem:
            raise FileMissing(name=str(self.path / RECORD), reason=type(problem).__name__) from None
