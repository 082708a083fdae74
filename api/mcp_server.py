"""The tools that a program which acts for a person has, over the official SDK: at most twelve, each quick.

Nothing waits for a render: what takes long has the job's id, which stays. What spends needs the id of an estimate, and
a job that waits is a question to its person.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from api.mcp_acts import Acts
from api.mcp_answers import Answer, Estimate, FileAddress, Job, JobList, Models
from api.problems import code_of
from core.errors import MovaError, ScopeMissing
from core.render_settings import Orientation
from core.steps import Step
from core.version import VERSION

if TYPE_CHECKING:
    from jobs.model.api_keys import Scope

T = TypeVar("T")
WITHIN = 1.5  # seconds; clients give up after 30 and more, and a person waits two at most
_LOG = logging.getLogger("mova.mcp")
_INSTRUCTIONS = """
Makes videos with synchronized sound from words. The way of a video:
1. estimate_video notes a draft, which costs nothing, and says what it takes. Show the estimate to the person.
2. make_video with the estimate's id starts it and answers at once with the job's id. A render takes minutes.
3. get_job says how it stands; ask again after some seconds, not in a loop without pause.
4. A job in the state "waiting" or "unclear" has a question. Put it to the person, with its text or picture, and give
   their answer to answer_question. Never answer for them.
5. get_file gives the address of the finished video.
Videos that say preview: true are sketches of the preview engine and not MOVA: tell the person so.
""".strip()
_LOOKS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_MAKES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
_SPENDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
_ENDS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)
JobId = Annotated[str, Field(max_length=128, description="The id of a job")]
EstimateId = Annotated[str, Field(max_length=200, description="The id of an estimate that the person has agreed to")]


def create_server(acts_of: Callable[[Context], Acts]) -> MCPServer:
    """A server whose callers are told apart by ``acts_of``, from the request that a call came with."""
    server = MCPServer(
        "MOVA", log_level="ERROR", title="MOVA video workflow", version=VERSION, instructions=_INSTRUCTIONS
    )

    async def done(ctx: Context, act: Callable[[Acts], T], *scopes: Scope, job: str = "") -> T:
        acts = acts_of(ctx)
        return await _within(lambda: _allowed(acts, act, scopes), job)

    @server.tool(annotations=_LOOKS)
    async def list_models(ctx: Context) -> Models:
        """What can be rendered here: models, sizes, lengths, steps, whether a server is up, and how long it takes."""
        return await done(ctx, Acts.models, "read")

    @server.tool(annotations=_MAKES)
    async def estimate_video(
        ctx: Context,
        text: Annotated[str, Field(description="What is to be seen and heard; spoken words in quotation marks")],
        mode: Annotated[
            Literal["full", "simple"],
            Field(description="full: services write the description and draw the first frame; simple: text goes as is"),
        ] = "full",
        model: Annotated[str | None, Field(description="One of list_models; None: the first")] = None,
        orientation: Orientation = "landscape",
        num_frames: Annotated[int | None, Field(description="4k+1, 24 a second; None: as usual")] = None,
        num_inference_steps: int | None = None,
        seed: Annotated[int | None, Field(description="None: a random one, which is kept")] = None,
        negative_prompt: str | None = None,
        picture_base64: Annotated[
            str | None, Field(description="The first frame, as a PNG, JPEG or WebP; no path and no address")
        ] = None,
        ask_before_each_step: Annotated[bool, Field(description="The person looks at each result; mode full")] = False,
    ) -> Estimate:
        """Say what a video takes: services, requests, time, what holds it up. Notes a draft; nothing is spent."""
        given = {
            "orientation": orientation,
            "num_frames": num_frames,
            "num_inference_steps": num_inference_steps,
            "seed": seed,
            "negative_prompt": negative_prompt,
        }

        def act(acts: Acts) -> Estimate:
            return acts.estimate(
                text,
                mode,
                picture_base64=picture_base64,
                ask_before_each_step=ask_before_each_step,
                model=model,
                **given,
            )

        return await done(ctx, act, "create")

    @server.tool(annotations=_SPENDS)
    async def make_video(ctx: Context, estimate: EstimateId) -> Job:
        """Start the video of an estimate. Answers at once; the same estimate makes one video."""
        return await done(ctx, lambda acts: acts.make(estimate), "create", "spend", job=estimate.rpartition(".")[0])

    @server.tool(annotations=_LOOKS)
    async def get_job(ctx: Context, job: JobId) -> Job:
        """How a job stands: its state in words, progress, the question to its person, or what went wrong."""
        return await done(ctx, lambda acts: acts.job(job), "read")

    @server.tool(annotations=_LOOKS)
    async def list_jobs(
        ctx: Context,
        search: Annotated[str, Field(max_length=500, description="Words in any text of a job, its seed or id")] = "",
        states: Annotated[list[str], Field(description="Such as waiting, completed; none: all")] = [],  # noqa: B006
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
        after: Annotated[int | None, Field(description="`older` of the page before")] = None,
    ) -> JobList:
        """The person's jobs, newest first."""
        return await done(ctx, lambda acts: acts.jobs(search, states, limit, after), "read")

    @server.tool(annotations=_SPENDS)
    async def answer_question(
        ctx: Context,
        job: JobId,
        answer: Annotated[Answer, Field(description="What the person has answered; one of the question's answers")],
        estimate: Annotated[str | None, Field(description="The question's estimate, for go_on… and make_again")] = None,
        step: Annotated[Step | None, Field(description="For make_again and write: the step")] = None,
        text: Annotated[str | None, Field(description="For write: the person's own text")] = None,
    ) -> Job:
        """Carry out a person's answer to the question of a job that waits. Ask the person first, every time."""
        scopes: tuple[Scope, ...] = ("create",) if answer in ("write", "look_again") else ("create", "spend")
        return await done(ctx, lambda acts: acts.answer(job, answer, estimate, step, text), *scopes, job=job)

    @server.tool(annotations=_SPENDS)
    async def retry_job(ctx: Context, job: JobId, estimate: EstimateId) -> Job:
        """Continue a job that ended without a video, with what was made; `again` of get_job has the estimate."""
        return await done(ctx, lambda acts: acts.retry(job, estimate), "create", "spend", job=job)

    @server.tool(annotations=_ENDS)
    async def cancel_job(ctx: Context, job: JobId) -> Job:
        """Cancel a job: free before it is sent. After that only the waiting ends and the GPU goes on; it says which."""
        return await done(ctx, lambda acts: acts.cancel(job), "create")

    @server.tool(annotations=_LOOKS)
    async def get_file(
        ctx: Context, job: JobId, what: Literal["video", "first_frame", "poster"] = "video"
    ) -> FileAddress:
        """The address of a job's file, which opens it for an hour to whoever has it."""
        return await done(ctx, lambda acts: acts.file(job, what), "read")

    return server


def _allowed(acts: Acts, act: Callable[[Acts], T], scopes: tuple[Scope, ...]) -> T:
    """Act for a caller whose key may; raises ScopeMissing."""
    for scope in scopes:
        if scope not in acts.caller.scopes:
            raise ScopeMissing(scope=scope)
    return act(acts)


async def _within(act: Callable[[], T], job: str) -> T:
    """The result of an act, or words where it takes longer than anybody waits; it goes on then."""
    task = asyncio.ensure_future(asyncio.to_thread(act))
    finished, _ = await asyncio.wait({task}, timeout=WITHIN)
    if not finished:
        task.add_done_callback(_noted)
        where = f"get_job {job}" if job else "list_jobs"
        raise ToolError(f"still_being_done: It takes longer than usual and goes on. Look with {where} in some seconds.")
    try:
        return task.result()
    except MovaError as problem:
        words = f"{code_of(type(problem))}: {problem.message()} {problem.next_step()}"
        raise ToolError(words) from None
    except Exception as problem:  # a message of a library may hold a path
        _LOG.exception("a fault in a tool")
        raise ToolError(f"internal_error: Something went wrong ({type(problem).__name__}).") from None


def _noted(task: asyncio.Future[Any]) -> None:
    if not task.cancelled() and (problem := task.exception()) and not isinstance(problem, MovaError):
        _LOG.error("a fault in a tool: %s", type(problem).__name__)
