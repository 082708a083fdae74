"""A take that is not good is followed by another one with another seed: as many as were ordered (``--takes``), or up to
``LOOK_RETRIES`` where it only looks failed.

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
from jobs.model.takes import take_of
from listening.choice import takes_told

if TYPE_CHECKING:
    from jobs.model.own_jobs import OwnJobs
    from jobs.model.records import JobRecord
    from jobs.store.orders import JobCreation
    from listening.choice import Stopped

TRIED_AGAIN = gettext_noop(
    "This video looks failed, so another seed is being tried automatically ({n} of {limit}): job {job}."
)

ANOTHER_TAKE = gettext_noop(
    "Not every line is said in this take, so another one is rendered ({n} of {limit}): job {job}."
)
CAPPED = gettext_noop(
    "No further take is rendered: it would go beyond {minutes} minutes of GPU time (TAKES_GPU_MINUTES)."
)


@dataclass(frozen=True)
class AnotherSeed:
    """``limit`` is how many tries may follow a job that a person ordered as one take; ``own`` are this process's jobs.

    Of a job that was ordered in several takes, each must pass every gate; of another one only the look counts.
    """

    creation: JobCreation
    limit: int
    own: OwnJobs | None = None

    def recorded(self, job: JobRecord) -> JobRecord:
        """Record the next try if one is due, without starting it.

        Returns:
            The job with its new warnings, and with the takes of its order up to this one where there are several.
        """
        tries, takes = job.bookkeeping.look_try, job.request.takes
        limit = takes - 1 if takes > 1 else self.limit
        if job.is_preview:
            return job
        if take_of(job).passes if takes > 1 else not job.look:
            return self._told(job, "good")
        if tries >= limit:
            return self._told(job, "all")
        if takes > 1 and self._costs_too_much(job):
            return self._told(replace(job, warnings=_with(job, self._capped())), "cap")
        next_id, number = _id_after(job), tries + 1
        with suppress(InputError, OSError):  # no room for another job, or a frame that is gone: then there is no try
            self._record(job, next_id, number)
            words = TRIED_AGAIN if job.look else ANOTHER_TAKE
            noted = replace(job.bookkeeping, next_try=next_id)
            told = message(words, n=number, limit=limit, job=next_id)
            return self._told(replace(job, bookkeeping=noted, warnings=_with(job, told)), None)
        return self._told(job, "no_room")

    def _told(self, job: JobRecord, stopped: Stopped | None) -> JobRecord:
        """The job with its takes; unchanged where it is the only one that was ever to be made."""
        found, tries = [job], job.bookkeeping.look_try
        while len(found) <= tries and found[0].parent:
            before = self.creation.store.jobs.get(found[0].parent)
            if before is None:
                break
            found.insert(0, before)
        if job.request.takes == 1 and tries == 0 and stopped is not None:
            return job
        ordered = job.request.takes if job.request.takes > 1 else self.limit + 1
        return replace(job, takes=takes_told([take_of(one) for one in found], ordered, stopped))

    def _costs_too_much(self, job: JobRecord) -> bool:
        """Whether one more take would go beyond the cap; this one was measured, so that there is a time."""
        cap = self.creation.settings.takes_gpu_minutes * 60
        usual = self.creation.store.times.estimate_of(job.request, server=job.server)
        return bool(cap and usual and usual.median * (job.bookkeeping.look_try + 2) > cap)

    def _capped(self) -> Message:
        return message(CAPPED, minutes=self.creation.settings.takes_gpu_minutes)

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
        changes = {
            "render": replace(job.render, seed=draw_seed()),
            "review_each_step": False,
            "takes": job.request.takes,
        }
        noted = Bookkeeping(
            name=job.bookkeeping.name,
            shot=job.bookkeeping.shot,
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
    return (*(one for one in job.warnings if one.template not in (TRIED_AGAIN, ANOTHER_TAKE, CAPPED)), words)
