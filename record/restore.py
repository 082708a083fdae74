"""A run out of a file: an mp4 or ``job.json`` of ours, read as the data of a stranger.

What a file holds is text and numbers, checked one by one; nothing in it is a path, an address or markup, and its first
frame counts only where its SHA-256 is the one that the document names.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.accepted_values import accepted
from core.errors import BadRunFile, MovaError, NoRunInside, RunIncomplete, VideoUnplayable
from core.limits import MAX_TEXT, read_at_most
from core.messages import Fact, Message, gettext_noop, message, phrase
from core.plain_text import visible_text
from core.render_settings import (
    SIZES,
    DrawnSeed,
    Fps,
    GuidanceScale,
    NegativePrompt,
    NumFrames,
    NumInferenceSteps,
    Orientation,
    OutputQuality,
    RenderSettings,
)
from core.request_options import RequestOptions
from core.steps import STEPS, Step
from record.folder import FIRST_FRAME, KIND, SCHEMA, file_inside

if TYPE_CHECKING:
    from config import Settings
    from record.folder import RunRecord

MAX_DOCUMENT = 2 * 2**20  # bytes
_SHOWN = 2000  # characters of a stranger's file
_Text = Annotated[str, Field(max_length=MAX_TEXT)]
_Name = Annotated[str, Field(max_length=200)]
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class RestoredStep(_Part):
    """One step as the file tells it: a text and where it came from."""

    step: Step
    output: _Text
    provider: _Name = ""
    model: _Name = ""
    edited: bool = False
    state: Literal["done", "stale", "skipped"] = "done"


class _Render(_Part):
    width: int
    height: int
    num_frames: NumFrames
    fps: Fps
    guidance_scale: GuidanceScale
    num_inference_steps: NumInferenceSteps
    seed: DrawnSeed
    negative_prompt: NegativePrompt | None = None
    output_quality: OutputQuality | None = None


class _Document(_Part, RequestOptions):
    id: _Id
    mode: Literal["simple", "full"]
    created: Annotated[str, Field(max_length=40)] = ""
    program: Annotated[str, Field(max_length=40)] = ""
    prompt: _Text = ""
    description: _Text | None = None
    white_frame: bool = False
    first_frame_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    preview: bool = False
    settings: _Render
    steps: Annotated[tuple[RestoredStep, ...], Field(max_length=len(STEPS), strict=False)] = ()
    prompts_left_out: bool = False


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A run as it can be taken up again. ``frame`` is the PNG that was sent, empty where ``frame_trouble`` says why."""

    id: str
    mode: Literal["simple", "full"]
    created: str
    program: str
    prompt: str
    description: str
    orientation: Orientation
    model: str
    render: RenderSettings
    options: RequestOptions
    white_frame: bool
    preview: bool
    prompts_left_out: bool
    steps: Mapping[Step, RestoredStep]
    frame: bytes
    frame_trouble: Message | None

    def kept(self, until: Step) -> tuple[RestoredStep, ...]:
        """The steps up to and with ``until``, as far as the file has them."""
        wanted = STEPS[: STEPS.index(until) + 1]
        steps = [self.steps[step] for step in wanted if step in self.steps and step != "render"]
        return tuple(step for step in steps if self.frame or step.step == "image_prompt")

    def check_complete(self) -> None:
        """Make sure that the render can be sent again without asking anybody for anything.

        Raises:
            RunIncomplete: with what is missing.
        """
        if self.prompts_left_out:
            raise RunIncomplete(run=self.id, reason=gettext_noop("its prompts were left out when it was saved"))
        if not self.prompt:
            raise RunIncomplete(run=self.id, reason=gettext_noop("it has no prompt for MOVA yet"))
        if self.frame_trouble is not None:
            words = self.frame_trouble
            raise RunIncomplete(run=self.id, reason=phrase(words.template, **words.facts))


def read_run(path: Path, settings: Settings) -> Restored:
    """The run in an mp4, or in a ``job.json`` with ``first_frame.png`` beside it.

    Raises:
        FileMissing, FileTooLarge, BadRunFile.
    """
    data = read_at_most(path, settings.max_video_mb * 2**20)
    frame = b"" if is_mp4(data) else _frame_beside(path, settings)
    return run_of(data, settings, name=path.name, frame=frame)


def _frame_beside(document: Path, settings: Settings) -> bytes:
    beside = file_inside(document.parent, FIRST_FRAME)
    return read_at_most(beside, settings.max_image_mb * 2**20) if beside.is_file() else b""


def run_of(data: bytes, settings: Settings, *, name: str, frame: bytes = b"") -> Restored:
    """The run in the bytes of an mp4, or in those of a ``job.json`` and its first frame.

    Raises:
        NoRunInside, BadRunFile
    """
    if is_mp4(data):
        document, frame = _out_of_mp4(data, name)
    else:
        document = parsed(data, name)
    return _restored(_checked(document, name), frame, settings, name)


def run_in_folder(record: RunRecord, folder: Path, settings: Settings) -> Restored:
    """The run of a job of this installation."""
    from record.folder import document_of
    from record.provenance import frame_of

    return _restored(_checked(document_of(record), record.id), frame_of(folder), settings, record.id)


def is_mp4(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


def _out_of_mp4(data: bytes, name: str) -> tuple[Any, bytes]:
    comment, cover = comment_of(data, name)
    return parsed(comment, name), cover


def comment_of(data: bytes, name: str) -> tuple[bytes, bytes]:
    """The JSON that an mp4 of ours has in its comment, and its cover.

    Raises:
        NoRunInside: it has none, or cannot be read.
    """
    import av

    from media.tags import read_tags

    try:
        tags = read_tags(io.BytesIO(data))
    except VideoUnplayable as problem:
        raise NoRunInside(name=name[:80], reason=problem.facts["reason"]) from problem
    except (av.FFmpegError, OSError, ValueError, ArithmeticError) as problem:
        raise NoRunInside(str(problem), name=name[:80], reason=gettext_noop("it is incomplete or damaged")) from problem
    comment = tags.words.get("comment", "")
    if not comment.startswith("{"):
        raise NoRunInside(comment[:_SHOWN], name=name[:80], reason=gettext_noop("it contains no run of this program"))
    return comment.encode("utf-8", "replace"), tags.cover


def parsed(data: bytes, name: str, limit: int = MAX_DOCUMENT) -> Any:
    """JSON of a stranger.

    Raises:
        BadRunFile: it is longer than ``limit`` bytes.
        NoRunInside: it is no JSON.
    """
    if len(data) > limit:
        raise BadRunFile(name=name[:80], reason=gettext_noop("it is too long"))
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        shown = data[:_SHOWN].decode("utf-8", "replace")
        raise NoRunInside(shown, name=name[:80], reason=gettext_noop("it contains no run of this program")) from problem


def _no_number(word: str) -> float:
    raise ValueError(word)


def _checked(document: Any, name: str) -> _Document:
    shown = json.dumps(document, ensure_ascii=False, default=str)[:_SHOWN]
    schema = document.get("schema") if isinstance(document, dict) else None
    if isinstance(schema, bool) or not isinstance(schema, int) or document.get("kind", KIND) != KIND:
        raise NoRunInside(shown, name=name[:80], reason=gettext_noop("it contains no run of this program"))
    if schema > SCHEMA:
        raise BadRunFile(shown, name=name[:80], reason=gettext_noop("a newer version of this program wrote it"))
    try:
        return _Document.model_validate(document if schema > 1 else _of_schema_1(document))
    except ValidationError as problem:
        first = problem.errors()[0]
        field = ".".join(map(str, first["loc"]))
        reason = phrase(gettext_noop('"{field}" is not {accepted}'), field=field, accepted=accepted(first))
        raise BadRunFile(shown, name=name[:80], reason=reason) from None


def _of_schema_1(document: dict[str, Any]) -> dict[str, Any]:
    """Before there were ``settings`` the same numbers lay side by side."""
    width, _, height = str(document.get("size")).partition("x")
    size = {"width": _whole(width), "height": _whole(height)}
    names = ("num_frames", "fps", "guidance_scale", "num_inference_steps", "seed", "negative_prompt")
    numbers = {name: document.get(name) for name in names}
    fps = numbers["fps"]
    numbers["fps"] = int(fps) if isinstance(fps, float) and fps.is_integer() else fps
    return {**document, "settings": size | numbers}


def _whole(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0


def _restored(found: _Document, frame: bytes, settings: Settings, name: str) -> Restored:
    render, model, orientation = _render_of(found, name)
    steps = {step.step: step for step in found.steps}
    if found.mode == "full" and "video_description" in steps and steps["video_description"].output != found.prompt:
        raise BadRunFile(name=name[:80], reason=gettext_noop("its prompt and its video description differ"))
    frame, error = _sound_frame(found, frame, render, settings)
    clean = {key: step.model_copy(update={"output": visible_text(step.output)}) for key, step in steps.items()}
    return Restored(
        id=found.id,
        mode=found.mode,
        created=visible_text(found.created),
        program=visible_text(found.program),
        prompt=visible_text(found.prompt),
        description=visible_text(found.description or ""),
        orientation=orientation,
        model=model,
        render=render,
        options=RequestOptions(**found.options),
        white_frame=found.white_frame and _is_white(frame, render),
        preview=found.preview,
        prompts_left_out=found.prompts_left_out,
        steps=clean,
        frame=frame,
        frame_trouble=error,
    )


def _render_of(found: _Document, name: str) -> tuple[RenderSettings, str, Orientation]:
    asked = found.settings
    fitting = [
        (model, orientation)
        for model, sizes in SIZES.items()
        for orientation, size in sizes.items()
        if size == (asked.width, asked.height)
    ]
    if not fitting or asked.num_frames % 4 != 1:
        reason: Fact = (
            gettext_noop("MOVA does not render its size")
            if not fitting
            else gettext_noop("its number of frames is not of the form 4k+1")
        )
        raise BadRunFile(name=name[:80], reason=reason)
    negative = None if asked.negative_prompt is None else visible_text(asked.negative_prompt)
    return RenderSettings(**{**asked.model_dump(), "negative_prompt": negative}), *fitting[0]


def _sound_frame(
    found: _Document, frame: bytes, render: RenderSettings, settings: Settings
) -> tuple[bytes, Message | None]:
    """The frame where it is the one that was sent, else why it is not."""
    from media.frames import open_source, white_png

    if not frame and found.white_frame:
        frame = white_png(render)
    if not frame:
        return b"", message(gettext_noop("its first frame is missing: first_frame.png belongs next to job.json"))
    if hashlib.sha256(frame).hexdigest() != found.first_frame_sha256:
        return b"", message(gettext_noop("its first frame is not the one that was sent: the checksums differ"))
    try:
        picture = open_source(frame, settings)
    except MovaError as problem:
        return b"", Message(problem.what, problem.facts)
    if picture.size != (render.width, render.height):
        return b"", message(gettext_noop("its first frame and its video differ in size"))
    return frame, None


def _is_white(frame: bytes, render: RenderSettings) -> bool:
    from media.frames import white_png

    return frame == white_png(render)
