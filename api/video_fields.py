"""The body of ``POST /v1/videos``: OpenAI's and SGLang's fields, as a form or as JSON, turned into an order."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile as SentFile

from api.problems import Refused
from cli.requests import OwnPicture, RunOptions, simple_order
from core.accepted_values import accepted
from core.errors import NotAPicture
from core.messages import gettext_noop, phrase
from core.render_settings import SIZES, Orientation, snap_frames
from jobs.model.request import QueueKey
from jobs.servers.selection import likely_model
from media.frames import open_source

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.datastructures import FormData

    from config import Settings
    from core.render_settings import OutputQuality
    from jobs.store.orders import Order

_SIZE = re.compile(r"([1-9][0-9]{0,4})[xX]([1-9][0-9]{0,4})")
_DATA = re.compile(r"data:image/[a-z0-9.+-]{1,40};base64,", re.IGNORECASE)
_BODY = gettext_noop("Invalid request body: {reason}")
_IMAGE = gettext_noop("Failed to process image source: {reason}")
_ITSELF = gettext_noop("send the picture itself, as data:image/png;base64,… or as a file")
_FIELD = gettext_noop("{where}: {reason}")
_ELSEWHERE = gettext_noop("a file came as {where}; the first frame is sent as input_reference")
_LONGEST_URL = 64 * 2**20


def _no_switch(value: object) -> object:
    """True is no 1."""
    if isinstance(value, bool):
        raise ValueError(gettext_noop("a number is needed, not true or false"))
    return value


NoSwitch = BeforeValidator(_no_switch)
Whole = Annotated[int, Field(ge=-(2**63), le=2**64), NoSwitch]
Real = Annotated[float, NoSwitch]


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
    guidance_scale: Real | None = None
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
        Refused: with SGLang's status and the words of what is wrong.
    """
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(400, _BODY, reason=gettext_noop("it is not JSON in UTF-8")) from None
    if not isinstance(payload, dict):
        raise Refused(400, _BODY, reason=gettext_noop("a JSON object is needed"))
    extra = _extra(payload.pop("extra_body", None))
    try:
        body = VideoBody.model_validate({**extra, **payload})
    except ValidationError as problem:
        raise _unfit(problem) from None
    if body.prompt is None:
        raise Refused(400, _BODY, reason=phrase(_FIELD, where="prompt", reason=gettext_noop("it is missing")))
    given = body.input_reference
    if isinstance(given, dict):
        if not isinstance(given.get("image_url"), str):
            raise Refused(400, _IMAGE, reason=_ITSELF)
        given = given["image_url"]
    return body, picture_of_url(given or body.reference_url)


async def fields_of_form(request: Request) -> tuple[VideoFields, bytes | None]:
    """The fields and the picture of a form.

    Raises:
        Refused: it broke off, is not in UTF-8, or a field of it cannot be used.
        RequestValidationError: a field has another type.
    """
    body = await request.body()
    async with request.form() as sent:
        _check_whole(request, body, sent)
        try:
            form = VideoForm.model_validate({name: value for name, value in sent.items() if value != ""})
        except ValidationError as problem:
            faults = problem.errors(include_url=False)
            raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in faults]) from None
        fields = _with_extra(form, form.extra_body) if form.extra_body else form
        if form.input_reference is not None:
            return fields, await form.input_reference.read()
        return fields, picture_of_url(fields.reference_url)


def _check_whole(request: Request, body: bytes, sent: FormData) -> None:
    """Make sure that a form came as it was meant: the parser takes half of one, and other encodings for Latin-1."""
    options = parse_options_header(request.headers["content-type"])[1]
    if b"--%s--" % options.get(b"boundary", b"") not in body:
        raise Refused(400, _BODY, reason=gettext_noop("the form broke off before its end"))
    for name, value in sent.multi_items():
        if isinstance(value, SentFile):
            if name in VideoFields.model_fields or name == "input_reference":
                continue
            raise Refused(400, _BODY, reason=phrase(_ELSEWHERE, where=name[:40]))
        is_guessed = b"charset" not in options and not value.isascii() and max(value) <= "\xff"
        if is_guessed and value.encode() not in body:
            raise Refused(
                400, _BODY, reason=phrase(_FIELD, where=name[:40], reason=gettext_noop("it is not text in UTF-8"))
            )


def _with_extra(form: VideoForm, text: str) -> VideoFields:
    """The fields of a form over those in its ``extra_body``."""
    given = form.model_dump(exclude={"input_reference", "extra_body"}, exclude_none=True)
    try:
        return VideoFields(**{**_extra(text), **given})
    except ValidationError as problem:
        raise _unfit(problem) from None


def _extra(given: Any) -> dict[str, Any]:
    """The fields of an ``extra_body``; raises Refused."""
    try:
        extra = json.loads(given) if isinstance(given, str) and given else given or {}
    except (ValueError, RecursionError):
        raise Refused(400, gettext_noop("extra_body is not valid JSON")) from None
    if not isinstance(extra, dict):
        raise Refused(400, gettext_noop("extra_body is not a JSON object"))
    return extra


def picture_of_url(url: str | None) -> bytes | None:
    """The bytes in a data URL; addresses and paths are refused, for nothing is fetched or opened for a request.

    Raises:
        Refused
    """
    if not url:
        return None
    head = _DATA.match(url)
    if not head or len(url) > _LONGEST_URL:
        raise Refused(400, _IMAGE, reason=_ITSELF)
    try:
        data = base64.b64decode(url[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, _IMAGE, reason=gettext_noop("it is not valid base64")) from None
    if not data:
        raise Refused(400, _IMAGE, reason=gettext_noop("it is empty"))
    return data


def picture_sent(url: str | None) -> bytes | None:
    """The same where errors are problems; raises NotAPicture."""
    try:
        return picture_of_url(url)
    except Refused as problem:
        raise NotAPicture(str(problem.detail)) from None


def order_of(fields: VideoFields, picture: bytes | None, settings: Settings, is_ready: Callable[[str], bool]) -> Order:
    """The order of a video; without a picture it begins with a white frame, from text alone.

    Args:
        is_ready: whether a model's videos can be rendered now.

    Raises:
        InputError: a number, the text or the picture cannot be used.
        Refused: what MovaError has no class for.
    """
    if not fields.prompt:
        raise Refused(400, gettext_noop("prompt is required"))
    if (fields.n or 1) > 1:  # below one is one, as SGLang has it
        raise Refused(400, gettext_noop("n must be 1: order each video by itself"))
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
        raise Refused(400, gettext_noop("Invalid output_quality. Expected one of: {values}"), values=str(list(known)))
    return known.get(word or "")


def _size(fields: VideoFields, settings: Settings) -> tuple[int | None, int | None]:
    if fields.width is not None or fields.height is not None:
        for name, value in (("width", fields.width), ("height", fields.height)):
            if value is not None and value <= 0:
                raise Refused(400, gettext_noop("{value} must be positive"), value=name)
        return fields.width, fields.height
    if not fields.size:
        return None, None
    found = _SIZE.fullmatch(fields.size.strip())
    if not found:
        raise Refused(400, gettext_noop("size must be formatted as positive WIDTHxHEIGHT"))
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


def _unfit(problem: ValidationError) -> Refused:
    first = problem.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))[:80]
    return Refused(400, _BODY, reason=phrase(_FIELD, where=where, reason=accepted(first)))
