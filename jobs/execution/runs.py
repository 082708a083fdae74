"""Which jobs have a run in this process: new ones, and those that other processes left when they died."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import MovaError, ServiceMissing
from jobs.database.errors import in_plain_words
from jobs.execution import engine
from jobs.execution.lease import WorkerLease
from jobs.model.records import JobRecord, StoredError
from jobs.model.states import LISTENING, PREPARING, WITH_A_RUN
from jobs.store.fair_order import fewest_first
from jobs.store.store import Store

if TYPE_CHECKING:
    from jobs.model.own_jobs import OwnJobs

PREPARED_AT_ONCE = 12  # each may ask a service and holds a thread
_BROKEN_AFTER = 10.0  # a run that has just been started is on record before its thread walks it
_UNTAKEN_AFTER = 5.0  # a job whose key is missing here waits this long before it says so: others may have the key
_DEAD_AFTER = 8.0  # a name on PostgreSQL must be free this long: the database server may just have been restarted


@dataclass
class Runs:
    """``missing`` says which key a job lacks here, ``room_to_save`` how many videos may be fetched besides, and
    ``is_turned_away`` whether a job found no room a moment ago: its run ends, and it comes back.

    ``own`` are the jobs of a process that works on no others.
    """

    store: Store
    names: WorkerLease
    own: OwnJobs | None
    missing: Callable[[JobRecord], ServiceMissing | None]
    room_to_save: Callable[[], int]
    is_turned_away: Callable[[str], bool]
    _suspects: dict[str, float] = field(default_factory=dict)
    _idle: dict[str, float] = field(default_factory=dict)
    _untaken: dict[str, float] = field(default_factory=dict)

    def pick_up(self) -> None:
        """Start a run of every job that lacks one: new ones, and those whose process died too early."""
        active = self.store.jobs.in_states(WITH_A_RUN)
        running, room = engine.unfinished() if active else {}, self.room_to_save()
        for job in sorted(active, key=lambda job: job.stage == LISTENING):  # what is not safe yet goes first
            if running.get(job.id) == self.names.mine and self.is_turned_away(job.id):
                room -= 1  # one that another process has taken up meanwhile needs no room here
            if job.state in PREPARING or job.id in running or not self._may_run("render", job):
                continue
            if job.state == "saving":
                if room <= 0:
                    continue
                room -= 1
            engine.start("render", job.id)
        preparing = [job for job in active if job.state in PREPARING]
        here = [job.owner for job in preparing if running.get(job.id) == self.names.mine]
        places = PREPARED_AT_ONCE - len(here)
        for job in fewest_first([job for job in preparing if job.id not in running], here):
            if places <= 0:
                break
            if self._may_run("prepare", job):
                engine.start("prepare", job.id)
                places -= 1

    def _may_run(self, kind: str, job: JobRecord | None) -> bool:
        """Whether this process may run a job: with ``own_only`` its own, and only with the keys it needs."""
        if job is None or self.is_others(job):
            return False
        if kind != "prepare" or job.state != "preparing":
            return True
        if self._is_in_session_elsewhere(job):
            return False
        problem = self.missing(job)
        if problem is None:
            self._untaken.pop(job.id, None)
            return True
        self._say_missing(job, problem)
        return False

    def is_others(self, job: JobRecord) -> bool:
        return self.own is not None and job.id not in self.own

    def is_left(self, job: JobRecord) -> bool:
        """Whether no living process continues a job that was sent."""
        if not self.is_others(job) or self.names.somebody_serves_all():
            return False
        run = engine.unfinished().get(job.id) or job.bookkeeping.run
        return not run or (run != self.names.mine and self.names.is_free(run))

    def _is_in_session_elsewhere(self, job: JobRecord) -> bool:
        """Whether another living process has the session whose keys serve a job."""
        holder = job.bookkeeping.session_of if job.bookkeeping.session_keys else None
        return holder not in (None, self.names.mine) and not self.names.is_free(holder)

    def _say_missing(self, job: JobRecord, problem: ServiceMissing) -> None:
        """Record on a job which key is missing, once no process has taken it for a while."""
        since = self._untaken.setdefault(job.id, time.monotonic())
        error = StoredError.of(problem)
        if time.monotonic() - since >= _UNTAKEN_AFTER and job.error != error:
            self.store.jobs.update(job.id, revision=job.revision, only_in=PREPARING, error=error)

    def left_nothing(self) -> bool:
        """Whether no run is left in this process's name."""
        try:
            with in_plain_words(self.store.database.name):
                return self.names.mine not in engine.unfinished().values()
        except MovaError:
            return False

    def look_after_others(self) -> None:
        """Take over the runs of processes whose name is free: they have died."""
        others = {name for name in engine.unfinished().values() if name and name != self.names.mine}
        self._suspects = {name: since for name, since in self._suspects.items() if name in others}
        for name in others:
            with self.names.taken_if_free(name) as free:
                if not free:
                    self._suspects.pop(name, None)
                    continue
                since = self._suspects.setdefault(name, time.monotonic())
                if self.store.database.is_sqlite or time.monotonic() - since >= _DEAD_AFTER:
                    engine.take_over(name, lambda kind, job_id: self._may_run(kind, self.store.jobs.get(job_id)))

    def look_at_own(self) -> None:
        """Go on with runs of our own that broke off where the engine's database could not be written."""
        idle = engine.broken_off(self.names.mine)
        self._idle = {run: self._idle.get(run, time.monotonic()) for run in idle}
        for run, since in self._idle.items():
            if time.monotonic() - since >= _BROKEN_AFTER:
                engine.go_on(run)
