"""The MCP server by streamable HTTP, beside the API and with its keys; nothing is kept between two requests.

The SDK is imported with the first request: without one it costs the start of the app nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi.security import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route

from api.access import caller_of
from api.context import context_of
from api.mcp_files import PATH, send

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context, MCPServer
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from api.mcp_acts import Acts

_ACTS = "mova.acts"
_MOST_BYTES = 40 * 2**20  # a picture as base64


class McpDoor:
    """Raises, before the SDK sees a request, what the API raises without a good key."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        given = HTTPAuthorizationCredentials(scheme=kind, credentials=key.strip()) if kind.lower() == "bearer" else None
        caller = await run_in_threadpool(caller_of, request, given)
        server = await run_in_threadpool(_server)

        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from api.mcp_acts import Acts

        scope[_ACTS] = Acts(caller, str(request.base_url))
        # One a request: a manager lives as long as the app that runs it, and this one is run by several.
        manager = StreamableHTTPSessionManager(
            server._lowlevel_server, json_response=True, stateless=True, max_request_body_size=_MOST_BYTES
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)


@lru_cache(maxsize=1)
def _server() -> MCPServer:
    from api.mcp_server import create_server

    return create_server(_acts_of)


def _acts_of(ctx: Context) -> Acts:
    request = ctx.request_context.request
    assert request is not None  # noqa: S101 (every call comes by HTTP)
    acts: Acts = request.scope[_ACTS]
    return acts


def _file(request: Request) -> Response:
    context = context_of(request)
    return send(context.settings, lambda: context.service, request)


def routes() -> list[Route]:
    """For the app of the API."""
    return [Route(PATH, _file), Route("/mcp", McpDoor(), methods=["GET", "POST", "DELETE"])]
