"""The fields of a request, in a form and in JSON. Unknown ones are ignored, as SGLang does."""

from __future__ import annotations

import json
from typing import Any

from fastapi import HTTPException, UploadFile
from pydantic import BaseModel
from starlette.datastructures import FormData


class VideoFields(BaseModel):
    """What forms and JSON bodies share. Only the first group changes a preview; the rest is checked for its type."""

    model: str | None = None
    size: str | None = None
    width: int | None = None
    height: int | None = None
    seconds: int | None = None
    fps: int | None = None
    num_frames: int | None = None
    num_inference_steps: int | None = None
    n: int | None = None
    num_outputs_per_prompt: int | None = None
    reference_url: str | None = None
    video_url: str | None = None
    video_path: str | None = None
    negative_prompt: str | None = None
    guidance_scale: float | None = None
    guidance_scale_2: float | None = None
    true_cfg_scale: float | None = None
    task_type: str | None = None
    generator_device: str | None = None
    max_sequence_length: int | None = None
    flow_shift: float | None = None
    enable_teacache: bool | None = None
    enhance_prompt: bool | None = None
    enable_frame_interpolation: bool | None = None
    frame_interpolation_exp: int | None = None
    frame_interpolation_scale: float | None = None
    frame_interpolation_model_path: str | None = None
    enable_upscaling: bool | None = None
    upscaling_model_path: str | None = None
    upscaling_scale: int | None = None
    output_quality: str | None = None
    output_compression: int | None = None
    x264_preset: str | None = None
    output_path: str | None = None
    perf_dump_path: str | None = None


class VideoForm(VideoFields):
    """A multipart form. An empty field counts as absent here and is looked up again in the form as it came."""

    prompt: str | None = None
    seed: int | None = None
    input_reference: UploadFile | None = None
    video_reference: UploadFile | None = None
    extra_params: str | None = None
    extra_body: str | None = None


class VideoGenerationsRequest(VideoFields):
    """A request, whichever way it came. Its name is SGLang's, because error texts carry it."""

    prompt: str
    seed: int | list[int] | None = None
    input_reference: str | None = None
    quality: str | None = None


TEXT_FIELDS = {"prompt", "negative_prompt", "task_type"}  # never read as JSON


def request_of_form(form: VideoForm, raw: FormData) -> VideoGenerationsRequest:
    """The request that a multipart form makes.

    A field left empty is taken as the empty text, and values are read as JSON where they can be, so that
    ``seed=`` and ``model=42`` are refused: SGLang 0.5.23 does the same.

    Raises:
        ValueError: a field has the wrong type (pydantic's own text).
        HTTPException: ``extra_body`` or ``extra_params`` is not JSON.
    """
    extras = _extras(form)
    values: dict[str, Any] = {}
    for name in VideoGenerationsRequest.model_fields.keys() - {"input_reference"}:
        extra = raw.get(name, extras.get(name))
        typed = getattr(form, name, None)
        value = extra if typed is None else typed
        values[name] = value if name in TEXT_FIELDS else _decoded(value)
    values["seconds"] = values["seconds"] or None  # 0 counts as not given, in a form only
    return VideoGenerationsRequest(**values)


def _extras(form: VideoForm) -> dict[str, Any]:
    extras = flattened(_json_of("extra_body", form.extra_body))
    return {**extras, **flattened({"extra_params": _json_of("extra_params", form.extra_params)})}


def _json_of(name: str, text: str | None) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError as error:
        raise HTTPException(400, f"{name} is not valid JSON") from error


def flattened(payload: Any) -> dict[str, Any]:
    """The fields of ``payload`` with those inside its ``extra_params`` beside them; anything else is empty."""
    if not isinstance(payload, dict):
        return {}
    inner = _decoded(payload.get("extra_params"))
    outer = {name: value for name, value in payload.items() if name != "extra_params"}
    return {**inner, **outer} if isinstance(inner, dict) else outer


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def request_of_json(body: Any) -> VideoGenerationsRequest:
    """The request that a JSON body makes; ``extra_body`` and ``extra_json`` lie under its own fields.

    Raises:
        ValueError or TypeError: not an object, or a field has the wrong type.
    """
    payload = dict(body or {})
    for name in ("extra_body", "extra_json"):
        extra = payload.pop(name, None)
        extra = json.loads(extra) if isinstance(extra, str) else extra
        payload = {**flattened(extra), **payload}
    return VideoGenerationsRequest(**flattened(payload))
