"""Slots of jobs that no run follows any more: not waited for, deleted, or not known to have arrived on their server."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from core.errors import FilesNotRemoved, JobLost, MovaError
from jobs.execution import render as sending
from jobs.model.records import JobRecord, SlotRecord
from jobs.model.states import RULES, JobState
from jobs.servers.pool import ServerPool
from jobs.store.folders import Folders
from jobs.store.store import Store
from jobs.store.writes import SENDING

if TYPE_CHECKING:
    from render.answers import VideoJob

_OVER = ("completed", "failed")
_GIVEN_UP: frozenset[JobState] = frozenset(("abandoned",))


@dataclass
class SlotWatch:
    """``_missing``: by job, since when its server has answered without having the job (monotonic seconds).

    ``others`` says that this process may not continue a job. If no living process does (``left``), its slot
    is checked as well, and the job itself stays as it is, or goes back to its queue.
    """

    store: Store
    folders: Folders
    pool: ServerPool
    others: Callable[[JobRecord], bool] = lambda job: False
    left: Callable[[JobRecord], bool] | None = None
    _missing: dict[str, float] = field(default_factory=dict)

    def look(self) -> bool:
        """Check each slot that no run frees; returns whether one became free, or its job continues."""
        slots = self.store.queue.occupied()
        self._missing = {one.job_id: self._missing[one.job_id] for one in slots if one.job_id in self._missing}
        states = {} if self.left else self.store.jobs.states([one.job_id for one in slots])
        watched = [one for one in slots if one.job_id not in states or RULES[states[one.job_id]].slot != "held"]
        return sum(map(self._look_at, watched)) > 0

    def _look_at(self, slot: SlotRecord) -> bool:
        job = self.store.jobs.get(slot.job_id)
        if job is None:
            return False
        left = not job.deleted and RULES[job.state].slot == "held" and self.left is not None and self.left(job)
        if not (left or job.deleted or RULES[job.state].slot == "until free"):
            return False
        if left and job.state == "submitted" and job.stage != SENDING:
            return self.store.queue.requeue(job.id)
        if job.state == "unclear" and not job.deleted and not self.others(job) and self._can_be_told(job):
            return self.store.jobs.look_again(job.id)
        ended = self._ended(job)
        if ended is None:
            return False
        if not isinstance(ended, str) and self._rendered_after_all(job, ended):
            return True
        if left and job.state == "submitted" and not self._is_there(job):
            return self.store.queue.requeue(job.id)
        self.store.queue.release(slot.server, job.id)
        now = self.store.jobs.get(job.id)
        if now and now.deleted:  # perhaps while its server was asked
            with suppress(FilesNotRemoved):  # reported by the housekeeping, which tries again
                self.folders.finish_delete(now)
        return True

    def _can_be_told(self, job: JobRecord) -> bool:
        """Whether the server answers again, and tells its jobs apart."""
        try:
            self.pool.check_own_preview(job)
            tag = self.pool.tag(job)
            if tag:
                self.pool.client(job).find(tag)
            return bool(tag)
        except JobLost:
            return True
        except MovaError:
            return False

    def _is_there(self, job: JobRecord) -> bool:
        """Whether a job is on its server, or may be: one that does not tag its jobs cannot tell."""
        tag = self.pool.tag(job)
        try:
            return not tag or self.pool.client(job).find(tag) is not None
        except MovaError:
            return True

    def _rendered_after_all(self, job: JobRecord, ended: VideoJob) -> bool:
        """Record the video of a job that was given up: it is fetched, unless a person had stopped waiting for it."""
        if job.deleted or job.state != "abandoned" or ended.status != "completed":
            return False
        given_up_here = job.error is not None and not self.others(job)
        return self.store.jobs.rendered_after_all(job.id, ended.id, fetch=given_up_here)

    def _ended(self, job: JobRecord) -> VideoJob | Literal["gone"] | None:
        """The job as it ended on its server, or "gone" where the GPU is free without it; None while it may be busy.

        For a job without id and tag there, all of the server's jobs must be over.
        """
        try:
            self.pool.check_own_preview(job)
            client, tag = self.pool.client(job), self.pool.tag(job)
            if job.server_job_id:
                seen = client.retrieve(job.server_job_id)
                self._show(job, seen)
                return _if_over(seen)
            there = [one for one in client.all_jobs() if not tag or one.model == tag]
            if tag and there:
                return _if_over(there[0])
            if all(map(_if_over, there)):
                since = self._missing.setdefault(job.id, time.monotonic())
                return "gone" if time.monotonic() - since >= sending.SETTLE_SECONDS else None
        except JobLost:
            return "gone"
        except MovaError:
            pass
        self._missing.pop(job.id, None)
        return None

    def _show(self, job: JobRecord, seen: VideoJob) -> None:
        """Keep how far a job is that nobody waits for: what is ahead of others, and whether it stands still."""
        if seen.status not in _OVER and (job.stage, job.progress) != (seen.status, seen.progress):
            self.store.jobs.update(
                job.id, only_in=_GIVEN_UP, stage=seen.status, progress=seen.progress, moved=datetime.now(UTC)
            )


def _if_over(seen: VideoJob) -> VideoJob | None:
    return seen if seen.status in _OVER else None
