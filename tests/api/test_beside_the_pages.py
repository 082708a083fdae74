"""Which addresses of the app are the API's and which are the pages'; nothing of the MCP server is loaded before it is
asked for."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from starlette.types import Receive, Scope, Send

from api.beside import BesideThePages, MadeLate
from tests.conftest import REPO


async def answered_by(path: str, kind: str = "http") -> str:
    """Who is given a request for a path."""
    given: list[str] = []

    def app(name: str) -> object:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            given.append(name)

        return answer

    both = BesideThePages(app("pages"), app("api"))  # type: ignore[arg-type]
    await both({"type": kind, "path": path}, None, None)  # type: ignore[arg-type]
    return given[0]


@pytest.mark.parametrize("path", ["/v1/videos", "/api/v1/webhooks", "/api/docs", "/mcp", "/mcp/files/token/video.mp4"])
def test_the_api_answers_at_its_addresses(path: str) -> None:
    assert asyncio.run(answered_by(path)) == "api"


@pytest.mark.parametrize("path", ["/", "/settings", "/mcps", "/v10", "/files/token/video.mp4", "/_stcore/health"])
def test_the_pages_answer_at_all_others(path: str) -> None:
    assert asyncio.run(answered_by(path)) == "pages"
    assert asyncio.run(answered_by("/mcp", "websocket")) == "pages"


def test_it_is_made_once_by_whoever_comes_first() -> None:
    made, given = list[str](), list[str]()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        given.append(scope["path"])

    def make() -> object:
        made.append("made")
        return answer

    async def asked(late: MadeLate) -> None:
        paths = ("/v1/a", "/v1/b", "/v1/c")
        await asyncio.gather(*(late({"type": "http", "path": path}, None, None) for path in paths))  # type: ignore[arg-type]

    late = MadeLate(make)  # type: ignore[arg-type]
    assert made == []
    asyncio.run(asked(late))
    assert late.made() is answer
    assert (made, sorted(given)) == (["made"], ["/v1/a", "/v1/b", "/v1/c"])


def test_the_app_is_there_before_its_api() -> None:
    code = "import sys, app; sys.exit(any(name in ('fastapi', 'api.app') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPO, check=False).returncode == 0


def test_the_api_loads_no_sdk_of_it() -> None:
    code = "import sys, api.app; sys.exit(any(name.split('.')[0] in ('mcp', 'mcp_types') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPO, check=False).returncode == 0
