"""``/v1/videos`` over our queue, as clients of OpenAI's and of SGLang's route know it."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.access import Caller, Creator, Orderer, Reader
from api.file_answers import FileAnswer, file_answers
from api.ordering import RequestKey, placed
from api.problems import Refused
from api.video_answers import ModelCard, ModelList, Video, VideoList, video_of
from api.video_fields import VideoFields, fields_of_form, fields_of_json, order_of
from core.messages import gettext_noop
from core.render_settings import LIMITS, SIZES, Orientation, render_settings
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.model.states import allowing
from jobs.servers.status import MODELS
from record.folder import VIDEO

router = APIRouter(prefix="/v1", tags=["Videos"])
_POLL = {"openai-poll-after-ms": "1000"}
_TRIES = 5
_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {"application/json": {"schema": {"type": "object"}}}}
    for status, words in {
        400: "What was sent cannot be used",
        401: "No key, or one that is not known",
        403: "The key may not do this",
        404: "There is no such video, or it is somebody else's",
        409: "Not in this state",
        413: "Too large",
        422: "A field has the wrong type",
        429: "A limit is reached",
        500: "A fault of the program",
        503: "A server or the database is not ready",
        507: "The disk is full",
    }.items()
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": {"$ref": "#/components/schemas/VideoForm"}},
            "application/json": {"schema": {"$ref": "#/components/schemas/VideoBody"}},
        },
    }
}


@router.post("/videos", responses=_REFUSED, openapi_extra=_BODY)
async def create_video(
    request: Request,
    response: Response,
    caller: Orderer,
    idempotency_key: RequestKey = None,
) -> Video:
    """Order a video. It waits in the queue like a person's; poll it, then fetch its content."""
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/form-data"):
        fields, picture = await fields_of_form(request)
    elif kind.startswith("application/x-www-form-urlencoded"):
        raise Refused(400, gettext_noop("Invalid request body: send multipart/form-data or application/json"))
    else:
        fields, picture = fields_of_json(await request.body())
    response.headers.update(_POLL)
    return await run_in_threadpool(_ordered, caller, fields, picture, idempotency_key)


def _ordered(caller: Caller, fields: VideoFields, picture: bytes | None, key: str | None) -> Video:
    order = order_of(fields, picture, caller.settings, lambda model: _card(caller, model).ready)
    told = f"{json.dumps(fields.model_dump(exclude={'input_reference'}))} {hashlib.sha256(picture or b'').hexdigest()}"
    job = placed(caller, order, key, told, lambda job_id: caller.service.send(job_id))
    return video_of(job, caller.translate)


@router.get("/videos", responses=_REFUSED)
def list_videos(
    caller: Reader,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> VideoList:
    """The person's videos, newest first."""
    library, number = caller.service.library, None
    if after is not None:
        number = caller.deleted.number(caller.person.name, after)
        if number is None:
            number = library.cursor_after(after, oldest_first=order == "asc")
        if number is None:
            return VideoList(data=[])
    if order == "desc":
        page = library.page(size=limit, older_than=number)
        jobs, more = page.jobs, page.older
    else:
        page = library.page(size=limit, newer_than=number, oldest=number is None)
        jobs, more = page.jobs[::-1], page.newer
    videos = [video_of(job, caller.translate) for job in jobs]
    ends = (videos[0].id, videos[-1].id) if videos else (None, None)
    return VideoList(data=videos, first_id=ends[0], last_id=ends[1], has_more=bool(videos) and more is not None)


@router.get("/videos/models", responses=_REFUSED)
def list_models_of_videos(caller: Reader) -> ModelList:
    """What can be rendered: sizes, lengths, steps, sound, whether a server is up, and how long it takes."""
    served = {one.model for one in caller.settings.sglang_servers}
    return ModelList(data=[_card(caller, model) for model in MODELS if model in served])


@router.get("/models", responses=_REFUSED)
def list_models(caller: Reader) -> ModelList:
    """The same, where clients of OpenAI look for it."""
    return list_models_of_videos(caller)


@router.get("/models/{model}", responses=_REFUSED)
def retrieve_model(caller: Reader, model: str) -> ModelCard:
    """One model."""
    found = next((one for one in list_models_of_videos(caller).data if one.id == model), None)
    if found is None:
        raise Refused(404, gettext_noop("The model '{model}' does not exist"), model=model[:80])
    return found


@router.get("/videos/{video_id}", responses=_REFUSED)
def retrieve_video(response: Response, caller: Reader, video_id: str) -> Video:
    """A video as it stands."""
    response.headers.update(_POLL)
    return video_of(_found(caller, video_id), caller.translate)


@router.delete("/videos/{video_id}", responses=_REFUSED)
def delete_video(caller: Creator, video_id: str) -> Video:
    """Forget a video and its files. What was not sent yet is cancelled; a GPU that has it already goes on."""
    job = _found(caller, video_id)
    for _ in range(_TRIES):  # it may move on between the look and the act
        job = _found(caller, video_id)
        if job.state in allowing("delete"):
            if caller.service.delete(job.id) is not None:
                caller.deleted.note(caller.person.name, job.id, job.number)
                return video_of(job, caller.translate).model_copy(update={"status": "deleted"})
        elif job.state in allowing("cancel"):
            caller.service.cancel(job.id)
        else:
            caller.service.stop_waiting(job.id)
    raise Refused(409, gettext_noop("The video is being worked on; try again in a moment"))


@router.get(
    "/videos/{video_id}/content",
    responses={
        **_REFUSED,
        **file_answers("video/mp4", "image/jpeg"),
    },
    response_class=FileAnswer,
)
def content(
    caller: Reader,
    video_id: str,
    variant: str | None = None,
    _range: Annotated[str | None, Header(alias="Range")] = None,
) -> Response:
    """The file: an MP4 with sound; with ``variant=thumbnail`` its first frame as a JPEG."""
    job = _found(caller, video_id)
    if not job.final:
        raise Refused(404, gettext_noop("Generation is still in-progress"))
    if variant == "thumbnail":
        path = caller.service.files.poster(job.id)
    elif (
        signed := caller.service.files.address(job, VIDEO) if job.state == "completed" and _is_video(variant) else None
    ):
        return RedirectResponse(signed, 307)
    else:
        path = caller.service.files.path(job, VIDEO) if _is_video(variant) else None
    if job.state != "completed" or path is None or not path.is_file():
        raise Refused(404, gettext_noop("Video variant {variant} not found"), variant=str(variant)[:40])
    kind = "image/jpeg" if variant == "thumbnail" else "video/mp4"
    return FileAnswer(path, media_type=kind, filename=f"{job.id}{path.suffix}")


def _is_video(variant: str | None) -> bool:
    return variant in (None, "video") or (variant is not None and re.fullmatch("0+", variant) is not None)


def _found(caller: Caller, video_id: str) -> JobRecord:
    if job := caller.service.known(video_id):
        return job
    raise Refused(404, gettext_noop("Video not found"))


def _card(caller: Caller, model: str) -> ModelCard:
    settings = caller.settings
    landscape: Orientation = "landscape"
    render, _ = render_settings(
        model=model,
        orientation=landscape,
        num_frames=settings.num_frames,
        fps=settings.fps,
        guidance_scale=settings.guidance_scale,
        num_inference_steps=settings.num_inference_steps,
        seed=0,
    )
    plan = caller.service.plans.render_of_request(JobRequest(mode="simple", text="-", render=render, model=model))
    estimate, error = plan.estimate, plan.error
    return ModelCard(
        id=model,
        sizes=["x".join(map(str, size)) for size in SIZES[model].values()],
        num_frames={**_limits("num_frames"), "default": settings.num_frames},
        fps={**_limits("fps"), "default": settings.fps},
        seconds={"default": round(render.seconds, 3)},
        num_inference_steps={**_limits("num_inference_steps"), "default": settings.num_inference_steps},
        ready=plan.is_known and error is None,
        preview=plan.is_preview,
        reason=error.message(caller.translate) if error else None,
        ahead=plan.ahead,
        seconds_to_render=_learned(estimate) if estimate else None,
    )


def _learned(estimate: Any) -> dict[str, float]:
    return {name: float(getattr(estimate, name)) for name in ("median", "low", "high", "n")}


def _limits(name: str) -> dict[str, int]:
    return {"min": int(LIMITS[name].low), "max": int(LIMITS[name].high)}
