"""What may be read of jobs: by a person their own, by an administrator and by the program itself all.

A job of somebody else is no different from one that does not exist. Of others' jobs only numbers are told: how many
wait before one's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from errors import UnknownJob
from input_limits import is_plain_id, plain_id
from jobs import queue_view
from jobs.folders import Folders
from jobs.people import EVERYBODY, Person
from jobs.queue_view import QueueView
from jobs.records import Estimate, FileRecord, JobFilter, JobPage, JobRecord, Place, StepRecord
from jobs.states import FINAL, JobState
from jobs.store import Store
from jobs.store_pages import PAGE_SIZE
from jobs.wish import model_of

if TYPE_CHECKING:
    from record.folder import RunRecord
    from render_settings import RenderSettings

ON_SERVER: tuple[JobState, ...] = ("submitted", "rendering")
_ALL = JobFilter()


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a job is: its place in our line, and how long such renders have taken."""

    job: JobRecord
    place: Place | None
    estimate: Estimate | None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a new job can expect: jobs ``ahead`` of it, waiting or on a server, and the time such renders took."""

    ahead: int
    estimate: Estimate | None


class Reading:
    """Raises UnknownJob for an id that this person has no job of, and StoreError where the database cannot be used."""

    def __init__(self, store: Store, folders: Folders, person: Person = EVERYBODY) -> None:
        self._store, self._folders, self.person = store, folders, person

    # ---- one job -----------------------------------------------------------------------------------------------

    def get(self, job_id: str) -> JobRecord:
        if job := self.known(plain_id(job_id)):
            return job
        raise UnknownJob(job=job_id)

    def known(self, job_id: str) -> JobRecord | None:
        """The job, None where there is none for this person."""
        job = self._store.jobs.get(job_id) if is_plain_id(job_id) else None
        return None if job is None or job.deleted or not self.person.may_see(job) else job

    def steps(self, job_id: str) -> tuple[StepRecord, ...]:
        """All versions of all steps."""
        return self._store.steps.of(self.get(job_id).id)

    def progress(self, job_id: str) -> Progress:
        """Where a job is and how long it may take."""
        job = self.get(job_id)
        estimate = queue_view.estimate_for(self._store, job)
        return Progress(job=job, place=self._store.line.position(job_id), estimate=estimate)

    def files(self, job_id: str) -> tuple[FileRecord, ...]:
        """The job's files as they were recorded."""
        return self._store.files.of(self.get(job_id).id)

    def record(self, job_id: str) -> RunRecord:
        """The job as the document beside its video."""
        return self._folders.write_record(self.get(job_id))

    def folder(self, job_id: str) -> Path:
        """Where the job's files are."""
        return self.folder_of(self.get(job_id))

    def folder_of(self, job: JobRecord) -> Path:
        """Where the files of a job are that was read before."""
        if not self.person.may_see(job):
            raise UnknownJob(job=job.id[:80])
        return self._folders.of(job).path

    def poster(self, job_id: str) -> Path | None:
        """The job's small picture, made when it is first asked for; None where there is nothing to make it of yet."""
        return self._folders.poster(self.get(job_id))

    def weigh(self, job_id: str) -> int:
        """The bytes on the disk that come free when the job is deleted."""
        return self._folders.weigh(self.get(job_id))

    def follow(self, job_id: str, every: float = 0.1) -> Iterator[JobRecord]:
        """The job after each change and each second, until it waits for a person or has ended."""
        seen, told = -1, 0.0
        while True:
            job = self.get(job_id)
            if job.revision != seen or monotonic() - told > 1:
                seen, told = job.revision, monotonic()
                yield job
            if job.state in FINAL or job.state in ("waiting", "draft"):
                return
            sleep(every)

    # ---- many --------------------------------------------------------------------------------------------------

    def newest(self, limit: int) -> tuple[JobRecord, ...]:
        """The newest jobs first."""
        return self.page(size=limit).jobs

    def page(
        self,
        wanted: JobFilter = _ALL,
        *,
        size: int = PAGE_SIZE,
        older_than: int | None = None,
        newer_than: int | None = None,
        oldest: bool = False,
    ) -> JobPage:
        """The newest page (with ``oldest`` the oldest one), or the one beside a cursor."""
        pages, mine = self._store.pages, self._mine(wanted)
        return pages.page(mine, size=size, older_than=older_than, newer_than=newer_than, oldest=oldest)

    def numbered(self, number: int, wanted: JobFilter = _ALL, *, size: int = PAGE_SIZE) -> JobPage:
        """Page ``number``, from 1."""
        return self._store.pages.numbered(number, self._mine(wanted), size=size)

    def count(self, wanted: JobFilter = _ALL, *, at_most: int | None = None) -> int:
        """How many jobs there are, counted up to ``at_most``."""
        return self._store.pages.count(self._mine(wanted), at_most=at_most)

    def states_of(self, job_ids: Collection[str]) -> dict[str, JobState]:
        """The states of many jobs at once; those that this person has not are left out."""
        return self._store.jobs.states(job_ids, owner=self.person.only)

    def queue(self) -> QueueView:
        """Everything that is under way; places in the line count the jobs of all."""
        return queue_view.view(self._store, self.person.only)

    def queue_pace(self) -> float | None:
        """Seconds after which to look at the queue again; None where nothing moves by itself."""
        counts = queue_view.count(self._store, self.person.only)
        return queue_view.look_again(counts, queue_view.all_paused(self._store))

    def outlook(self, line: str, render: RenderSettings) -> Outlook:
        """How many jobs a new one would wait for, and how long its own render may take."""
        sent = [job for job in self._store.jobs.in_states(ON_SERVER) if job.model == line]
        estimate = self._store.times.estimate(
            model=model_of(line),
            size=render.size,
            num_frames=render.num_frames,
            num_inference_steps=render.num_inference_steps,
        )
        return Outlook(ahead=len(self._store.line.order(line)) + len(sent), estimate=estimate)

    def is_paused(self, line: str) -> bool:
        """Whether nothing new of a line is sent."""
        return not self._store.line.paused().isdisjoint((line, "*"))

    def _mine(self, wanted: JobFilter) -> JobFilter:
        """What is asked for, of this person's own only."""
        only = self.person.only
        return wanted if only is None else dataclasses.replace(wanted, owner=only)
