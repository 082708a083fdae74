"""The queue as a person sees and controls it. Reading it costs the same however many past jobs there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import TYPE_CHECKING

from jobs.model.records import Estimate, JobFilter, JobRecord, QueuePosition
from jobs.model.states import ACTIVE, ASKED, AT_REST, FINAL, MOVING, JobState
from jobs.plan.progress import RenderProgress, render_progress
from jobs.service.plans import PlanService
from jobs.store.fair_order import Direction

if TYPE_CHECKING:
    from jobs.model.request import QueueKey
    from jobs.service.context import ServiceContext

_ACTIVE_SHOWN, _YOURS_SHOWN, _QUEUE_SHOWN, _ENDED_SHOWN = 20, 20, 300, 12
_QUICK, _CALM = 1.0, 3.0  # seconds between looks while something runs, and while jobs only wait
_COUNTED: tuple[JobState, ...] = tuple(MOVING | ASKED)


@dataclass(frozen=True, kw_only=True)
class Active:
    """A job that is worked on; ``estimate`` is of its render alone, None where no render like it has finished."""

    job: JobRecord
    estimate: Estimate | None
    render: RenderProgress


@dataclass(frozen=True, kw_only=True)
class Queued:
    """A job in the queue; ``first`` and ``last`` are among its owner's own jobs, between which it can be moved.

    ``ends`` is when its video is expected; None where that is not known.
    """

    job: JobRecord
    place: QueuePosition
    first: bool
    last: bool
    ends: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class QueueView:
    """The lists hold the first of each; ``counts`` counts all. ``yours`` wait for the person, newest first."""

    counts: Mapping[JobState, int]
    paused: bool
    active: tuple[Active, ...]
    yours: tuple[JobRecord, ...]
    queued: tuple[Queued, ...]
    ended: tuple[JobRecord, ...]

    @property
    def every(self) -> float | None:
        """Seconds until the next refresh; None if nothing changes by itself."""
        return look_again(self.counts, self.paused)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a job is: its place in the queue, how far its render is, and how long such renders have taken."""

    job: JobRecord
    place: QueuePosition | None
    estimate: Estimate | None
    render: RenderProgress


class QueueService:
    """Places in the queue count everybody's jobs; nothing else is told about the jobs of others."""

    def __init__(self, context: ServiceContext) -> None:
        self._context, self._store = context, context.store
        self._plans = PlanService(context)

    def view(self) -> QueueView:
        """Everything that is under way; a job that moves on while the lists are read is in the first of them alone."""
        active, seen = self._newest(ACTIVE, _ACTIVE_SHOWN), set[str]()
        queued = [one for key in self._store.queue.waiting() for one in self._queued(key)]
        yours, ended = self._newest(ASKED, _YOURS_SHOWN), self._newest(FINAL, _ENDED_SHOWN)
        return QueueView(
            counts=self._counts(),
            paused=self._store.queue.is_paused(),
            active=tuple(map(self._active, _unseen(active, seen))),
            queued=tuple(one for one in queued if _unseen([one.job], seen)),
            yours=tuple(_unseen(yours, seen)),
            ended=tuple(_unseen(ended, seen)),
        )

    def pace(self) -> float | None:
        """Seconds until the queue should be refreshed; None if nothing changes by itself."""
        return look_again(self._counts(), self._store.queue.is_paused())

    def progress(self, job_id: str) -> Progress:
        """Where a job is and how long it may take."""
        job = self._context.get(job_id)
        place, estimate = self._store.queue.position(job_id), self._estimate(job)
        return Progress(job=job, place=place, estimate=estimate, render=render_progress(job, estimate))

    def follow(self, job_id: str, every: float = 0.1) -> Iterator[JobRecord]:
        """The job after each change and each second, until it waits for a person or has ended."""
        seen, told = -1, 0.0
        while True:
            job = self._context.get(job_id)
            if job.revision != seen or monotonic() - told > 1:
                seen, told = job.revision, monotonic()
                yield job
            if job.state in AT_REST:
                return
            sleep(every if job.state != "saving" else every / 5)  # that ends within a second

    def is_paused(self, key: QueueKey) -> bool:
        """Whether nothing new of a queue is sent."""
        return self._store.queue.is_paused(key)

    def move(self, job_id: str, direction: Direction) -> bool:
        """Move a waiting job among its owner's own."""
        return self._store.queue.move(self._context.get(job_id).id, direction)

    def place(self, job_ids: Collection[str], before: str | None) -> bool:
        """Put waiting jobs before another one, or at the end, each among its owner's own; returns whether any moved.

        Raises:
            UnknownJob
        """
        moved = False
        for ids in self._by_line(job_ids):
            target = self._next_of(ids[0], before, ids) if before else None
            moved |= self._store.queue.place(ids, target)
        return moved

    def _by_line(self, job_ids: Collection[str]) -> list[list[str]]:
        """The ids of one queue and one owner together."""
        lines: dict[tuple[QueueKey, str], list[str]] = {}
        for job in map(self._context.get, job_ids):
            lines.setdefault((job.queue_key, job.owner), []).append(job.id)
        return list(lines.values())

    def _next_of(self, job_id: str, before: str, moving: Collection[str]) -> str | None:
        """The first job from ``before`` on that is of the same owner and does not move itself."""
        job = self._context.get(job_id)
        line = self._store.queue.order(job.queue_key)
        rest = [one for one in (line[line.index(before) :] if before in line else ()) if one not in moving]
        owners = self._store.jobs.several(rest)
        return next((one for one in rest if one in owners and owners[one].owner == job.owner), None)

    def pause(self, key: QueueKey | None = None) -> None:
        """Send nothing new, of one queue or of any; what is on the servers goes on.

        Raises:
            NotAllowed: it concerns everybody's jobs; where there is a login only an administrator may.
        """
        self._context.check_steers()
        self._store.queue.pause(key)

    def resume(self, key: QueueKey | None = None) -> None:
        """Send again; raises as ``pause`` does."""
        self._context.check_steers()
        self._store.queue.resume(key)
        self._context.wake.set()

    def _counts(self) -> dict[JobState, int]:
        """How many jobs that have not ended are in each state."""
        return self._store.pages.counts(self._context.person.only, _COUNTED)

    def _active(self, job: JobRecord) -> Active:
        estimate = self._estimate(job)
        return Active(job=job, estimate=estimate, render=render_progress(job, estimate))

    def _estimate(self, job: JobRecord) -> Estimate | None:
        """How long a job's render takes, from finished ones like it."""
        is_preview = job.is_preview or job.on_own_preview
        if job.server is None and (status := self._context.servers()) is not None:
            is_preview = status.previews(job.queue_key, may_preview=job.bookkeeping.may_preview)
        return self._store.times.estimate_of(job.request, server=job.server, is_preview=is_preview)

    def _newest(self, states: frozenset[JobState], limit: int) -> tuple[JobRecord, ...]:
        return self._store.pages.page(JobFilter(owner=self._context.person.only, states=states), size=limit).jobs

    def _queued(self, key: QueueKey) -> list[Queued]:
        ids, owner = self._store.queue.order(key), self._context.person.only
        records = self._store.jobs.several(ids[:_QUEUE_SHOWN])
        found = [(number, records[job_id]) for number, job_id in enumerate(ids, 1) if job_id in records]
        waiting = [(number, job) for number, job in found if job.state == "queued"]
        first, last = _ends([job for _, job in waiting], whole=len(ids) <= _QUEUE_SHOWN)
        now, ends = datetime.now(UTC), self._plans.ends_of(key, [job for _, job in waiting])
        return [
            Queued(
                job=job,
                place=QueuePosition(position=number, of=len(ids)),
                first=job.id in first,
                last=job.id in last,
                ends=None if seconds is None else now + timedelta(seconds=seconds),
            )
            for (number, job), seconds in zip(waiting, ends, strict=True)
            if owner is None or job.owner == owner
        ]


def _unseen(jobs: Sequence[JobRecord], seen: set[str]) -> list[JobRecord]:
    """Those of the jobs that were not seen yet; they are from now on."""
    new = [job for job in jobs if job.id not in seen]
    seen.update(job.id for job in new)
    return new


def look_again(counts: Mapping[JobState, int], paused: bool) -> float | None:
    """Seconds until the queue should be refreshed; None if nothing changes by itself."""
    if any(counts.get(state) for state in ACTIVE):
        return _QUICK
    return _CALM if counts.get("queued") and not paused else None


def _ends(waiting: Sequence[JobRecord], *, whole: bool) -> tuple[set[str], set[str]]:
    """The first and the last of each owner's jobs; the last only where the whole queue is there to see."""
    first = {job.owner: job.id for job in reversed(waiting)}
    last = {job.owner: job.id for job in waiting} if whole else {}
    return set(first.values()), set(last.values())
