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

from accepted_values import accepted
from errors import BadRunFile, MovaError, NoRunInside, RunIncomplete
from input_limits import MAX_NEGATIVE_PROMPT, MAX_TEXT, read_at_most
from notes import N_, Fact, Note, note, phrase
from plain_text import seen
from record.folder import FIRST_FRAME, KIND, SCHEMA
from render_settings import MAX_SEED, SIZES, Orientation, RenderSettings
from step_result import STEPS, Step

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
    num_frames: Annotated[int, Field(ge=5, le=481, multiple_of=1)]
    fps: Annotated[int, Field(ge=1, le=60)]
    guidance_scale: Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)]
    num_inference_steps: Annotated[int, Field(ge=1, le=200)]
    seed: Annotated[int, Field(ge=1, le=MAX_SEED)]
    negative_prompt: Annotated[str, Field(max_length=MAX_NEGATIVE_PROMPT)] | None = None


class _Document(_Part):
    id: _Id
    mode: Literal["simple", "full"]
    created: Annotated[str, Field(max_length=40)] = ""
    program: Annotated[str, Field(max_length=40)] = ""
    prompt: _Text = ""
    description: _Text | None = None
    white_frame: bool = False
    captions: bool = False
    subtitle_marker: bool = True
    trim_negative_prompt: bool = False
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
    captions: bool
    subtitle_marker: bool
    trim_negative_prompt: bool
    white_frame: bool
    preview: bool
    prompts_left_out: bool
    steps: Mapping[Step, RestoredStep]
    frame: bytes
    frame_trouble: Note | None

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
            raise RunIncomplete(run=self.id, reason=N_("its prompts were left out when it was saved"))
        if not self.prompt:
            raise RunIncomplete(run=self.id, reason=N_("it has no prompt for MOVA yet"))
        if self.frame_trouble is not None:
            words = self.frame_trouble
            raise RunIncomplete(run=self.id, reason=phrase(words.template, **words.facts))


def read_run(path: Path, settings: Settings) -> Restored:
    """The run in an mp4, or in a ``job.json`` with ``first_frame.png`` beside it.

    Raises:
        FileMissing, FileTooLarge, BadRunFile.
    """
    data = read_at_most(path, settings.max_video_mb * 2**20)
    beside = path.with_name(FIRST_FRAME)
    frame = read_at_most(beside, settings.max_image_mb * 2**20) if beside.is_file() and not is_mp4(data) else b""
    return run_of(data, settings, name=path.name, frame=frame)


def run_of(data: bytes, settings: Settings, *, name: str, frame: bytes = b"") -> Restored:
    """The run in the bytes of an mp4, or in those of a ``job.json`` and its first frame.

    Raises:
        NoRunInside, BadRunFile
    """
    if is_mp4(data):
        document, frame = _out_of_mp4(data, name)
    else:
        document = _parsed(data, name)
    return _restored(_checked(document, name), frame, settings, name)


def run_in_folder(record: RunRecord, folder: Path, settings: Settings) -> Restored:
    """The run of a job of this installation."""
    from record.folder import document_of
    from record.provenance import frame_of

    return _restored(_checked(document_of(record), record.id), frame_of(folder), settings, record.id)


def is_mp4(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


def _out_of_mp4(data: bytes, name: str) -> tuple[Any, bytes]:
    import av

    from media.tags import read_tags

    try:
        tags = read_tags(io.BytesIO(data))
    except (av.FFmpegError, OSError, ValueError, ArithmeticError) as problem:
        raise NoRunInside(str(problem), name=name[:80], reason=N_("it breaks off or is damaged")) from problem
    comment = tags.words.get("comment", "")
    if not comment.startswith("{"):
        raise NoRunInside(comment[:_SHOWN], name=name[:80], reason=N_("there is no run of this program in it"))
    return _parsed(comment.encode("utf-8", "replace"), name), tags.cover


def _parsed(data: bytes, name: str) -> Any:
    if len(data) > MAX_DOCUMENT:
        raise BadRunFile(name=name[:80], reason=N_("it is too long"))
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        shown = data[:_SHOWN].decode("utf-8", "replace")
        raise NoRunInside(shown, name=name[:80], reason=N_("there is no run of this program in it")) from problem


def _no_number(word: str) -> float:
    raise ValueError(word)


def _checked(document: Any, name: str) -> _Document:
    shown = json.dumps(document, ensure_ascii=False, default=str)[:_SHOWN]
    schema = document.get("schema") if isinstance(document, dict) else None
    if isinstance(schema, bool) or not isinstance(schema, int) or document.get("kind", KIND) != KIND:
        raise NoRunInside(shown, name=name[:80], reason=N_("there is no run of this program in it"))
    if schema > SCHEMA:
        raise BadRunFile(shown, name=name[:80], reason=N_("a newer version of this program wrote it"))
    try:
        return _Document.model_validate(document if schema > 1 else _of_schema_1(document))
    except ValidationError as problem:
        first = problem.errors()[0]
        field = ".".join(map(str, first["loc"]))
        reason = phrase(N_('"{field}" is not {accepted}'), field=field, accepted=accepted(first))
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
        raise BadRunFile(name=name[:80], reason=N_("its prompt and its video description differ"))
    frame, trouble = _sound_frame(found, frame, render, settings)
    clean = {key: step.model_copy(update={"output": seen(step.output)}) for key, step in steps.items()}
    return Restored(
        id=found.id,
        mode=found.mode,
        created=seen(found.created),
        program=seen(found.program),
        prompt=seen(found.prompt),
        description=seen(found.description or ""),
        orientation=orientation,
        model=model,
        render=render,
        captions=found.captions,
        subtitle_marker=found.subtitle_marker,
        trim_negative_prompt=found.trim_negative_prompt,
        white_frame=found.white_frame and _is_white(frame, render),
        preview=found.preview,
        prompts_left_out=found.prompts_left_out,
        steps=clean,
        frame=frame,
        frame_trouble=trouble,
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
        reason: Fact = N_("its size is none that MOVA renders") if not fitting else N_("its frames are not 4k+1")
        raise BadRunFile(name=name[:80], reason=reason)
    negative = None if asked.negative_prompt is None else seen(asked.negative_prompt)
    return RenderSettings(**{**asked.model_dump(), "negative_prompt": negative}), *fitting[0]


def _sound_frame(
    found: _Document, frame: bytes, render: RenderSettings, settings: Settings
) -> tuple[bytes, Note | None]:
    """The frame where it is the one that was sent, else why it is not."""
    from media.frames import open_source, white_png

    if not frame and found.white_frame:
        frame = white_png(render)
    if not frame:
        return b"", note(N_("its first frame is missing: first_frame.png belongs beside job.json"))
    if hashlib.sha256(frame).hexdigest() != found.first_frame_sha256:
        return b"", note(N_("its first frame is not the one that was sent: the checksums differ"))
    try:
        picture = open_source(frame, settings)
    except MovaError as problem:
        return b"", Note(problem.what, problem.facts)
    if picture.size != (render.width, render.height):
        return b"", note(N_("its first frame has another size than its video"))
    return frame, None


def _is_white(frame: bytes, render: RenderSettings) -> bool:
    from media.frames import white_png

    return frame == white_png(render)
