"""Chains: shots of which each begins with the last frame of the one before it.

``JobRecord.extends`` says which job a job goes on from, apart from ``parent``, which says what it is a copy of: a copy
of a shot goes on from the same one. So shots make a tree; a job's chain is the path from the first shot to it,
and from it on along the best of the takes that continue it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from jobs.model.states import allowing

if TYPE_CHECKING:
    from jobs.model.records import JobRecord

_LONGEST = 500


@dataclass(frozen=True)
class Chain:
    """``shots`` in their order; ``takes`` are the other ones at each place, by the job that they go on from."""

    shots: tuple[JobRecord, ...]
    takes: dict[str, tuple[JobRecord, ...]]

    @property
    def finished(self) -> tuple[JobRecord, ...]:
        """The shots from the first on that have a video: what can be joined."""
        ends = next((place for place, shot in enumerate(self.shots) if shot.state != "completed"), len(self.shots))
        return self.shots[:ends]


def chain_of(
    job: JobRecord, known: Callable[[str], JobRecord | None], extensions: Callable[[str], list[JobRecord]]
) -> Chain:
    """The chain that a job is in; of one shot alone where nothing goes on from it and it goes on from none.

    Args:
        known: a job that the person may see.
        extensions: the jobs that go on from one, as far as the person may see them.
    """
    shots, seen = [job], {job.id}
    while shots[0].extends and len(shots) < _LONGEST:
        before = known(shots[0].extends)
        if before is None or before.id in seen:
            break
        shots.insert(0, before)
        seen.add(before.id)
    while len(shots) < _LONGEST and (following := _best(extensions(shots[-1].id))):
        if following.id in seen:
            break
        shots.append(following)
        seen.add(following.id)
    takes = {}
    for before, shot in pairwise(shots):
        others = [one for one in extensions(before.id) if one.id != shot.id]
        if others:
            takes[before.id] = tuple(others)
    return Chain(tuple(shots), takes)


def _best(takes: list[JobRecord]) -> JobRecord | None:
    """The newest finished take, else the newest that may still be finished, else the newest."""
    ranks = {"completed": 2} | dict.fromkeys(allowing("retry"), 0)
    return max(takes, key=lambda job: (ranks.get(job.state, 1), job.number), default=None)
