"""The order of a line, as pure data: owners take turns, and within an owner the owner's own order counts."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median, quantiles
from typing import Literal

from jobs.records import Estimate

Direction = Literal["up", "down", "top", "bottom"]
_NEVER = 0


@dataclass(frozen=True, order=True)
class Waiting:
    """A job in a line: its place among its owner's own, then its number (creation time) where two are equal."""

    position: int
    number: int
    job_id: str
    owner: str


def fair_order(waiting: Iterable[Waiting], turns: Mapping[str, int]) -> list[Waiting]:
    """The order in which jobs go. ``turns`` says when an owner was last served, the higher the later.

    Whoever was served longest ago goes first, so nobody waits for more than one job of each of the others.
    Nothing but turns counts: a rule by jobs in flight would let a long render starve its owner.
    """
    queues: dict[str, list[Waiting]] = {}
    for job in sorted(waiting):
        queues.setdefault(job.owner, []).append(job)
    owners = sorted(queues, key=lambda owner: (turns.get(owner, _NEVER), min(job.number for job in queues[owner])))
    rounds = zip_longest(*(queues[owner] for owner in owners))
    return [job for each in rounds for job in each if job is not None]


def moved(ids: Sequence[str], job_id: str, direction: Direction) -> list[str]:
    """The order after a move; the same where the job is not in it or cannot go further."""
    if job_id not in ids:
        return list(ids)
    now, last = ids.index(job_id), len(ids) - 1
    to = {"up": max(now - 1, 0), "down": min(now + 1, last), "top": 0, "bottom": last}[direction]
    rest = [each for each in ids if each != job_id]
    return [*rest[:to], job_id, *rest[to:]]


def start_times(busy: Sequence[float], durations: Iterable[float]) -> list[float]:
    """Seconds until each waiting job starts. ``busy``: seconds until each slot is free; jobs in the line's order."""
    slots = list(busy)
    heapq.heapify(slots)
    starts = []
    for seconds in durations if slots else ():
        starts.append(slots[0])
        heapq.heapreplace(slots, slots[0] + seconds)
    return starts


def estimate_of(seconds: Sequence[float]) -> Estimate | None:
    """Median and the middle four fifths of past durations; None without any."""
    if not seconds:
        return None
    tenths = quantiles(seconds, n=10, method="inclusive") if len(seconds) > 1 else [*seconds] * 9
    return Estimate(median=median(seconds), low=tenths[0], high=tenths[-1], n=len(seconds))
