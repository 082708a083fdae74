"""What all routes share: settings, service, whether a key may be left out, and who has tried wrong ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import TTLCache

from core.background import BackgroundTasks
from core.errors import TooManyTries

if TYPE_CHECKING:
    from fastapi import Request

    from config import Settings
    from jobs.service.service import JobService


_ALLOWED, _WINDOW = 10, 60.0  # tries, and the seconds in which they count
_ADDRESSES = 10_000
_DELETED, _HOUR = 20_000, 3600.0


class FailedTries:
    """Tries with wrong keys: after a few of them an address waits. Thread-safe.

    Counted for an address and the id in the key, so that a wrong key does not shut out a right one beside it.
    """

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


class DeletedVideos:
    """Where the videos stood that were deleted in the last hour, so that a list goes on after one. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers: TTLCache[tuple[str, str], int] = TTLCache(_DELETED, _HOUR)

    def note(self, person: str, video: str, number: int) -> None:
        with self._lock:
            self._numbers[person, video] = number

    def number(self, person: str, video: str) -> int | None:
        """The number of a video that this person has deleted; None where that is not known."""
        with self._lock:
            found: int | None = self._numbers.get((person, video))
            return found


@dataclass(frozen=True)
class ApiContext:
    """``service`` is everybody's: a request gets its caller's own from it. ``is_closed`` says whether people log in or
    others reach this server's address, so that API_OPEN opens nothing. ``background`` does what takes seconds; beside
    the pages it is theirs.
    """

    settings: Settings
    service: JobService
    is_closed: Callable[[], bool]
    tries: FailedTries = field(default_factory=FailedTries)
    background: BackgroundTasks = field(default_factory=BackgroundTasks)
    deleted: DeletedVideos = field(default_factory=DeletedVideos)


def context_of(request: Request) -> ApiContext:
    context: ApiContext = request.app.state.context()
    return context
