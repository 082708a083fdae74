"""The routes of ``/v1/videos``: create, list, retrieve, delete, content."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import FileResponse
from pydantic import ValidationError

from preview.engine import Engine, engine_of
from preview.fields import VideoForm, VideoGenerationsRequest, request_of_form, request_of_json
from preview.pictures import picture_of_form, picture_of_json
from preview.plan import Plan, plan_of
from preview.worker import Task
from protocol.video_answers import VideoListResponse, VideoResponse

router = APIRouter(prefix="/v1/videos")
Asked = tuple[VideoGenerationsRequest, bytes | None]


@router.post("")
async def create(request: Request, form: Annotated[VideoForm, Form()]) -> VideoResponse:
    engine = engine_of(request)
    multipart = "multipart/form-data" in request.headers.get("content-type", "").lower()
    try:
        asked, picture = await (_read_form(request, form) if multipart else _read_json(request))
        plan = plan_of(asked, has_picture=picture is not None, model=engine.model)
    except (TypeError, ValueError) as error:
        raise HTTPException(400, str(error)) from error
    return _queue(engine, plan, picture or b"", asked.model or engine.model.name)


async def _read_form(request: Request, form: VideoForm) -> Asked:
    if not form.prompt:
        raise ValueError("prompt is required")
    picture = await picture_of_form(form.input_reference, form.reference_url)
    return request_of_form(form, await request.form()), picture


async def _read_json(request: Request) -> Asked:
    """The request in a JSON body. One that is not JSON counts as empty, as SGLang does."""
    try:
        body = await request.json()
    except (ValueError, RuntimeError):  # the latter: a urlencoded form, already read
        body = {}
    try:
        asked = request_of_json(body)
        return asked, picture_of_json(asked.input_reference, asked.reference_url)
    except (TypeError, ValueError) as error:
        code = "" if isinstance(error, (TypeError, ValidationError)) else "400: "
        raise ValueError(f"Invalid request body: {code}{error}") from error


def _queue(engine: Engine, plan: Plan, picture: bytes, model: str) -> VideoResponse:
    job_id = str(uuid.uuid4())
    task = Task(job_id, plan, engine.inputs / job_id, engine.outputs / f"{job_id}.mp4")
    task.picture.write_bytes(picture)
    job = VideoResponse(
        id=job_id,
        model=model,
        size=f"{plan.asked_width}x{plan.asked_height}",
        seconds=str(round(plan.seconds)),
        file_path=str(task.video),
    )
    engine.store.add(job)
    engine.worker.submit(task)
    return job


@router.get("")
async def list_videos(
    request: Request,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> VideoListResponse:
    return engine_of(request).store.page(after=after, limit=limit, order=order)


@router.get("/{video_id}")
async def retrieve(request: Request, video_id: str) -> VideoResponse:
    return _found(engine_of(request).store.get(video_id))


@router.delete("/{video_id}")
async def delete(request: Request, video_id: str) -> VideoResponse:
    """Forget the job. A render that runs or waits is done all the same, and its file stays, as with SGLang."""
    job = _found(engine_of(request).store.remove(video_id))
    return job.model_copy(update={"status": "deleted"})


@router.get("/{video_id}/content")
async def content(request: Request, video_id: str, variant: str | None = None) -> FileResponse:
    job = _found(engine_of(request).store.get(video_id))
    if job.status not in ("completed", "failed"):
        raise HTTPException(404, "Generation is still in-progress")
    path = Path(job.file_path or "")
    if not _is_first(variant) or not path.is_file():
        raise HTTPException(404, f"Video variant {variant} not found")
    return FileResponse(path, media_type="video/mp4", filename=path.name)


def _is_first(variant: str | None) -> bool:
    try:
        return variant is None or int(variant) == 0
    except ValueError:
        return False


def _found(job: VideoResponse | None) -> VideoResponse:
    if job is None:
        raise HTTPException(404, "Video not found")
    return job
