"""The tools that a program which acts for a person has, over the official SDK: at most twelve, each quick.

Nothing waits for a render: what takes long has the job's id, which stays. What spends needs the id of an estimate, and
a job that waits is a question to its person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import AcceptedElicitation, ElicitationResult, Resolve
from mcp_types import ToolAnnotations
from pydantic import Field

from api.mcp_acts import Acts
from api.mcp_answers import Answer, Estimate, FileAddress, FilmList, FilmStatus, Job, JobList, Models, Question
from api.mcp_calls import ToolServer, done
from api.mcp_questions import Reply, question_of, reply_to
from core.render_settings import Orientation
from core.steps import Step
from core.version import VERSION
from jobs.model.api_keys import Scope
from jobs.model.states import JobState

_INSTRUCTIONS = """
Makes videos with synchronized sound from words. The way of a video:
1. estimate_video notes a draft, which costs nothing, and says what it takes. Show the estimate to the person.
2. make_video with the estimate's id starts it and answers at once with the job's id. A render takes minutes.
3. get_job says how it stands; ask again after some seconds, not in a loop without pause.
4. A job in the state "waiting" or "unclear" has a question. Call answer_question with the job alone: where your client
   can, it asks the person itself. Otherwise put the question to them, with its text or picture, and call again with
   their answer. Never answer for them.
5. get_file gives the address of the finished video.
A film is a document of scenes and shots that its person has written: list_films, then get_film says where it stands
and what can be made next, each with an estimate; make_film with the id of one makes it.
Videos that say preview: true are sketches of the preview engine and not MOVA: tell the person so.
""".strip()
JobId = Annotated[str, Field(max_length=128, description="The id of a job")]
EstimateId = Annotated[str, Field(max_length=200, description="The id of an estimate that the person has agreed to")]
_LOOKS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_MAKES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
_SPENDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
_ENDS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)


def create_server(acts_of: Callable[[Context], Acts]) -> ToolServer:
    """A server whose callers are told apart by ``acts_of``, from the request that a call came with."""
    server = ToolServer(acts_of, title="MOVA video workflow", version=VERSION, instructions=_INSTRUCTIONS)
    for tool, kind in _TOOLS:
        server.add_tool(tool, annotations=kind)
    return server


# ---- videos ----------------------------------------------------------------------------------------------------------


async def list_models(ctx: Context) -> Models:
    """What can be rendered here: models, sizes, lengths, steps, whether a server is up, and how long it takes."""
    return await done(ctx, Acts.models, "read")


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
    about = {"picture_base64": picture_base64, "ask_before_each_step": ask_before_each_step, "model": model}
    return await done(ctx, lambda acts: acts.estimate(text, mode, **about, **given), "create")  # type: ignore[arg-type]


async def make_video(ctx: Context, estimate: EstimateId) -> Job:
    """Start the video of an estimate. Answers at once; the same estimate makes one video."""
    look = f"get_job {estimate.rpartition('.')[0]}"
    return await done(ctx, lambda acts: acts.make(estimate), "create", "spend", look=look)


async def get_job(ctx: Context, job: JobId) -> Job:
    """How a job stands: its state in words, progress, the question to its person, or what went wrong."""
    return await done(ctx, lambda acts: acts.job(job), "read")


async def list_jobs(
    ctx: Context,
    search: Annotated[str, Field(max_length=500, description="Words in any text of a job, its seed or id")] = "",
    states: Annotated[list[JobState], Field(description="Such as waiting, completed; none: all")] = [],  # noqa: B006
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    after: Annotated[int | None, Field(description="`older` of the page before")] = None,
) -> JobList:
    """The person's jobs, newest first."""
    return await done(ctx, lambda acts: acts.jobs(search, states, limit, after), "read")


async def answer_question(
    ctx: Context,
    job: JobId,
    *,
    answer: Annotated[
        Answer | None, Field(description="Leave it out where your client can ask; else what the person has answered")
    ] = None,
    estimate: Annotated[str | None, Field(description="The question's estimate, for go_on… and make_again")] = None,
    step: Annotated[Step | None, Field(description="For make_again and write: the step")] = None,
    text: Annotated[str | None, Field(description="For write: the person's own text")] = None,
    question: Annotated[Question | None, Resolve(question_of)],
    reply: Annotated[ElicitationResult[Reply], Resolve(reply_to)],
) -> Job:
    """Put a job's question to its person, and carry out the answer. A client that can ask does so before anything
    happens, also where an answer is given, which it shows as a proposal. Any other: ask the person first, every time.
    """
    if question is not None:
        if not isinstance(reply, AcceptedElicitation):  # they have not decided: it goes on waiting
            return await done(ctx, lambda acts: acts.job(job), "read")
        step = step if step and reply.data.answer == answer else cast("Step | None", question.about_step)
        answer, text = reply.data.answer, getattr(reply.data, "text", None)
        estimate = question.estimate.id if question.estimate else None
    assert answer is not None  # noqa: S101 (question_of refuses it otherwise)
    chosen = answer
    needs: tuple[Scope, ...] = ("create",) if answer in ("write", "look_again") else ("create", "spend")
    return await done(ctx, lambda acts: acts.answer(job, chosen, estimate, step, text), *needs, look=f"get_job {job}")


async def retry_job(ctx: Context, job: JobId, estimate: EstimateId) -> Job:
    """Continue a job that ended without a video, with what was made; `again` of get_job has the estimate."""
    return await done(ctx, lambda acts: acts.retry(job, estimate), "create", "spend", look=f"get_job {job}")


async def cancel_job(ctx: Context, job: JobId) -> Job:
    """Cancel a job: free before it is sent. After that only the waiting ends and the GPU goes on; it says which."""
    return await done(ctx, lambda acts: acts.cancel(job), "create", look=f"get_job {job}")


async def get_file(ctx: Context, job: JobId, what: Literal["video", "first_frame", "poster"] = "video") -> FileAddress:
    """The address of a job's file, which opens it for an hour to whoever has it."""
    return await done(ctx, lambda acts: acts.file(job, what), "read")


# ---- films -----------------------------------------------------------------------------------------------------------

FilmId = Annotated[str, Field(max_length=80, description="The id of a film")]


async def list_films(
    ctx: Context,
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    after: Annotated[str | None, Field(max_length=200, description="`older` of the page before")] = None,
) -> FilmList:
    """The person's films, the last edited first: how many shots each has, with a first frame, with a take."""
    return await done(ctx, lambda acts: acts.films.page(limit, after), "read")


async def get_film(ctx: Context, film: FilmId) -> FilmStatus:
    """Where a film stands, shot by shot; what can be made of it next, each with an estimate; the joined film's address
    where there is one.
    """
    return await done(ctx, lambda acts: acts.films.status(film), "read")


async def make_film(ctx: Context, estimate: EstimateId) -> FilmStatus:
    """Make what an estimate of get_film says: the first frames, the takes, or one file of them. Answers at once."""
    film, _, rest = estimate.partition(".")
    needs: tuple[Scope, ...] = ("create",) if rest.startswith("joined.") else ("create", "spend")
    return await done(ctx, lambda acts: acts.films.make(estimate), *needs, look=f"get_film {film}")


_TOOLS: tuple[tuple[Callable[..., Any], ToolAnnotations], ...] = (
    (list_models, _LOOKS),
    (estimate_video, _MAKES),
    (make_video, _SPENDS),
    (get_job, _LOOKS),
    (list_jobs, _LOOKS),
    (answer_question, _SPENDS),
    (retry_job, _SPENDS),
    (cancel_job, _ENDS),
    (get_file, _LOOKS),
    (list_films, _LOOKS),
    (get_film, _LOOKS),
    (make_film, _SPENDS),
)
