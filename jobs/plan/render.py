"""Where a job's render goes, what it waits for and when it may end, with the servers and the queue as they are now."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.model.records import Estimate
from jobs.model.request import PREVIEW
from jobs.plan.steps import Calls

if TYPE_CHECKING:
    from core.errors import MovaError
    from core.steps import Maker
    from jobs.model.request import QueueKey
    from jobs.servers.status import ServerStatus


@dataclass(frozen=True, kw_only=True)
class QueueAhead:
    """What is ahead of a job in the queue: how long waiting jobs will take, and how long running ones have left.

    ``waiting`` and ``busy`` are in seconds, None for what no such render has been measured for. ``estimate`` is of the
    job's own render; ``servers`` is how many render at the same time, each one job after the other. ``given_up`` of the
    running ones are not waited for any more.
    """

    waiting: Sequence[float | None] = ()
    busy: Sequence[float | None] = ()
    servers: int = 1
    estimate: Estimate | None = None
    paused: bool = False
    given_up: int = 0


@dataclass(frozen=True, kw_only=True)
class RenderPlan:
    """``server`` is the first ready one, ``error`` what holds the job up, ``starts_in`` seconds, None if unknown.

    ``ahead`` counts waiting and running jobs, of which ``given_up`` are run for nobody any more.

    ``is_preview``: the preview engine renders it. ``is_known`` is False until the servers were checked.
    ``takes`` are rendered at most, which keep a GPU busy for ``gpu_seconds`` together, None if unknown; ``heard_by``
    hears each of them, once at most.
    """

    key: QueueKey
    is_known: bool = True
    is_preview: bool = False
    server: str | None = None
    error: MovaError | None = None
    ahead: int = 0
    given_up: int = 0
    paused: bool = False
    estimate: Estimate | None = None
    starts_in: float | None = None
    takes: int = 1
    gpu_seconds: float | None = None
    heard_by: Maker | None = None

    @property
    def hearings(self) -> Calls:
        return Calls(0, self.takes if self.heard_by else 0)


def plan_render(key: QueueKey, status: ServerStatus | None, queue: QueueAhead, *, may_preview: bool) -> RenderPlan:
    """The plan of a render.

    Args:
        status: the servers by their last health check; None before the first one.
        may_preview: the preview engine may stand in for servers that nobody configured.
    """
    ahead = len(queue.waiting) + len(queue.busy)
    known: dict[str, object] = {
        "ahead": ahead,
        "given_up": queue.given_up,
        "paused": queue.paused,
        "estimate": queue.estimate,
    }
    if status is None:
        return RenderPlan(key=key, is_known=False, is_preview=key.wanted_server == PREVIEW, **known)  # type: ignore[arg-type]
    error = status.holds_up(key, may_preview=may_preview)
    ready = status.ready(key)
    return RenderPlan(
        key=key,
        is_preview=status.previews(key, may_preview=may_preview),
        server=ready[0].name if ready else key.wanted_server,
        error=error,
        starts_in=None if error or queue.paused else _starts_in(queue),
        **known,  # type: ignore[arg-type]
    )


def _starts_in(queue: QueueAhead) -> float | None:
    """Seconds until a server is free for the job; None where one before it has never been measured."""
    free_at = [0.0] * max(queue.servers, 1)
    ends = _ends(free_at, [*sorted(queue.busy, key=lambda one: one or 0.0), *queue.waiting])
    return None if None in ends else free_at[0]


def queue_ends(queue: QueueAhead) -> list[float | None]:
    """When each waiting job ends, in seconds from now; None from the first one on that has never been measured."""
    free_at = [0.0] * max(queue.servers, 1)
    ends = _ends(free_at, [*sorted(queue.busy, key=lambda one: one or 0.0), *queue.waiting])
    return ends[len(queue.busy) :]


def _ends(free_at: list[float], renders: Sequence[float | None]) -> list[float | None]:
    """When each of some renders ends, one after the other on the server that is free first; changes ``free_at``."""
    ends: list[float | None] = []
    for seconds in renders:
        if seconds is None or None in ends[-1:]:
            ends.append(None)
            continue
        ends.append(free_at[0] + max(seconds, 0.0))
        heapq.heapreplace(free_at, free_at[0] + max(seconds, 0.0))
    return ends
