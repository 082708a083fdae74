"""What all routes share: the settings, the service behind them, and whether a key may be left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.tries import FailedTries
from core.background import BackgroundTasks

if TYPE_CHECKING:
    from fastapi import Request

    from config import Settings
    from jobs.service.service import JobService


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


def context_of(request: Request) -> ApiContext:
    context: ApiContext = request.app.state.context()
    return context
