"""What jobs cost that wait in line or are on servers: CPU, memory, threads, and how late an end is noticed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.material import RENDER
from benchmarks.processes import plain_environment, watched
from benchmarks.stand_ins import StandIns, stand_ins
from jobs.model.request import JobRequest
from jobs.service.service import JobService
from jobs.store.orders import Order
from tests.jobs.load.workers import service_at, settings_of, worker
from tests.waiting import until

# Long enough for calm minutes in between: asking is quick in the first ten seconds and the last four.
_RENDER_SECONDS, _CALM_AFTER, _CALM_BEFORE_END = 34.0, 12.0, 6.0


@dataclass(frozen=True)
class _Crowd:
    """``sent`` jobs go to ``servers``, evenly, and ``waiting`` ones stay in line behind them."""

    waiting: int
    sent: int
    servers: int
    is_aimed_at: bool = False

    @property
    def ahead(self) -> int:
        return self.sent // self.servers

    def __str__(self) -> str:
        return f"{self.waiting} waiting, {self.sent} sent to {self.servers}"


_CROWDS = (_Crowd(1, 1, 1), _Crowd(100, 16, 8), _Crowd(1000, 16, 8, True), _Crowd(1000, 64, 32))


def inflight(rounds: int) -> Iterable[Figure]:
    """A worker process for each crowd; a round is a window of its calm time, or one render's end."""
    for crowd in _CROWDS:
        yield from _figures(crowd, rounds)


def _figures(crowd: _Crowd, rounds: int) -> Iterable[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="inflight-") as made,
        stand_ins(video_servers=crowd.servers, render=_RENDER_SECONDS) as there,
    ):
        folder = Path(made)
        variables = plain_environment(**there.environment(folder, ahead=crowd.ahead))
        with service_at(settings_of(variables)) as (service, _):
            for n in range(crowd.waiting + crowd.sent):
                _send(service, n)
        with worker(folder, variables) as working:
            until(lambda: len(there.rendered()) == crowd.sent, 60, every=0.2)
            began = there.rendered()[-1].arrived
            _sleep_until(began + _CALM_AFTER)
            calm = _RENDER_SECONDS - _CALM_AFTER - _CALM_BEFORE_END
            taken = watched(working, rounds, calm / rounds)
            until(lambda: len(_late(there)) >= crowd.servers, _RENDER_SECONDS, every=0.2)
            late = _late(there)
    aims = (5.0, 250.0, 0.5) if crowd.is_aimed_at else (None, None, None)
    share = tuple(100 * one.share for one in taken)
    yield Figure("inflight", f"{crowd}: CPU", "% of a core", share, aim=aims[0])
    yield Figure("inflight", f"{crowd}: memory", "MB", tuple(one.memory for one in taken), aim=aims[1])
    yield Figure("inflight", f"{crowd}: threads", "", tuple(float(one.threads) for one in taken))
    yield Figure("inflight", f"{crowd}: an end is noticed after", "s", tuple(late), aim=aims[2])


def _send(service: JobService, n: int) -> None:
    request = JobRequest(mode="simple", text=f"A cat purrs, take {n}.", white_frame=True, render=RENDER)
    job = service.create(Order(request=request, owner=f"owner-{n % 20}"))
    service.start(job.id)


def _late(there: StandIns) -> list[float]:
    return [one.noticed for one in there.rendered() if one.noticed is not None]


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))
