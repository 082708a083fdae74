"""The page about the MCP server: its configuration and its program are run as they stand there."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from mcp import Client, StdioServerParameters
from mcp_types import Tool

from tests.api.running_api import RunningApi
from tests.conftest import REPO
from tests.waiting import PATIENCE

pytestmark = pytest.mark.long

PAGES = ["docs/mcp.md", "docs/mcp.zh-CN.md"]


def block(page: str, language: str) -> str:
    (text,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", (REPO / page).read_text("utf-8"))
    return str(text)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    opened = RunningApi(tmp_path_factory.mktemp("mcp"), NUM_FRAMES="9", NUM_INFERENCE_STEPS="2")
    opened.start()
    yield opened
    opened.kill()


@pytest.mark.parametrize("page", PAGES)
def test_the_program_makes_a_video(page: str, running: RunningApi, tmp_path: Path) -> None:
    program = tmp_path / "client.py"
    program.write_text(block(page, "python").replace("http://127.0.0.1:8600", running.address), "utf-8")
    environment = {**os.environ, "MOVA_API_KEY": running.key, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, str(program)], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    address = done.stdout.splitlines()[-1]
    assert httpx.get(address, trust_env=False).content[4:8] == b"ftyp"


@pytest.mark.parametrize("page", PAGES)
def test_the_configuration_starts_it_and_the_table_has_its_tools(page: str, tmp_path: Path) -> None:
    (told,) = json.loads(block(page, "json"))["mcpServers"].values()
    variables = {"OUTPUT_DIR": str(tmp_path), "MOVA_ENV_FILE": os.devnull, "PATH": os.environ["PATH"]}
    server = StdioServerParameters(command=str(REPO / told["command"]), args=told["args"], cwd=REPO, env=variables)

    async def tools() -> list[Tool]:
        async with Client(server) as client:
            return (await client.list_tools()).tools

    found = [one.name for one in asyncio.run(asyncio.wait_for(tools(), PATIENCE))]
    assert re.findall(r"(?m)^\| `([a-z_]+)` \|", (REPO / page).read_text("utf-8")) == found
    assert len(found) <= 12
