"""The renders that servers have, as far as they are followed: fed with answers, it says what is to be recorded of them.

Nothing here waits for a server. ``saw`` and ``met`` only note what is to be written; ``refresh`` and ``write`` use the
database, all jobs at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from core.errors import JobLost, MovaError, ServerDead, ServerError, WaitedTooLong, WorkerDied
from jobs.execution.ends import record_end
from jobs.execution.finalize import seconds_since
from jobs.model.records import JobChanges, JobRecord, StoredError
from jobs.model.request import PREVIEW, is_preview_server
from jobs.model.states import JobState
from jobs.servers.pool import UNWELL
from render.parts import PartsSeen
from render.waiting import Waiting

if TYPE_CHECKING:
    from threading import Event

    from config import Server, Settings
    from jobs.database.wake_up import WakeUp
    from jobs.execution.lease import WorkerLease
    from jobs.model.own_jobs import OwnJobs
    from jobs.servers.pool import ServerPool
    from jobs.store.folders import Folders
    from jobs.store.jobs import RenderKey
    from jobs.store.store import Store
    from render.answers import VideoJob
    from render.parts import PartTimes

RENDERING: frozenset[JobState] = frozenset(("rendering",))
_JUST_SENT = 5.0  # seconds between sending a job and following it from its beginning


@dataclass
class Followed:
    """One attempt of a job on a server; ``shown`` and ``is_troubled`` are what is recorded of it, or about to be."""

    key: RenderKey
    job: JobRecord
    server: Server
    waiting: Waiting
    parts: PartsSeen
    shown: tuple[int, str | None]
    is_troubled: bool
    is_over: bool = False

    @property
    def server_job_id(self) -> str:
        return str(self.job.server_job_id)


@dataclass(frozen=True)
class Follower:
    """Which renders the process with this name follows: one has the ``role`` and follows for all.

    Each follows those on its own preview engine, and one that works on its ``own`` jobs only these.
    """

    names: WorkerLease
    role: WorkerLease
    own: OwnJobs | None = None

    def follows(self, keys: Iterable[RenderKey]) -> list[RenderKey]:
        """Those of the renders that are followed here; the role is taken where nobody has it.

        Raises:
            StoreError
        """
        if self.own is not None:
            return [key for key in keys if key.job_id in self.own]
        leads = self.role.has_role("renders")
        return [key for key in keys if self._follows(key, leads)]

    def _follows(self, key: RenderKey, leads: bool) -> bool:
        if not is_preview_server(key.server):
            return leads
        engine_of = key.server.removeprefix(f"{PREVIEW}-")
        return engine_of == self.names.mine or (leads and self.names.is_free(engine_of))


@dataclass
class FollowedRenders:
    """``follower`` says which renders this process follows, all where there is none.

    ``changed`` wakes who goes on with the jobs. ``is_urgent``: what was seen is to be written at once.
    """

    store: Store
    folders: Folders
    pool: ServerPool
    settings: Settings
    changed: Event | WakeUp
    follower: Follower | None = None
    jobs: dict[RenderKey, Followed] = field(default_factory=dict)
    is_urgent: bool = False
    _changes: dict[str, JobChanges] = field(default_factory=dict)
    _ends: dict[RenderKey, Callable[[], None]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    # ---- what there is to follow -------------------------------------------------------------------------------

    def forget(self) -> None:
        """Follow all of them from their beginning, as after a fault."""
        self.jobs = {}
        self.taken()

    def refresh(self) -> dict[RenderKey, Followed]:
        """The renders to follow, by what the database says: those that were followed stay as they are."""
        keys = self.store.jobs.rendering()
        keys = self.follower.follows(keys) if self.follower else keys
        # What is over and still on record as rendering, with nothing left to write, begins anew.
        found = {key: one for key in keys if (one := self.jobs.get(key)) and (not one.is_over or key in self._ends)}
        new = [key for key in keys if key not in found]
        records = self.store.jobs.several([key.job_id for key in new]) if new else {}
        for key in new:
            job = records.get(key.job_id)
            if job is not None and (job.state, str(job.server_job_id)) == ("rendering", key.server_job_id):
                try:
                    found[key] = self._begun(key, job)
                except MovaError as problem:  # its server does not exist any more
                    self._end(job, problem)
        self.jobs = found
        return found

    def _begun(self, key: RenderKey, job: JobRecord) -> Followed:
        """What happened while nobody followed a render does not count as standing still."""
        just_sent = job.moved is not None and (seconds_since(job.moved) or 0.0) < _JUST_SENT
        if not just_sent:
            self._change(job, {"moved": datetime.now(UTC)})
        return Followed(
            key,
            job,
            self.pool.server(job),
            Waiting(time.monotonic(), self.settings.server_patience),
            PartsSeen(job.render.num_inference_steps, whole=just_sent),
            (job.progress, job.stage),
            job.unreachable_since is not None,
        )

    # ---- what was seen -----------------------------------------------------------------------------------------

    def saw(self, one: Followed, seen: VideoJob, now: float) -> None:
        """Take an answer of its server; ``now`` is a monotonic clock in seconds."""
        progress = one.waiting.saw(seen, now)
        if one.is_troubled:
            one.is_troubled = False
            self._change(one.job, {"unreachable_since": None, "error": None})
        one.parts.saw(seen.status, progress.percent, now)
        if seen.status == "failed":
            failure = seen.failure(one.server.name)
            self._stop_sending_there(one, failure)
            self._over(one, partial(self._end, one.job, failure))
        elif seen.status == "completed":
            self._over(one, partial(self._rendered, one, seen, one.parts.times(now)))
        elif one.shown != (progress.percent, seen.status):
            self.is_urgent = self.is_urgent or one.shown[1] != seen.status
            one.shown = progress.percent, seen.status
            self._change(one.job, {"progress": progress.percent, "stage": seen.status, "moved": datetime.now(UTC)})
        if not one.is_over and now - one.waiting.started > self.settings.render_timeout:
            late = WaitedTooLong(server=one.server.name, job=one.job.id, waited=self.settings.render_timeout)
            self._over(one, partial(self._end, one.job, late))

    def met(self, one: Followed, error: ServerError, now: float) -> None:
        """Take a server's error: it is waited out, a strange answer too, for a gateway may be in trouble."""
        try:
            if isinstance(error, JobLost):
                raise error
            one.waiting.error(error, now)
            if not one.is_troubled:
                one.is_troubled = True
                self._change(one.job, {"unreachable_since": datetime.now(UTC), "error": StoredError.of(error)})
            self.pool.check_own_preview(one.job)
            self._stop_sending_there(one, error)
        except MovaError as problem:
            self._over(one, partial(self._end, one.job, problem))

    def broke(self, one: Followed, fault: Exception) -> None:
        """A fault of ours must not leave the job on its way for ever."""
        self._over(one, partial(self._end, one.job, MovaError(type(fault).__name__)))

    def _change(self, job: JobRecord, changes: JobChanges) -> None:
        with self._lock:
            self._changes.setdefault(job.id, {}).update(changes)

    def _over(self, one: Followed, end: Callable[[], None]) -> None:
        one.is_over = True
        with self._lock:
            self._changes.pop(one.job.id, None)
            self._ends[one.key] = end
            self.is_urgent = True

    def _stop_sending_there(self, one: Followed, error: MovaError) -> None:
        """A server that died during a job gets no other one before its next health check."""
        if isinstance(error, WorkerDied):
            error = ServerDead(error.raw, server=one.server.name)
        if isinstance(error, UNWELL):
            self.pool.record_error(one.job, error)

    # ---- what is recorded --------------------------------------------------------------------------------------

    def taken(self) -> Callable[[], None] | None:
        """What is to be written now, as one act that may be repeated until it succeeds; None where nothing changed."""
        with self._lock:
            changes, self._changes = self._changes, {}
            ends, self._ends = self._ends, {}
            self.is_urgent = False
        return partial(self.write, changes, ends.values()) if changes or ends else None

    def write(self, changes: dict[str, JobChanges], ends: Iterable[Callable[[], None]]) -> None:
        """Record what was seen: all progress in one transaction."""
        if changes:
            self.store.jobs.update_several(changes, only_in=RENDERING)
        for end in ends:
            end()

    def _is_still(self, job: JobRecord) -> bool:
        """Whether the job is still the attempt that was followed: a person may have sent it again."""
        now = self.store.jobs.get(job.id)
        return now is not None and (now.state, now.server_job_id) == ("rendering", job.server_job_id)

    def _rendered(self, one: Followed, seen: VideoJob, parts: PartTimes | None) -> None:
        """The GPU is free: the next job may go while this one is fetched."""
        job, took = one.job, seen.inference_time_s
        if not self._is_still(job):
            return
        ended: JobChanges = {"progress": 100, "stage": seen.status, "inference_time_s": took}
        if not self.store.jobs.move_to(job.id, "saving", only_from=RENDERING, **ended):
            return
        self.changed.set()
        # A time is until the server says that the file is there; its own figure may leave the writing out.
        seconds = parts.total if parts else took or (seconds_since(job.sent) if job.sent else None)
        if seconds:
            self.store.times.record(job.id, job.request, server=str(job.server), seconds=seconds, parts=parts)

    def _end(self, job: JobRecord, problem: MovaError) -> None:
        if self._is_still(job):
            record_end(self.store, job, problem)
        self.folders.settle(job.id)
        self.changed.set()
