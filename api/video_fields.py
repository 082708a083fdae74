"""The body of ``POST /v1/videos``: OpenAI's and SGLang's fields, as a form or as JSON, turned into an order."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import HTTPException, UploadFile
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cli.requests import OwnPicture, RunOptions, simple_order
from core.errors import NotAPicture
from core.render_settings import SIZES, Orientation, snap_frames
from jobs.model.request import QueueKey
from jobs.servers.selection import likely_model
from media.frames import open_source

if TYPE_CHECKING:
    from config import Settings
    from core.render_settings import OutputQuality
    from jobs.store.orders import Order

_SIZE = re.compile(r"([1-9][0-9]{0,4})[xX]([1-9][0-9]{0,4})")
_DATA = re.compile(r"data:image/[a-z0-9.+-]{1,40};base64,", re.IGNORECASE)
_IMAGE = "Failed to process image source: "
_LONGEST_URL = 64 * 2**20

Whole = Annotated[int, Field(ge=-(2**63), le=2**64)]


class VideoFields(BaseModel):
    """What is read of a body; all other fields of OpenAI's and SGLang's are taken and change nothing."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    prompt: str | None = None
    model: str | None = Field(None, description="mova-360p or mova-720p; what else is sent chooses by its size")
    size: str | None = Field(None, description="WIDTHxHEIGHT; MOVA's own size of the same orientation is rendered")
    width: Whole | None = None
    height: Whole | None = None
    seconds: Whole | None = Field(None, description="Without num_frames: seconds x fps frames, rounded up to 4k+1")
    fps: Whole | None = None
    num_frames: Whole | None = None
    num_inference_steps: Whole | None = None
    n: Whole | None = None
    seed: Whole | None = Field(None, description="0 or none draws one")
    negative_prompt: str | None = None
    guidance_scale: float | None = None
    output_quality: str | None = None
    reference_url: str | None = Field(None, description="A picture as a data URL; no address is fetched")
    extra_body: str | None = Field(None, description="JSON with more of these fields")


class VideoForm(VideoFields):
    """The same as a multipart form."""

    input_reference: UploadFile | None = None


class VideoBody(VideoFields):
    """The same as JSON; ``input_reference`` is a data URL, or OpenAI's object with an ``image_url``."""

    input_reference: str | dict[str, Any] | None = None
    extra_body: dict[str, Any] | str | None = None  # type: ignore[assignment]


def fields_of_json(data: bytes) -> tuple[VideoFields, bytes | None]:
    """The fields and the picture of a JSON body.

    Raises:
        HTTPException: with SGLang's status and the words of what is wrong.
    """
    try:
        payload = json.loads(data)
        if not isinstance(payload, dict):
            raise TypeError("a JSON object is needed")
        extra = payload.pop("extra_body", None)
        extra = json.loads(extra) if isinstance(extra, str) else extra
        body = VideoBody(**{**(extra if isinstance(extra, dict) else {}), **payload})
    except ValidationError as problem:
        raise HTTPException(400, f"Invalid request body: {_words(problem)}") from None
    except (TypeError, ValueError, RecursionError) as problem:
        raise HTTPException(400, f"Invalid request body: {str(problem)[:200]}") from None
    if body.prompt is None:
        raise HTTPException(400, "Invalid request body: prompt: Field required")
    given = body.input_reference
    if isinstance(given, dict):
        given = str(given.get("image_url") or "")
    return body, picture_of_url(given or body.reference_url)


async def fields_of_form(form: VideoForm) -> tuple[VideoFields, bytes | None]:
    """The fields and the picture of a form; raises HTTPException."""
    fields = _with_extra(form, form.extra_body) if form.extra_body else form
    if form.input_reference is not None:
        return fields, await form.input_reference.read()
    return fields, picture_of_url(fields.reference_url)


def _with_extra(form: VideoForm, text: str) -> VideoFields:
    """The fields of a form over those in its ``extra_body``."""
    given = form.model_dump(exclude={"input_reference"}, exclude_none=True)
    try:
        extra = json.loads(text)
        return VideoFields(**{**extra, **given}) if isinstance(extra, dict) else form
    except ValidationError as problem:
        raise HTTPException(400, f"Invalid request body: {_words(problem)}") from None
    except (TypeError, ValueError, RecursionError):
        raise HTTPException(400, "extra_body is not valid JSON") from None


def picture_of_url(url: str | None) -> bytes | None:
    """The bytes in a data URL; addresses and paths are refused, for nothing is fetched or opened for a request.

    Raises:
        HTTPException
    """
    if not url:
        return None
    head = _DATA.match(url)
    if not head or len(url) > _LONGEST_URL:
        raise HTTPException(400, f"{_IMAGE}send the picture itself, as data:image/png;base64,… or as a file")
    try:
        data = base64.b64decode(url[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise HTTPException(400, f"{_IMAGE}it is not valid base64") from None
    if not data:
        raise HTTPException(400, f"{_IMAGE}it is empty")
    return data


def picture_sent(url: str | None) -> bytes | None:
    """The same where errors are problems; raises NotAPicture."""
    try:
        return picture_of_url(url)
    except HTTPException as problem:
        raise NotAPicture(str(problem.detail)) from None


def order_of(fields: VideoFields, picture: bytes | None, settings: Settings, is_ready: Callable[[str], bool]) -> Order:
    """The order of a video; without a picture it begins with a white frame, from text alone.

    Args:
        is_ready: whether a model's videos can be rendered now.

    Raises:
        InputError: a number, the text or the picture cannot be used.
        HTTPException: what MovaError has no class for.
    """
    if not fields.prompt:
        raise HTTPException(400, "prompt is required")
    if fields.n is not None and fields.n > 1:
        raise HTTPException(400, "n must be 1: order each video by itself")
    width, height = _size(fields, settings)
    model = _model(fields.model, width, height, settings, is_ready)
    orientation: Orientation = "portrait" if width and height and height > width else "landscape"
    fps = settings.fps if fields.fps is None else fields.fps
    frames = fields.num_frames
    if frames is None and fields.seconds:
        frames = snap_frames(fields.seconds * fps)
    options = RunOptions(
        prompt=fields.prompt,
        white_frame=picture is None,
        orientation=orientation,
        num_frames=frames,
        fps=fields.fps,
        seed=fields.seed,
        guidance_scale=fields.guidance_scale,
        num_inference_steps=fields.num_inference_steps,
        negative_prompt=fields.negative_prompt,
        output_quality=_quality(fields.output_quality),
    )
    own = None
    if picture is not None:
        open_source(picture, settings)
        own = OwnPicture(picture)
    return simple_order(options, settings, own, QueueKey(model))


def _quality(word: str | None) -> OutputQuality | None:
    known: dict[str, OutputQuality] = {
        "maximum": "maximum", "high": "high", "medium": "medium", "low": "low", "default": "default"
    }  # fmt: skip
    if word and word not in known:
        raise HTTPException(400, f"Invalid output_quality. Expected one of: {list(known)}")
    return known.get(word or "")


def _size(fields: VideoFields, settings: Settings) -> tuple[int | None, int | None]:
    if fields.width is not None or fields.height is not None:
        for name, value in (("width", fields.width), ("height", fields.height)):
            if value is not None and value <= 0:
                raise HTTPException(400, f"{name} must be positive")
        return fields.width, fields.height
    if not fields.size:
        return None, None
    found = _SIZE.fullmatch(fields.size.strip())
    if not found:
        raise HTTPException(400, "size must be formatted as positive WIDTHxHEIGHT")
    return int(found[1]), int(found[2])


def _model(
    wanted: str | None, width: int | None, height: int | None, settings: Settings, is_ready: Callable[[str], bool]
) -> str:
    """The model that is named; else the one of whose size a video is asked for, if a server is up; else one that is."""
    served = dict.fromkeys(one.model for one in settings.sglang_servers)
    named = next((model for model in SIZES if wanted and model.removeprefix("mova-") in wanted.lower()), None)
    if named in served:
        return str(named)
    sized = next((model for model, sizes in SIZES.items() if (width, height) in sizes.values()), None)
    ready = [model for model in served if is_ready(model)]
    return sized if sized and sized in ready else next(iter(ready), likely_model(settings, None))


def _words(problem: ValidationError) -> str:
    first = problem.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))[:80]}: {first['msg']}"
