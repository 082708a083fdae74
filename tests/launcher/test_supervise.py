"""How often a server is looked at."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from launcher.server_log import ServerLog
from launcher.supervise import LOADING, READY, WARMING, Server


@pytest.mark.parametrize(
    ("state", "ago", "lost", "due"),
    [
        (LOADING, 1, False, True),
        (WARMING, 1, False, True),
        (READY, 1, False, False),
        (READY, 9, False, False),
        (READY, 11, False, True),
        (READY, 1, True, True),  # its log says that its worker is lost
    ],
)
def test_a_ready_server_is_looked_at_seldom(state: str, ago: float, lost: bool, due: bool) -> None:
    child = cast("Any", SimpleNamespace(log=ServerLog(worker_lost=lost)))
    server = Server(cast("Any", None), child, 0.0, state=state, looked=time.monotonic() - ago)
    assert server.is_due == due
