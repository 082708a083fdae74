"""A video that looks failed is rendered again by itself, with another seed, as often as ``LOOK_RETRIES`` says.

Each try is a job of its own, with its own video and its own seed on record. Its id follows from the job that it is for,
so that a process that dies and begins again finds the try that is there.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from errors import InputError
from jobs.wish import Wish
from notes import N_, Note, note
from render_settings import draw_seed

if TYPE_CHECKING:
    from jobs.desk import Desk
    from jobs.records import JobRecord
    from jobs.states import JobState
    from jobs.store import Store

TRIED_AGAIN = N_("This video looks failed, so another seed is tried by itself ({n} of {limit}): job {job}.")


_NOT_STARTED: tuple[JobState, ...] = ("draft",)


@dataclass(frozen=True)
class AnotherSeed:
    """``limit`` is how many tries may follow a job that a person ordered."""

    desk: Desk
    store: Store
    limit: int

    def recorded(self, job: JobRecord, look: tuple[str, ...] | None) -> JobRecord:
        """Record the next try where one is due, without starting it; returns the job with what is to be said of it."""
        wish = Wish.of(job)
        if not look or wish.look_try >= self.limit:
            return job
        next_id, number = _id_after(job), wish.look_try + 1
        with suppress(InputError, OSError):  # no room for another job, or a frame that is gone: then there is no try
            self._record(job, next_id, number)
            words = note(TRIED_AGAIN, n=number, limit=self.limit, job=next_id)
            return replace(job, inputs={**job.inputs, "next_try": next_id}, warnings=_with(job, words))
        return job

    def start(self, job: JobRecord) -> None:
        """Put the try that was recorded for a job into the line, once."""
        next_id = Wish.of(job).next_try
        found = self.desk.known(next_id) if next_id else None
        if found is not None and found.state == "draft":
            self.desk.send(found.id)

    def _record(self, job: JobRecord, next_id: str, number: int) -> None:
        copy = self.desk.known(next_id) or self.desk.duplicate(job.id, seed=draw_seed(), new_id=next_id)
        inputs = {**copy.inputs, "look_try": number}
        self.store.jobs.update(next_id, only_in=_NOT_STARTED, inputs=inputs, ask=False)


def _id_after(job: JobRecord) -> str:
    digest = hashlib.sha256(f"{job.id}.{job.attempts}".encode()).hexdigest()[:6]
    return f"{job.sent or job.created:%Y%m%d-%H%M%S}-{digest}"


def _with(job: JobRecord, words: Note) -> tuple[Note, ...]:
    return (*(one for one in job.warnings if one.template != TRIED_AGAIN), words)
