"""How a tool is carried out: for whom its request comes, within the time that anybody waits, its errors in words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

from api.problems import code_of, field_problem
from core.errors import MovaError, ScopeMissing
from core.messages import as_written

if TYPE_CHECKING:
    from mcp_types import CallToolResult, InputRequiredResult

    from api.mcp_acts import Acts
    from jobs.model.api_keys import Scope

T = TypeVar("T")
WITHIN = 1.5  # seconds; clients give up after 30 and more, and a person waits two at most
_LOG = logging.getLogger("mova.mcp")


class ToolServer(MCPServer):
    """``acts_of`` tells callers apart, by the request that a call came with."""

    def __init__(self, acts_of: Callable[[Context], Acts], *, title: str, version: str, instructions: str) -> None:
        super().__init__("MOVA", log_level="ERROR", title=title, version=version, instructions=instructions)
        self.acts_of = acts_of

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; its errors begin with their code, and an argument that it does not have is one of them.

        Raises:
            ToolError
        """
        for tool in await self.list_tools():
            if tool.name == name and (unknown := sorted(arguments.keys() - tool.input_schema["properties"].keys())):
                raise ToolError(f"input_error: There is no argument {unknown[0][:80]}.")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as problem:
            cause = problem.__cause__
            if isinstance(cause, ValidationError):
                faults = cause.errors(include_url=False)[:5]
                words = "; ".join(field_problem(one, as_written) for one in faults)
                raise ToolError(f"input_error: {words}") from None
            if type(problem) is ToolError and isinstance(cause, ToolError):
                raise ToolError(str(cause)) from None
            raise


async def done(ctx: Context, act: Callable[[Acts], T], *scopes: Scope, look: str = "list_jobs") -> T:
    """The result of an act for whoever calls, whose key needs these scopes.

    Args:
        look: the tool that says what became of it where it takes longer.

    Raises:
        ToolError
    """
    server = ctx.mcp_server
    assert isinstance(server, ToolServer)  # noqa: S101 (its tools are no other's)
    acts = server.acts_of(ctx)
    return await within(lambda: _allowed(acts, act, scopes), look)


def _allowed(acts: Acts, act: Callable[[Acts], T], scopes: tuple[Scope, ...]) -> T:
    """Act for a caller whose key may; raises ScopeMissing."""
    for scope in scopes:
        if scope not in acts.caller.scopes:
            raise ScopeMissing(scope=scope)
    return act(acts)


async def within(act: Callable[[], T], look: str) -> T:
    """The result of an act, or words where it takes longer than anybody waits; it goes on then."""
    task = asyncio.ensure_future(asyncio.to_thread(act))
    finished, _ = await asyncio.wait({task}, timeout=WITHIN)
    if not finished:
        task.add_done_callback(_noted)
        raise ToolError(f"still_being_done: It takes longer than usual and goes on. Look with {look} in some seconds.")
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
