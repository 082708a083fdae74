"""What the queue page shows, read in one go at a flat cost: it does not grow with the jobs of the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs.line import EVERY_LINE
from jobs.records import Estimate, JobFilter, JobRecord, Place
from jobs.states import ACTIVE, FINAL, JobState
from jobs.wish import model_of, render_of

if TYPE_CHECKING:
    from jobs.store import Store

_ACTIVE_SHOWN, _YOURS_SHOWN, _LINE_SHOWN, _ENDED_SHOWN = 20, 20, 20, 12
_QUICK, _CALM = 1.0, 3.0  # seconds between looks while something runs, and while jobs only wait in line
_COUNTED: tuple[JobState, ...] = ("preparing", "submitted", "rendering", "saving", "waiting", "queued")


@dataclass(frozen=True, kw_only=True)
class Active:
    """A job that is worked on; ``estimate`` is of its render alone, None where no render like it has finished."""

    job: JobRecord
    estimate: Estimate | None


@dataclass(frozen=True, kw_only=True)
class InLine:
    """A job in our line; ``first`` and ``last`` are of its owner's own, among which it can be moved."""

    job: JobRecord
    place: Place
    first: bool
    last: bool


@dataclass(frozen=True, kw_only=True)
class QueueView:
    """The lists hold the first of each; ``counts`` counts all. ``yours`` waits for the person, newest first."""

    counts: Mapping[JobState, int]
    paused: bool
    active: tuple[Active, ...]
    yours: tuple[JobRecord, ...]
    line: tuple[InLine, ...]
    ended: tuple[JobRecord, ...]

    @property
    def every(self) -> float | None:
        """Seconds after which to look again; None where nothing moves by itself."""
        return look_again(self.counts, self.paused)


def look_again(counts: Mapping[JobState, int], paused: bool) -> float | None:
    """Seconds after which to look again; None where nothing moves by itself."""
    if any(counts.get(state) for state in ACTIVE):
        return _QUICK
    return _CALM if counts.get("queued") and not paused else None


def count(store: Store, owner: str | None) -> dict[JobState, int]:
    """How many of an owner's jobs, or of all for None, are in each state that has not ended."""
    return store.pages.counts(owner, _COUNTED)


def all_paused(store: Store) -> bool:
    """Whether nothing is sent to any server."""
    return EVERY_LINE in store.line.paused()


def view(store: Store, owner: str | None) -> QueueView:
    """Everything of one owner, or of all for None; the places in the line count the jobs of all."""
    return QueueView(
        counts=count(store, owner),
        paused=all_paused(store),
        active=tuple(
            Active(job=job, estimate=estimate_for(store, job)) for job in _newest(store, owner, ACTIVE, _ACTIVE_SHOWN)
        ),
        yours=_newest(store, owner, frozenset(("waiting",)), _YOURS_SHOWN),
        line=tuple(one for model in store.line.waiting_models() for one in _in_line(store, owner, model)),
        ended=_newest(store, owner, FINAL, _ENDED_SHOWN),
    )


def estimate_for(store: Store, job: JobRecord) -> Estimate | None:
    """How long a job's render takes, from finished ones like it."""
    render = render_of(job)
    return store.times.estimate(
        model=model_of(job.model),
        size=render.size,
        num_frames=render.num_frames,
        num_inference_steps=render.num_inference_steps,
        server=job.server,
    )


def _newest(store: Store, owner: str | None, states: frozenset[JobState], limit: int) -> tuple[JobRecord, ...]:
    return store.pages.page(JobFilter(owner=owner, states=states), size=limit).jobs


def _in_line(store: Store, owner: str | None, model: str) -> list[InLine]:
    ids = store.line.order(model)
    found = [(number, store.jobs.get(job_id)) for number, job_id in enumerate(ids[:_LINE_SHOWN], 1)]
    waiting = [(number, job) for number, job in found if job is not None and job.state == "queued"]
    first, last = _ends([job for _, job in waiting], whole=len(ids) <= _LINE_SHOWN)
    return [
        InLine(job=job, place=Place(position=number, of=len(ids)), first=job.id in first, last=job.id in last)
        for number, job in waiting
        if owner is None or job.owner == owner
    ]


def _ends(waiting: Sequence[JobRecord], *, whole: bool) -> tuple[set[str], set[str]]:
    """The first and the last of each owner's jobs; the last only where the whole line is there to see."""
    first = {job.owner: job.id for job in reversed(waiting)}
    last = {job.owner: job.id for job in waiting} if whole else {}
    return set(first.values()), set(last.values())
