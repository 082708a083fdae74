"""A job's folder, ``OUTPUT_DIR/<job id>/``: its record ``job.json``, its first frame, its video."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Required

from typing_extensions import TypedDict

from core.errors import FileMissing, storage_error
from core.files import atomic_file, atomic_write, clear_parts
from core.limits import plain_id, read_at_most
from core.messages import gettext_noop
from core.references import Reference
from core.request_options import RequestOptions
from core.steps import STEPS, Step, StepResult

if TYPE_CHECKING:
    from core.messages import Message
    from core.render_settings import RenderSettings
    from media.videos import VideoFacts

SCHEMA = 2  # 2: `settings` as they were sent, `look`
KIND = "mova-run"
_MAX_RECORD_BYTES = 8 * 2**20
RECORD, FIRST_FRAME, VIDEO, POSTER = "job.json", "first_frame.png", "video.mp4", "poster.jpg"
LIGHT = "video-light.mp4"  # a small copy of the video, for pages


_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")


def new_job_id(created: datetime | None = None) -> str:
    """An id that sorts by time and never repeats: ``20261123-101530-4f9c2a``."""
    return f"{created or datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def moment_in(job_id: str) -> datetime | None:
    """The second in which such an id was made; None where it is another one."""
    try:
        return datetime.strptime(job_id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if _ID.fullmatch(job_id) else None
    except ValueError:
        return None


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class RunRecord:
    """Everything that explains a run and repeats it. File names are relative to the job's folder; no path, no key.

    ``size``, ``num_frames``, ``fps`` and ``seconds`` are those of the finished file once there is one; ``settings``
    are what was sent, whatever came back. It is a copy of its ``parent``; its first frame is the last one of the shot
    that it ``extends``. ``look`` names what an automatic look at the video found; None: not looked. ``report`` is what
    was heard and measured, ``takes`` those that were tried up to this one, each with a version of its own.
    ``references`` are the pictures that its first frame is to be drawn after; those that went along stand with that
    step.
    """

    id: str
    mode: str
    state: str = "draft"
    created: str = field(default_factory=now)
    submitted: str | None = None
    finished: str | None = None
    program: str = ""
    parent: str | None = None
    extends: str | None = None
    prompt: str = ""
    description: str | None = None
    orientation: str = "landscape"
    source_picture: str | None = None
    crop: dict[str, object] | None = None
    white_frame: bool = False
    options: dict[str, bool] = field(default_factory=lambda: RequestOptions().options)
    first_frame: str | None = None
    first_frame_sha256: str | None = None
    server: str | None = None
    server_model: str | None = None
    server_version: str | None = None
    server_job_id: str | None = None
    preview: bool = False
    settings: dict[str, object] | None = None
    size: str | None = None
    num_frames: int | None = None
    fps: float | None = None
    seconds: float | None = None
    guidance_scale: float | None = None
    num_inference_steps: int | None = None
    seed: int | None = None
    negative_prompt: str | None = None
    output_quality: str | None = None
    video: str | None = None
    video_bytes: int | None = None
    sound: bool | None = None
    inference_time_s: float | None = None
    look: list[str] | None = None
    report: dict[str, Any] | None = None
    takes: dict[str, Any] | None = None
    references: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    error: dict[str, object] | None = None

    def take_settings(self, render: RenderSettings) -> None:
        """Write down what is asked for."""
        self.settings = dataclasses.asdict(render)
        self.size, self.num_frames, self.fps, self.seconds = render.size, render.num_frames, render.fps, render.seconds
        self.guidance_scale, self.num_inference_steps = render.guidance_scale, render.num_inference_steps
        self.seed, self.negative_prompt = render.seed, render.negative_prompt
        self.output_quality = render.output_quality

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

    def tell_of_step(self, step: Step, **more: Any) -> None:
        """Write down more of a step that was taken."""
        self.steps[[one["step"] for one in self.steps].index(step)].update(more)

    def offer_negative_prompt(self, offered: dict[str, Any]) -> None:
        """Record a negative prompt that fits the description better, with the step that found it."""
        for step in self.steps:
            if step["step"] == "video_description":
                step["negative_prompt"] = offered

    def take_video(self, video: VideoFacts) -> None:
        """Write down what the file really is."""
        self.video, self.video_bytes, self.sound = VIDEO, video.bytes, video.has_sound
        self.size, self.num_frames = f"{video.width}x{video.height}", video.num_frames
        self.fps, self.seconds = video.fps, round(video.seconds, 3)

    def warn(self, notes: Iterable[Message | str]) -> None:
        """Add what is to be known of the run, each once."""
        self.warnings.extend(str(words) for words in notes if str(words) not in self.warnings)


def document_of(record: RunRecord) -> dict[str, Any]:
    """The record as ``job.json`` has it."""
    document = dataclasses.asdict(record)
    options = document.pop("options")
    return {"schema": SCHEMA, "kind": KIND, **document, **options}


def is_plain_name(name: str) -> bool:
    """Whether it names a file directly in a folder and nothing else, on any system."""
    return name not in ("", ".", "..") and not any(sign in name for sign in "/\\:\0")


def file_inside(folder: Path, name: str) -> Path:
    """A file of a run: a plain name in its folder, which no link leads out of. It need not be there.

    Raises:
        FileMissing: it would be elsewhere.
    """
    path = folder / name
    try:
        inside = is_plain_name(name) and path.resolve().parent == folder.resolve()
    except (OSError, RuntimeError):  # a link that leads to itself
        inside = False
    if not inside:
        raise FileMissing(name=name[:80], reason=gettext_noop("it is not inside the run's folder"))
    return path


def make_folder(path: Path) -> None:
    """Make the folder of all outputs.

    Raises:
        StorageError: it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise storage_error(path, problem) from None


@dataclass(frozen=True)
class RunFolder:
    """Writes are whole or not at all: to a temporary file, then renamed."""

    path: Path

    @classmethod
    def create(cls, output_dir: Path, job_id: str) -> RunFolder:
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
        target = self.path / name
        try:
            self._write(target, data)
            clear_parts(target)  # by a process that was killed, or by one about to try again
        except OSError as problem:
            raise storage_error(self.path, problem) from None
        return target

    def _write(self, target: Path, data: bytes) -> None:
        while True:
            try:
                return atomic_write(target, data)
            except FileNotFoundError:  # a page or a worker that wrote the same file has cleared ours away
                if not self.path.is_dir():
                    raise

    def clear_parts(self) -> None:
        """Remove what processes that were killed had begun to write; who is writing at present begins again."""
        for left in self.path.glob(".*.part"):
            left.unlink(missing_ok=True)

    def link(self, name: str, source: Path) -> bool:
        """Have another job's file here under this name, once on the disk; False where that is not possible."""
        try:
            with atomic_file(self.path / name) as part:
                os.link(source, part)
        except OSError:  # another disk, or one without links
            return False
        return True

    def write_if_changed(self, name: str, data: bytes) -> None:
        """The same, where the file does not hold these bytes already: each write waits for the disk."""
        target = self.path / name
        if not target.is_file() or target.read_bytes() != data:
            self.write(name, data)

    def save(self, record: RunRecord) -> None:
        """Write ``job.json``."""
        self.write_if_changed(RECORD, json.dumps(document_of(record), ensure_ascii=False, indent=2).encode() + b"\n")

    def told(self) -> str | None:
        """The state that ``job.json`` tells; None where it tells none."""
        try:
            document = json.loads((self.path / RECORD).read_bytes())
        except (OSError, ValueError):
            return None
        return document.get("state") if isinstance(document, dict) else None

    def load(self) -> RunRecord:
        """Read ``job.json`` back; fields that this version does not know are left out.

        Raises:
            FileMissing: there is none that can be read, or it is not a record of a run.
            FileTooLarge
        """
        try:
            return _checked(json.loads(read_at_most(file_inside(self.path, RECORD), _MAX_RECORD_BYTES)))
        except FileMissing as problem:  # a person named the folder: it is said back
            raise FileMissing(problem.raw, **problem.facts | {"name": str(self.path / RECORD)}) from None
        except (ValueError, RecursionError, TypeError, AttributeError):
            raise FileMissing(
                name=str(self.path / RECORD), reason=gettext_noop("it is not a record of a run")
            ) from None


def _checked(document: Any) -> RunRecord:
    """A record whose every value is of its kind, whoever wrote the file.

    Raises:
        ValueError, TypeError, AttributeError
    """
    from pydantic import TypeAdapter

    known = {one.name for one in dataclasses.fields(RunRecord)} - {"options"}
    fields = {key: value for key, value in document.items() if key in known}
    plain = RequestOptions().options
    fields["options"] = {name: document.get(name, value) for name, value in plain.items()}
    record: RunRecord = TypeAdapter(RunRecord).validate_json(json.dumps(fields), strict=True)
    for step in TypeAdapter(list[_StepDocument]).validate_python(record.steps, strict=True):
        names = [step.get("file"), step["output"]] if step["step"] == "first_frame" else [step.get("file")]
        if not all(is_plain_name(name) for name in names if name):
            raise ValueError(step["step"])
    TypeAdapter(list[Reference]).validate_python(record.references)
    plain_id(record.id)
    return record


class _MakerDocument(TypedDict):
    provider: str
    model: str
    prompts: str


class _StepDocument(TypedDict, total=False):
    """What is read of a step; anything beside it is let through."""

    step: Required[Step]
    output: Required[str]
    file: str | None
    state: str | None
    provider: str | None
    model: str | None
    input_hash: str | None
    maker: _MakerDocument | None
    kept: bool
    edited: bool
    warnings: list[str]
    seconds: float | None
    tokens: int | None
