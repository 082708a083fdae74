"""A worker that looks at slots more often, and a house for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import jobs.sending
import jobs.worker
from tests.jobs.ends.house import House, house
from tests.jobs.load.video_server import VideoServer

OpenHouse = Callable[..., House]


@pytest.fixture
def open_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenHouse]:
    """Opens a house with these servers, or one that holds its jobs."""
    monkeypatch.setattr(jobs.worker, "_LOOK_AT_SLOTS", 0.2)
    for module in (jobs.worker, jobs.sending):
        monkeypatch.setattr(module, "SETTLE_SECONDS", 1.0)
    with ExitStack() as stack:

        def opened(*servers: VideoServer, **more: Any) -> House:
            return stack.enter_context(house(tmp_path / "outputs", *servers or (VideoServer(seconds=None),), **more))

        yield opened
