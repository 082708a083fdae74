"""``/api/v1/jobs``: ordered, listed, followed; what a person may do with one, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.access import Caller, Creator, Orderer, Reader, Spender
from api.file_answers import FileAnswer, file_answers
from api.job_bodies import Again, Approval, Changes, Decision, FirstFrame, OrderBody, Retry, StepText, Takes
from api.job_bodies import Choice as VersionChoice
from api.job_documents import (
    JOBS,
    EstimateDocument,
    FileDocument,
    FileList,
    JobDetails,
    JobDocument,
    JobPage,
    Outcome,
    StepDocument,
    StepList,
    details,
    estimate_document,
    etag,
    file_url,
    job_document,
    step_document,
)
from api.ordering import RequestKey, is_matched, placed
from api.problems import answers
from api.video_fields import picture_sent
from core.errors import ActRefused, FieldUnfit, FileMissing, PlanChanged, UnknownJob
from core.files import MEDIA_TYPES
from core.messages import gettext_noop
from core.render_settings import draw_seed
from core.steps import Step
from jobs.model.records import FileRecord, JobFilter, JobRecord
from jobs.model.request import Mode
from jobs.model.states import AT_REST, JobState, allowing
from pipeline import PREPARATION

router = APIRouter(prefix="/api/v1", tags=["Jobs"])
_LOOK_EVERY = 0.5  # seconds between looks at a job that is followed
Match = Annotated[str | None, Header(alias="If-Match", max_length=200, description="The ETag of what you have read")]
CANCELLED = gettext_noop("Cancelled: nothing had been sent to a server, and what was made is kept.")
GIVEN_UP = gettext_noop(
    "Given up, not stopped: a server has the job and cannot abort it. Its GPU goes on until the end, and its place "
    "stays taken until then."
)
DONE = gettext_noop("Done.")


# ---- order, list, look -----------------------------------------------------------------------------------------------


@router.post("/jobs", status_code=201, responses=answers(400, 404, 409, 413, 507))
def create_job(
    response: Response, caller: Orderer, body: OrderBody, start: bool = True, idempotency_key: RequestKey = None
) -> JobDetails:
    """Order a job of either mode and start it; with ``start=false`` it stays a draft until it is approved."""
    service = caller.service
    go_on = (service.send if body.mode == "simple" else service.start) if start else None
    job = placed(caller, body.order(caller), idempotency_key, f"{start} {body.told}", go_on)
    response.headers["Location"] = f"{JOBS}/{job.id}"
    return _shown(caller, response, job.id)


@router.post("/estimates", responses=answers(400, 404, 409, 413))
def estimate(caller: Reader, body: OrderBody) -> EstimateDocument:
    """What an order would do, who would make it, where it would be rendered and when; nothing is made or asked."""
    order = body.order(caller)
    return estimate_document(caller, caller.service.plans.of_order(order), order.request)


@router.get("/jobs", responses=answers())
def list_jobs(
    caller: Reader,
    text: Annotated[
        str | None, Query(max_length=500, description="Searched for in all texts, seed, name and id")
    ] = None,
    state: Annotated[list[JobState] | None, Query()] = None,
    mode: Mode | None = None,
    favourite: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> JobPage:
    """The library, newest first, searched and page by page."""
    wanted = JobFilter(text=text, states=frozenset(state) if state else None, mode=mode, favourite=favourite)
    page = caller.service.library.page(wanted, size=limit, older_than=cursor)
    after = str(page.older) if page.older is not None and page.jobs else None
    return JobPage(jobs=[job_document(caller, job) for job in page.jobs], next=after)


@router.get("/jobs/{job_id}", responses=answers(404))
def get_job(response: Response, caller: Reader, job_id: str) -> JobDetails:
    """A job as it stands; its ETag goes into If-Match."""
    return _shown(caller, response, job_id)


@router.patch("/jobs/{job_id}", responses=answers(404, 409, 412))
def change_job(response: Response, caller: Creator, job_id: str, body: Changes, if_match: Match = None) -> JobDetails:
    """Reword it, or mark it as a favourite."""
    _check_match(caller, job_id, if_match)
    if body.text is not None:
        caller.service.steps.reword(job_id, body.text)
    if body.favourite is not None:
        caller.service.library.mark_favourite(job_id, favourite=body.favourite)
    return _shown(caller, response, job_id)


@router.delete("/jobs/{job_id}", status_code=204, responses=answers(404, 409, 412, 507))
def delete_job(caller: Creator, job_id: str, if_match: Match = None) -> None:
    """Delete a job that nothing works on, and its files. Cancel it first where something does."""
    _check_match(caller, job_id, if_match)
    if caller.service.delete(job_id) is None:
        raise _refused(caller, job_id)


def _known_job(caller: Reader, job_id: str) -> JobRecord:
    return caller.service.get(job_id)


@router.get("/jobs/{job_id}/events", responses=answers(404), response_class=EventSourceResponse)
async def follow_job(caller: Reader, job: Annotated[JobRecord, Depends(_known_job)]) -> AsyncIterator[ServerSentEvent]:
    """The job after each change, as server-sent events, until it waits for you or has ended."""
    seen = ""
    while True:
        try:
            now, version = await run_in_threadpool(_followed, caller, job.id)
        except UnknownJob:
            yield ServerSentEvent(data={"id": job.id}, event="deleted")
            return
        if version != seen:
            seen = version
            yield ServerSentEvent(data=now, event=now.state, id=version.strip('"'))
        if now.state in AT_REST:
            return
        await asyncio.sleep(_LOOK_EVERY)


def _followed(caller: Caller, job_id: str) -> tuple[JobDocument, str]:
    job = caller.service.get(job_id)
    return job_document(caller, job), etag(job, caller.service.steps.of(job_id))


# ---- acts ------------------------------------------------------------------------------------------------------------


@router.post("/jobs/{job_id}/approve", responses=answers(404, 409, 412))
def approve_job(caller: Spender, job_id: str, body: Approval, if_match: Match = None) -> Outcome:
    """Accept what is there and go on with the next step, or with ``to_end`` without asking again."""
    return _act(
        caller, job_id, if_match, lambda: caller.service.approve(job_id, to_end=body.to_end, expected=body.expected)
    )


@router.post("/jobs/{job_id}/retry", responses=answers(404, 409, 412))
def retry_job(caller: Spender, job_id: str, body: Retry, if_match: Match = None) -> Outcome:
    """Continue a job that ended without a video, from a step or as it is best."""
    service, step = caller.service, body.step
    if step is None:
        return _act(caller, job_id, if_match, lambda: service.retry(job_id))
    return _act(caller, job_id, if_match, lambda: service.retry_from(job_id, step, expected=body.expected))


@router.post("/jobs/{job_id}/send-again", responses=answers(404, 409, 412))
def send_job_again(caller: Spender, job_id: str, body: Again, if_match: Match = None) -> Outcome:
    """Render it again with the same seed where its server failed; the job in the answer may be a copy."""
    _check_match(caller, job_id, if_match)
    going = caller.service.send_again(job_id, anywhere=body.anywhere)
    if going is None:
        raise _refused(caller, job_id)
    return Outcome(done=caller.translate(DONE), job=job_document(caller, caller.service.get(going)))


@router.post("/jobs/{job_id}/hold", responses=answers(404, 409, 412))
def hold_job(caller: Creator, job_id: str, if_match: Match = None) -> Outcome:
    """Take it out of the queue to change it; a preparation stops after the step that is being made."""
    return _act(caller, job_id, if_match, lambda: caller.service.hold(job_id))


@router.post("/jobs/{job_id}/cancel", responses=answers(404, 409, 412))
def cancel_job(caller: Creator, job_id: str, if_match: Match = None) -> Outcome:
    """Cancel what was not sent, which is real and free; give up what a server has, which goes on there."""
    _check_match(caller, job_id, if_match)
    service, job = caller.service, caller.service.get(job_id)
    acts = (service.cancel, service.stop_waiting) if job.state in allowing("cancel") else (service.stop_waiting,)
    if not any(act(job_id) for act in acts):
        raise _refused(caller, job_id)
    ended = service.get(job_id)
    words = CANCELLED if ended.state == "cancelled" else GIVEN_UP
    return Outcome(done=caller.translate(words), job=job_document(caller, ended))


@router.post("/jobs/{job_id}/decide", responses=answers(404, 409, 412))
def decide_job(caller: Spender, job_id: str, body: Decision, if_match: Match = None) -> Outcome:
    """Answer the question about results that another service, model or prompt would make now."""
    return _act(caller, job_id, if_match, lambda: caller.service.steps.decide(job_id, keep=body.keep, only=body.step))


# ---- steps -----------------------------------------------------------------------------------------------------------


@router.get("/jobs/{job_id}/steps", responses=answers(404))
def list_steps(response: Response, caller: Reader, job_id: str) -> StepList:
    """All versions of all steps."""
    job, steps = caller.service.get(job_id), caller.service.steps.of(job_id)
    response.headers["ETag"] = etag(job, steps)
    return StepList(steps=[step_document(caller, job, one) for one in steps])


@router.put("/jobs/{job_id}/steps/{step}", responses=answers(404, 409, 412))
def edit_step(
    response: Response, caller: Creator, job_id: str, step: Step, body: StepText, if_match: Match = None
) -> StepDocument:
    """Put your own text in the place of the step's; what was made from it becomes stale."""
    _check_match(caller, job_id, if_match)
    job = _with_steps(caller, job_id, step)
    edited = caller.service.steps.edit(job_id, step, body.text)
    response.headers["ETag"] = etag(caller.service.get(job_id), caller.service.steps.of(job_id))
    return step_document(caller, job, edited)


@router.post("/jobs/{job_id}/steps/{step}/regenerate", responses=answers(404, 409, 412))
def regenerate_step(caller: Spender, job_id: str, step: Step, if_match: Match = None) -> Outcome:
    """Make one step again as a new version, and go on from there."""
    _with_steps(caller, job_id, step)
    return _act(caller, job_id, if_match, lambda: caller.service.regenerate_step(job_id, step))


@router.post("/jobs/{job_id}/steps/{step}/choose", responses=answers(404, 409, 412))
def choose_version(caller: Creator, job_id: str, step: Step, body: VersionChoice, if_match: Match = None) -> Outcome:
    """Choose another version; what was made from exactly that one counts again."""
    _with_steps(caller, job_id, step)
    return _act(caller, job_id, if_match, lambda: caller.service.steps.choose(job_id, step, body.version))


@router.put("/jobs/{job_id}/first-frame", responses=answers(400, 404, 409, 412, 413, 507))
def put_first_frame(
    response: Response, caller: Creator, job_id: str, body: FirstFrame, if_match: Match = None
) -> JobDetails:
    """Take a picture of your own as the first frame."""
    _check_match(caller, job_id, if_match)
    data = picture_sent(body.picture)
    if data is None:
        raise FieldUnfit(where="picture", reason=gettext_noop("it is empty"))
    caller.service.steps.swap_frame(job_id, data)
    return _shown(caller, response, job_id)


# ---- takes and files -------------------------------------------------------------------------------------------------


@router.get("/jobs/{job_id}/takes", responses=answers(404))
def list_takes(caller: Reader, job_id: str) -> JobPage:
    """The jobs with the same text that one was copied from or to, with it, oldest first."""
    return JobPage(jobs=[job_document(caller, one) for one in caller.service.library.takes(job_id)], next=None)


@router.post("/jobs/{job_id}/takes", status_code=201, responses=answers(404, 409, 412, 507))
def more_takes(caller: Orderer, job_id: str, body: Takes, if_match: Match = None) -> JobPage:
    """Send a copy for each seed, with what was already made; the job itself stays as it is."""
    _check_match(caller, job_id, if_match)
    made = caller.service.copies.again(job_id, [seed or draw_seed() for seed in body.seeds])
    return JobPage(jobs=[job_document(caller, caller.service.get(one.id)) for one in made], next=None)


@router.get("/jobs/{job_id}/files", responses=answers(404))
def list_files(caller: Reader, job_id: str) -> FileList:
    """The files on record."""
    return FileList(files=[_file(one) for one in caller.service.files.recorded(job_id)])


@router.get(
    "/jobs/{job_id}/files/{name}",
    responses={
        **answers(404),
        **file_answers(*MEDIA_TYPES.values(), "application/octet-stream"),
    },
    response_class=FileAnswer,
)
def get_file(caller: Reader, job_id: str, name: str) -> Response:
    """One of these files; Range is answered with its part."""
    job = caller.service.get(job_id)
    recorded = {one.name for one in caller.service.files.recorded(job_id)}
    if name in recorded and (signed := caller.service.files.address(job, name)):
        return RedirectResponse(signed, 307)
    path = caller.service.files.path(job, name) if name in recorded else None
    if path is None:
        raise FileMissing(name=name[:80], reason=gettext_noop("it does not exist"))
    return FileAnswer(path, media_type=MEDIA_TYPES.get(path.suffix, "application/octet-stream"), filename=path.name)


def _file(one: FileRecord) -> FileDocument:
    url = file_url(one.job_id, one.name)
    return FileDocument(name=one.name, kind=one.kind, bytes=one.bytes, sha256=one.sha256, url=url)


# ---- helpers ---------------------------------------------------------------------------------------------------------


def _shown(caller: Caller, response: Response, job_id: str) -> JobDetails:
    job = caller.service.get(job_id)
    response.headers["ETag"] = etag(job, caller.service.steps.of(job_id))
    return details(caller, job)


def _act(caller: Caller, job_id: str, match: str | None, act: Callable[[], bool]) -> Outcome:
    _check_match(caller, job_id, match)
    if not act():
        raise _refused(caller, job_id)
    return Outcome(done=caller.translate(DONE), job=job_document(caller, caller.service.get(job_id)))


def _check_match(caller: Caller, job_id: str, match: str | None) -> None:
    """Make sure that a job is as it was when it was read; raises UnknownJob, PlanChanged."""
    job = caller.service.get(job_id)
    if match is not None and not is_matched(match, etag(job, caller.service.steps.of(job_id))):
        step = caller.service.plans.steps_of(job).next_step
        raise PlanChanged(job=job.id, step=step.replace("_", " "))


def _with_steps(caller: Caller, job_id: str, step: Step) -> JobRecord:
    """The job, if it has this step; raises UnknownJob, ActRefused."""
    job = caller.service.get(job_id)
    if job.mode != "full" or step not in PREPARATION:
        raise ActRefused(job=job.id, state=job.state)
    return job


def _refused(caller: Caller, job_id: str) -> ActRefused:
    return ActRefused(job=job_id, state=caller.service.get(job_id).state)
