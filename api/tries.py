"""Tries with wrong keys: after a few of them an address waits. Thread-safe."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from cachetools import TTLCache

from core.errors import TooManyTries

_ALLOWED, _WINDOW = 10, 60.0  # tries, and the seconds in which they count
_ADDRESSES = 10_000


class FailedTries:
    """Counted for an address and the id in the key, so that a wrong key does not shut out a right one beside it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = Lock()
        self._counts: TTLCache[tuple[str, str], int] = TTLCache(_ADDRESSES, _WINDOW, clock)

    def check(self, address: str, key_id: str | None) -> None:
        """Make sure that another try may be made; raises TooManyTries."""
        with self._lock:
            if self._counts.get((address, key_id or ""), 0) >= _ALLOWED:
                raise TooManyTries(seconds=round(_WINDOW))

    def count(self, address: str, key_id: str | None) -> None:
        """Count a try that failed."""
        with self._lock:
            one = (address, key_id or "")
            self._counts[one] = self._counts.get(one, 0) + 1
