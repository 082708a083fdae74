"""The MCP server, asked by the official SDK's client: over standard input and output, and by HTTP with a key."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.session import ElicitationFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ElicitRequestParams, ElicitResult

from api.mcp_calls import within
from core.errors import UnknownJob
from tests.api.running_api import RunningApi
from tests.conftest import REPO
from tests.waiting import PATIENCE

pytestmark = pytest.mark.long

TEXT = "An orange cat looks up at a girl in a red coat. Rain patters."
_EVERY = 0.3


async def call(client: Client, tool: str, **given: Any) -> dict[str, Any]:
    """The structured answer of a tool; an error of it fails the test."""
    result = await client.call_tool(tool, given)
    assert not result.is_error, result.content
    found: dict[str, Any] | None = result.structured_content
    assert found is not None
    return found


async def refused(client: Client, tool: str, **given: Any) -> str:
    """The words with which a tool refuses."""
    result = await client.call_tool(tool, given)
    assert result.is_error, result.structured_content
    return "".join(getattr(part, "text", "") for part in result.content)


async def becomes(client: Client, job: str, *states: str) -> dict[str, Any]:
    for _turn in range(int(PATIENCE / _EVERY)):
        found = await call(client, "get_job", job=job)
        if found["state"] in states:
            return found
        await asyncio.sleep(_EVERY)
    raise AssertionError(f"it is {found['state']}: {found}")


async def makes_a_video(client: Client) -> tuple[dict[str, Any], list[str]]:
    """A whole way with every gate answered; the job at its end, and all that was answered, as text."""
    heard = list[str]()

    async def heard_call(tool: str, **given: Any) -> dict[str, Any]:
        answer = await call(client, tool, **given)
        heard.append(json.dumps(answer))
        return answer

    tools = (await client.list_tools()).tools
    assert len(tools) <= 12
    models = (await heard_call("list_models"))["models"]
    assert [one["model"] for one in models] == ["mova-360p", "mova-720p"]
    estimate = await heard_call("estimate_video", text=TEXT, num_frames=9, ask_before_each_step=True)
    assert (estimate["requests"], estimate["preview"]) == ([0, 0], True)
    draft = await heard_call("get_job", job=estimate["job"])
    assert draft["state"] == "draft"
    job = await heard_call("make_video", estimate=estimate["id"])
    assert job["id"] == estimate["job"]
    assert (await heard_call("make_video", estimate=estimate["id"]))["id"] == job["id"]
    asked = list[str]()
    while (job := await becomes(client, job["id"], "waiting", "completed"))["state"] == "waiting":
        question = job["question"]
        asked.append(question["about_step"])
        heard.append(json.dumps(job))
        assert "unknown_job" in await refused(client, "answer_question", job=job["id"], answer="go_on", estimate="x.1")
        answer = {"answer": "go_on", "estimate": question["estimate"]["id"]}
        await heard_call("answer_question", job=job["id"], **answer)
        assert "plan_changed" in await refused(client, "answer_question", job=job["id"], **answer)
    assert asked == ["image_prompt", "first_frame", "visual_elements", "video_description"]
    assert (job["preview"], job["has_video"]) == (True, True)
    address = await heard_call("get_file", job=job["id"])
    async with httpx.AsyncClient(trust_env=False) as http:
        file = await http.get(address["address"])
        part = await http.get(address["address"], headers={"Range": "bytes=0-9"})
        forged = await http.get(address["address"].replace("/files/", "/files/x"))
    assert (file.status_code, file.headers["content-type"], len(file.content)) == (200, "video/mp4", address["bytes"])
    assert file.content[4:8] == b"ftyp"
    assert (part.status_code, len(part.content), forged.status_code) == (206, 10, 403)
    listed = await heard_call("list_jobs", search="orange cat", states=["completed"])
    assert [one["id"] for one in listed["jobs"]] == [job["id"]]
    return job, heard


def run(with_client: Callable[[Client], Awaitable[Any]], server: Any, *, ask: Any = None, mode: Any = "auto") -> Any:
    async def whole() -> Any:
        async with Client(server, elicitation_callback=ask, mode=mode) as client:
            return await with_client(client)

    return asyncio.run(asyncio.wait_for(whole(), 4 * PATIENCE))


def stdio(folder: Path, **variables: str) -> StdioServerParameters:
    own = {"OUTPUT_DIR": str(folder / "outputs"), "MOVA_ENV_FILE": os.devnull, "NUM_INFERENCE_STEPS": "2"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **own, **variables}
    return StdioServerParameters(command=sys.executable, args=["-m", "api.mcp"], cwd=REPO, env=environment)


def test_a_video_over_standard_input_and_output(tmp_path: Path) -> None:
    """Made with every gate answered, and its file fetched; no path of this machine is in any answer."""

    async def whole(client: Client) -> None:
        _, heard = await makes_a_video(client)
        assert not [one for one in heard if str(tmp_path) in one or str(REPO) in one]
        assert (await refused(client, "get_job", job="20250101-000000-aaaaaa")).startswith("unknown_job: ")
        assert "bad_id" in await refused(client, "get_job", job="../../etc/passwd")
        assert await refused(client, "get_job", jb="x") == "input_error: There is no argument jb."
        words = await refused(client, "estimate_video", text="A cat.", mode="half")
        assert words == "input_error: mode: accepted: one of 'full', 'simple'"
        assert (await refused(client, "list_jobs", states=["done"])).startswith("input_error: states.0: ")
        words = await refused(client, "estimate_video", text="A cat.", picture_base64="/etc/passwd")
        assert "is not a picture" in words
        estimate = await call(client, "estimate_video", text="A cat.", mode="simple", num_frames=9)
        cancelled = await call(client, "cancel_job", job=estimate["job"])
        assert cancelled["state"] == "cancelled"
        again = await call(client, "retry_job", job=estimate["job"], estimate=cancelled["again"]["id"])
        assert (await becomes(client, again["id"], "completed"))["has_video"]

    run(whole, stdio(tmp_path))


def asked_by(client_asks: list[str], *replies: ElicitResult) -> ElicitationFnT:
    """A client whose person gives these replies, and what they were asked."""
    left = list(replies)

    async def ask(context: Any, params: ElicitRequestParams) -> ElicitResult:
        client_asks.append(params.message)
        return left.pop(0)

    return ask


async def is_asked_about_a_picture_prompt(client: Client, asked: list[str]) -> None:
    """Declines once, writes a text of their own, and lets all the rest go on: the program answers nothing itself."""
    estimate = await call(client, "estimate_video", text=TEXT, num_frames=9, ask_before_each_step=True)
    await call(client, "make_video", estimate=estimate["id"])
    job = await becomes(client, estimate["job"], "waiting")
    declined = await call(client, "answer_question", job=job["id"], answer="go_on_to_the_end")
    assert (declined["state"], declined["question"]["estimate"]["id"]) == ("waiting", job["question"]["estimate"]["id"])
    assert "Proposed: go_on_to_the_end." in asked[0]
    assert job["question"]["text"] in asked[0]
    assert job["question"]["estimate"]["id"] in asked[0]
    written = await call(client, "answer_question", job=job["id"])
    assert (written["question"]["text"], len(asked)) == ("A red boat.", 2)
    await call(client, "answer_question", job=job["id"])
    with_a_picture = await becomes(client, job["id"], "waiting")
    async with httpx.AsyncClient(trust_env=False) as http:
        seen = await http.get(with_a_picture["question"]["picture"])
    assert seen.headers["content-type"] == "image/png"
    assert (await call(client, "answer_question", job=job["id"]))["state"] != "waiting"
    assert with_a_picture["question"]["picture"] in asked[-1]
    assert "act_refused" in await refused(client, "answer_question", job=job["id"])
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(with_a_picture["question"]["picture"])).status_code == 403


REPLIES = (
    ElicitResult(action="decline"),
    ElicitResult(action="accept", content={"answer": "write", "text": "A red boat."}),
    ElicitResult(action="accept", content={"answer": "go_on"}),
    ElicitResult(action="accept", content={"answer": "go_on_to_the_end"}),
)


def test_what_takes_longer_than_anybody_waits_goes_on_and_says_where_to_look() -> None:
    let_go, done = threading.Event(), threading.Event()

    def slow() -> None:
        assert let_go.wait(60)
        done.set()

    async def whole() -> None:
        with pytest.raises(ToolError, match=r"still_being_done: .*get_job job-1"):
            await within(slow, "get_job job-1")
        let_go.set()
        assert await asyncio.to_thread(done.wait, 60)

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("problem", "code"),
    [(UnknownJob(job="x"), "unknown_job: There is no job x."), (OSError("/srv/x"), "internal_error")],
)
def test_an_error_is_told_with_its_code_and_without_a_path(problem: Exception, code: str) -> None:
    def fails() -> None:
        raise problem

    with pytest.raises(ToolError) as told:
        asyncio.run(within(fails, ""))
    assert str(told.value).startswith(code)
    assert "/srv" not in str(told.value)


# ---- by HTTP -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    folder = tmp_path_factory.mktemp("mcp")
    opened = RunningApi(folder, NUM_INFERENCE_STEPS="2")
    opened.start()
    yield opened
    opened.kill()


def by_http(running: RunningApi, with_client: Callable[[Client], Awaitable[Any]], *scopes: str, ask: Any = None) -> Any:
    """Ask with a new key of these scopes; without any with one that may do the usual."""

    async def whole() -> Any:
        options = ("--scopes", *scopes) if scopes else ()
        headers = {"Authorization": f"Bearer {running.new_key(f'mcp {token_hex(4)}', *options)}"}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http,
            Client(
                streamable_http_client(f"{running.address}/mcp", http_client=http), elicitation_callback=ask
            ) as client,
        ):
            return await with_client(client)

    return asyncio.run(asyncio.wait_for(whole(), 4 * PATIENCE))


def test_a_video_by_http_with_a_key(running: RunningApi) -> None:
    by_http(running, makes_a_video)


def test_a_client_that_can_ask_by_http_asks_its_person(running: RunningApi) -> None:
    """By the protocol of 2026: the question is the answer of the call, which comes again with the reply."""
    asked = list[str]()
    ask = asked_by(asked, *REPLIES)
    by_http(running, lambda client: is_asked_about_a_picture_prompt(client, asked), ask=ask)
    assert len(asked) == len(REPLIES)


def test_a_key_may_what_its_scopes_say_and_sees_its_person_s_jobs_alone(running: RunningApi) -> None:
    async def estimates(client: Client) -> dict[str, Any]:
        estimate = await call(client, "estimate_video", text="A cat.", mode="simple", num_frames=9)
        assert "scope_missing" in await refused(client, "make_video", estimate=estimate["id"])
        return estimate

    estimate = by_http(running, estimates, "read", "create")

    async def only_looks(client: Client) -> None:
        assert (await call(client, "get_job", job=estimate["job"]))["state"] == "draft"
        assert "scope_missing" in await refused(client, "cancel_job", job=estimate["job"])
        assert "scope_missing" in await refused(client, "estimate_video", text="A cat.")

    by_http(running, only_looks, "read")


@pytest.mark.parametrize("key", [None, "mova_0000_wrong"])
def test_without_a_good_key_nothing_is_answered(running: RunningApi, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = httpx.post(f"{running.address}/mcp", json={}, headers=headers, trust_env=False)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
