"""The app in a real Chromium before two real servers of one model."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.browser.conftest import chromium, pytest_runtest_makereport, visit, visitor
from tests.browser.running_app import RunningApp
from tests.real_sglang.ports import free_block
from tests.real_sglang.real_server import RealServer

__all__ = ["chromium", "pytest_runtest_makereport", "visit", "visitor"]
# Twenty steps of 0.5 s: long enough to be seen moving on a busy machine, and to be killed in the middle.
_STEPS, _STEP_TIME = "20", 0.5


@pytest.fixture(scope="package")
def _fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, RealServer]]:
    folder = tmp_path_factory.mktemp("fleet")
    pool = {name: RealServer(folder / name, free_block(), step_time=_STEP_TIME) for name in ("alpha", "beta")}
    try:
        for server in pool.values():
            server.spawn()
        yield pool
    finally:
        for server in pool.values():
            server.stop()


@pytest.fixture
def pool(_fleet: dict[str, RealServer]) -> dict[str, RealServer]:
    """Two servers, ready; one that a test has left dead is started again."""
    for server in _fleet.values():
        server.revive()
    return _fleet


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory, _fleet: dict[str, RealServer]) -> Iterator[RunningApp]:
    """An app with both servers and no keys: steps 1 to 4 are drafted offline."""
    servers = [{"name": name, "base_url": its.address, "model": "mova-360p"} for name, its in _fleet.items()]
    variables = {"SGLANG_SERVERS": json.dumps(servers), "NUM_INFERENCE_STEPS": _STEPS}
    with RunningApp(tmp_path_factory.mktemp("app"), **variables) as running:
        yield running
