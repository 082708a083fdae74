"""A video that looks failed is rendered again automatically with another seed, up to ``LOOK_RETRIES`` times.

Each try is a job of its own, with its own video and its own seed on record. Its id follows from the job that it is for,
so that a process that dies and begins again finds the try that is there.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.errors import InputError
from core.messages import Message, gettext_noop, message
from core.render_settings import draw_seed
from jobs.model.records import Bookkeeping

if TYPE_CHECKING:
    from jobs.model.own_jobs import OwnJobs
    from jobs.model.records import JobRecord
    from jobs.store.orders import JobCreation

TRIED_AGAIN = gettext_noop(
    "This video looks failed, so another seed is being tried automatically ({n} of {limit}): job {job}."
)


@dataclass(frozen=True)
class AnotherSeed:
    """``limit`` is how many tries may follow a job that a person ordered; ``own`` are this process's own jobs."""

    creation: JobCreation
    limit: int
    own: OwnJobs | None = None

    def recorded(self, job: JobRecord) -> JobRecord:
        """Record the next try if one is due, without starting it; returns the job with its new warnings."""
        tries = job.bookkeeping.look_try
        if not job.look or tries >= self.limit:
            return job
        next_id, number = _id_after(job), tries + 1
        with suppress(InputError, OSError):  # no room for another job, or a frame that is gone: then there is no try
            self._record(job, next_id, number)
            words = message(TRIED_AGAIN, n=number, limit=self.limit, job=next_id)
            noted = replace(job.bookkeeping, next_try=next_id)
            return replace(job, bookkeeping=noted, warnings=_with(job, words))
        return job

    def start(self, job: JobRecord) -> None:
        """Put the try that was recorded for a job into the queue, once."""
        store, next_id = self.creation.store, job.bookkeeping.next_try
        found = store.jobs.get(next_id) if next_id else None
        if found is None or found.deleted:
            return
        if self.own is not None:
            self.own.add(found.id)
        if found.state == "draft":
            store.queue.enqueue(found.id)

    def _record(self, job: JobRecord, next_id: str, number: int) -> None:
        """Record a copy with another seed, for the same queue, that asks nobody before it is sent."""
        changes = {"render": replace(job.render, seed=draw_seed()), "review_each_step": False}
        noted = Bookkeeping(
            run=self.own.run if self.own else "",
            may_preview=job.bookkeeping.may_preview,
            makers=job.bookkeeping.makers,
            look_try=number,
        )
        self.creation.create(self.creation.copy_of(job, new_id=next_id, **changes), owner=job.owner, bookkeeping=noted)


def _id_after(job: JobRecord) -> str:
    digest = hashlib.sha256(f"{job.id}.{job.attempts}".encode()).hexdigest()[:6]
    return f"{job.sent or job.created:%Y%m%d-%H%M%S}-{digest}"


def _with(job: JobRecord, words: Message) -> tuple[Message, ...]:
    return (*(one for one in job.warnings if one.template != TRIED_AGAIN), words)
