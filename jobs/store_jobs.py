"""Jobs: creating, reading, changing. Each change of state happens once, whoever asks and how often."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Unpack, cast

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from jobs.database import Database
from jobs.job_writes import change_job, change_state, first_columns, now, number_of, unsent
from jobs.quotas import Quota, check_disk, check_new_job, check_unfinished, count_new_job
from jobs.records import FileRecord, JobChanges, JobRecord, NewJob, StepRecord
from jobs.rows import columns, error_columns, job_record
from jobs.states import DELETABLE, FREES_SLOT, REFETCH, RETRY, JobState, sources
from jobs.store_files import write_file
from jobs.store_search import forget_job, index_job
from jobs.store_steps import write_step
from jobs.tables import JobRow, SlotRow

_AT_ONCE = 500  # a statement's values: SQLite takes 32,766 at most


def new_job_id(created: datetime) -> str:
    """An id such as ``20261123-101530-4f9c2a``: readable, and sorted by time."""
    return f"{created:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def _portions(job_ids: Collection[str]) -> Iterator[list[str]]:
    rest = iter(job_ids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


class Jobs:
    """The table of jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        new: NewJob,
        *,
        steps: Iterable[StepRecord] = (),
        files: Sequence[FileRecord] = (),
        quota: Quota | None = None,
    ) -> JobRecord:
        """Record a job with what it begins with, all or nothing; or find the one that has this id already.

        Raises:
            QuotaReached: its owner has no room for another.
        """
        with self._database.write() as session:
            if new.id and (known := session.get(JobRow, new.id)):
                return job_record(known)
            if quota:
                check_new_job(self._database, session, new.owner, quota, sum(file.bytes for file in files))
            count_new_job(self._database, session, new.owner)
            job_id = self._insert(session, new)
            for step in steps:
                write_step(self._database, session, step)
            for file in files:
                write_file(self._database, session, file)
            index_job(self._database, session, job_id)
            return job_record(session.get_one(JobRow, job_id))

    def check_new(self, owner: str, quota: Quota, incoming: int) -> None:
        """Say early what ``create`` would refuse, before a file is written."""
        with self._database.read() as session:
            check_new_job(self._database, session, owner, quota, incoming)

    def check_disk(self, owner: str, quota: Quota, incoming: int) -> None:
        """Whether the owner's files and these bytes have room; raises DiskQuota."""
        with self._database.read() as session:
            check_disk(session, owner, quota, incoming)

    def _insert(self, session: Session, new: NewJob) -> str:
        """Try until the number is free; where the id was drawn here, until that is too."""
        created = new.created or now()
        number = number_of(created)
        while True:
            job_id = new.id or new_job_id(created)
            values = first_columns(new, job_id, number)
            statement = self._database.insert(JobRow).values(values).on_conflict_do_nothing()
            inserted = session.scalar(statement.returning(JobRow.id))
            if inserted or (new.id and session.get(JobRow, new.id)):
                return job_id
            number += 1

    def get(self, job_id: str) -> JobRecord | None:
        """The job, deleted or not; None where there was never one."""
        with self._database.read() as session:
            row = session.get(JobRow, job_id)
            return job_record(row) if row else None

    def in_states(self, states: Collection[JobState]) -> tuple[JobRecord, ...]:
        """All jobs in these states, oldest first: for the engine, to take up what was left."""
        query = select(JobRow).where(JobRow.state.in_(states), ~JobRow.deleted)
        with self._database.read() as session:  # sorted here: the database would look for them in the order of time
            return tuple(sorted(map(job_record, session.scalars(query)), key=lambda job: job.number))

    def states(self, job_ids: Collection[str], owner: str | None = None) -> dict[str, JobState]:
        """The states of these jobs, in their order, of one owner or of all; deleted and unknown ones are left out."""
        mine = () if owner is None else (JobRow.owner == owner,)
        found: dict[str, JobState] = {}
        with self._database.read() as session:
            for some in _portions(job_ids):
                query = select(JobRow.id, JobRow.state).where(JobRow.id.in_(some), ~JobRow.deleted, *mine)
                found |= {job_id: cast(JobState, state) for job_id, state in session.execute(query)}
        return {job_id: found[job_id] for job_id in job_ids if job_id in found}

    def update(
        self,
        job_id: str,
        *,
        only_in: Collection[JobState] | None = None,
        revision: int | None = None,
        **changes: Unpack[JobChanges],
    ) -> bool:
        """Write some values; False where the job is not in one of these states, or was changed since ``revision``."""
        conditions: list[ColumnElement[bool]] = [] if only_in is None else [JobRow.state.in_(only_in)]
        if revision is not None:
            conditions.append(JobRow.revision == revision)
        with self._database.write() as session:
            changed = change_job(session, job_id, conditions, columns({**changes}))
            if changed and "inputs" in changes:
                index_job(self._database, session, job_id)
            return changed

    def show_progress(self, job_id: str, progress: int, stage: str | None = None) -> bool:
        """Record progress (0 to 100) and stage; where both are as they were it writes nothing and says False."""
        with self._database.read() as session:
            found = session.execute(select(JobRow.progress, JobRow.stage).where(JobRow.id == job_id)).one_or_none()
        if found is None or tuple(found) == (progress, stage):
            return False
        return self.update(job_id, progress=progress, stage=stage)

    def move_to(
        self,
        job_id: str,
        state: JobState,
        *,
        only_from: Collection[JobState] | None = None,
        gpu_busy: bool = False,
        **changes: Unpack[JobChanges],
    ) -> bool:
        """Change the state where the rules allow it; says whether it happened.

        A state that ends the use of a server frees its slot, unless ``gpu_busy``: then ``Line.release`` does, later.
        Into the line and out of it to a server go ``Line.enqueue`` and ``Line.claim`` instead.
        """
        allowed = sources(state) if only_from is None else sources(state) & set(only_from)
        with self._database.write() as session:
            moved = change_state(session, job_id, allowed, state, columns({**changes}))
            if moved and state in FREES_SLOT and not gpu_busy:
                session.execute(delete(SlotRow).where(SlotRow.job_id == job_id))
            if moved and "inputs" in changes:
                index_job(self._database, session, job_id)
            return moved

    def reopen(self, job_id: str, state: JobState, *, stage: str | None = None, quota: Quota | None = None) -> bool:
        """Take a job up again that failed, was cancelled, abandoned or lost, as its next attempt: a person asked to.

        A job that still holds a slot is refused: a GPU may be rendering it.

        Raises:
            TooManyUnfinished
        """
        values = unsent() | {"attempts": JobRow.attempts + 1, "stage": stage}
        with self._database.write() as session:
            if quota and (owner := session.scalar(select(JobRow.owner).where(JobRow.id == job_id))):
                check_unfinished(self._database, session, owner, quota)
            if session.scalar(select(SlotRow.slot).where(SlotRow.job_id == job_id)) is not None:
                return False
            return change_state(session, job_id, sources(state, RETRY), state, values)

    def fetch_again(self, job_id: str) -> bool:
        """Take a job up again of which only the download failed: a person asked to."""
        values = {"finished": None, "unreachable_since": None} | error_columns(None)
        with self._database.write() as session:
            return change_state(session, job_id, sources("saving", REFETCH), "saving", values)

    def add_attempt(self, job_id: str) -> int:
        """Count that a worker took the job up once more; returns the count, 0 for an unknown job."""
        statement = update(JobRow).where(JobRow.id == job_id).values(attempts=JobRow.attempts + 1)
        with self._database.write() as session:
            return session.scalar(statement.returning(JobRow.attempts)) or 0

    def delete(self, job_id: str) -> bool:
        """Take a job that nothing works on out of every page and search; says whether it happened.

        Its files are to be removed from the disk next (then ``Files.forget``); ``purge`` removes the texts as well.
        """
        with self._database.write() as session:
            number = session.scalar(select(JobRow.number).where(JobRow.id == job_id))
            if number is None or not change_job(session, job_id, [JobRow.state.in_(DELETABLE)], {"deleted": True}):
                return False
            forget_job(session, number)
            return True

    def deleted(self) -> tuple[str, ...]:
        """The ids of deleted jobs of which something is left, for a clean-up that broke off."""
        with self._database.read() as session:
            return tuple(session.scalars(select(JobRow.id).where(JobRow.deleted).order_by(JobRow.number)))

    def purge(self, job_id: str) -> bool:
        """Remove all that is recorded of a deleted job, texts included. Not while it holds a server's slot."""
        holds = select(SlotRow.job_id).where(SlotRow.job_id == job_id).exists()
        statement = delete(JobRow).where(JobRow.id == job_id, JobRow.deleted, ~holds)
        with self._database.write() as session:
            return session.scalar(statement.returning(JobRow.id)) is not None
