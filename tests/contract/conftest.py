"""One suite for any server of SGLang's video API: ``SGLANG_BASE_URL=http://localhost:30000 pytest tests/contract``.

Without that variable the suite starts the preview engine and tests it, or with REAL_SGLANG=1 SGLang's own MOVA pipeline
on a CPU (``./run_tests.sh --real``). Nothing is skipped on any of them. Each test then runs once more against our own
``/v1/videos`` with that server behind its queue, but those marked ``engine_only``, which say why.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.api.running_api import RunningApi
from tests.contract.contract_target import Target
from tests.real_sglang.launched import LaunchedServer

ROOT = Path(__file__).resolve().parents[2]
READY = "preview engine ready: "


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only a server itself can be asked, where our queue is the target.

    With SGLang itself behind the queue, whose renders take seconds, only OpenAI's SDK walks through it.
    """
    is_real = bool(os.environ.get("REAL_SGLANG"))

    def stays(item: pytest.Item) -> bool:
        asked = getattr(item, "callspec", None)
        is_queue = asked is not None and asked.params.get("server") == "queue"
        is_left_out = item.get_closest_marker("engine_only") or (is_real and item.path.stem != "test_openai_sdk")
        return not (is_queue and is_left_out)

    left_out = [item for item in items if not stays(item)]
    items[:] = [item for item in items if stays(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session", params=["engine", "queue"])
def server(
    request: pytest.FixtureRequest, engine: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    if request.param == "engine":
        yield engine
        return
    address = {"mova-360p": "SGLANG_360P_URL", "mova-720p": "SGLANG_720P_URL"}[engine.model]
    api = RunningApi(tmp_path_factory.mktemp("queue"), **{address: engine.base_url})
    api.start()
    yield Target(api.address, api.key, served=engine.model)
    api.stop()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Iterator[Target]:
    given = os.environ.get("SGLANG_BASE_URL")
    if given:
        yield _ready(Target(given.rstrip("/")))
        return
    if os.environ.get("REAL_SGLANG"):
        launched: LaunchedServer = request.getfixturevalue("launched")
        launched.start()
        yield Target(launched.address)
        return
    command = [sys.executable, "-m", "preview", "--port", "0", "--stop-with-parent"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith(READY), line
        yield Target(line.removeprefix(READY).strip())
        process.stdin.close()


def _ready(target: Target) -> Target:
    """Wait for a server that is still warming up; one that never answers is a failure, not a skip."""
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        try:
            if target.get("/health").status_code == 200:
                return target
        except requests.ConnectionError:
            pass
        time.sleep(0.5)
    pytest.fail(f"no healthy server at {target.base_url}")
