"""The order of a queue, as pure functions: owners take turns, and each owner's jobs keep the owner's order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from jobs.model.records import JobRecord

Direction = Literal["up", "down", "top", "bottom"]
_NEVER = 0


@dataclass(frozen=True, order=True)
class Waiting:
    """A job in a queue: its place among its owner's jobs, then its number (creation time) if two are equal."""

    position: int
    number: int
    job_id: str
    owner: str


def fair_order(waiting: Iterable[Waiting], turns: Mapping[str, int]) -> list[Waiting]:
    """The order in which jobs are sent. ``turns`` says when an owner was last served, the higher the later.

    Whoever was served longest ago goes first, so nobody waits for more than one job of each of the others.
    Nothing but turns counts: a rule by jobs in flight would let a long render starve its owner.
    """
    queues: dict[str, list[Waiting]] = {}
    for job in sorted(waiting):
        queues.setdefault(job.owner, []).append(job)
    owners = sorted(queues, key=lambda owner: (turns.get(owner, _NEVER), min(job.number for job in queues[owner])))
    rounds = zip_longest(*(queues[owner] for owner in owners))
    return [job for each in rounds for job in each if job is not None]


def fewest_first(waiting: Iterable[JobRecord], served: Iterable[str | None]) -> Iterator[JobRecord]:
    """Jobs one by one, each of the owner with the fewest so far; ``served`` has an owner for each job in work now."""
    queues: dict[str | None, deque[JobRecord]] = {}
    for job in waiting:
        queues.setdefault(job.owner, deque()).append(job)
    counts = Counter(served)
    while queues:
        owner = min(queues, key=lambda each: (counts[each], queues[each][0].number))
        counts[owner] += 1
        yield queues[owner].popleft()
        if not queues[owner]:
            del queues[owner]


def moved(ids: Sequence[str], job_id: str, direction: Direction) -> list[str]:
    """The order after a move; the same where the job is not in it or cannot go further."""
    if job_id not in ids:
        return list(ids)
    now, last = ids.index(job_id), len(ids) - 1
    to = {"up": max(now - 1, 0), "down": min(now + 1, last), "top": 0, "bottom": last}[direction]
    rest = [each for each in ids if each != job_id]
    return [*rest[:to], job_id, *rest[to:]]


def placed(ids: Sequence[str], moving: Sequence[str], before: str | None) -> list[str]:
    """The order with some put before another, or at the end; those keep their order among themselves."""
    going = [each for each in ids if each in moving]
    rest = [each for each in ids if each not in moving]
    at = rest.index(before) if before in rest else len(rest)
    return [*rest[:at], *going, *rest[at:]]
