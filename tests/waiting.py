"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 90.0  # seconds; on a busy machine all takes its time


def until(
    happened: Callable[[], object],
    seconds: float = PATIENCE,
    every: float = 0.05,
    told: Callable[[], object] = lambda: "it did not happen in time",
) -> None:
    """Wait for something; where it does not come, fail with what is ``told`` then."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, told()
        time.sleep(every)
