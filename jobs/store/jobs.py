"""Jobs: creating, reading, changing. Each change of state happens once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Unpack, cast

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from jobs.database.database import Database
from jobs.database.rows import error_columns, job_record
from jobs.database.tables import JobRow, RepeatableRow, SlotRow
from jobs.model.records import FileRecord, JobChanges, JobRecord, Json, NewJob, StepRecord
from jobs.model.states import FREES_SLOT, REFETCHED, JobState, allowing, sources
from jobs.store.batches import keep_batch_row
from jobs.store.files import write_file
from jobs.store.quotas import Quota, check_disk, check_new_job, check_unfinished, count_new_job
from jobs.store.search import forget_job, index_job
from jobs.store.steps import write_step
from jobs.store.writes import (
    CHANGED,
    SENDING,
    change_job,
    change_progress,
    change_state,
    changed_columns,
    first_columns,
    now,
    number_of,
    portions,
    unsent,
)
from record.folder import new_job_id


def _fetched_next() -> Json:
    """The columns of an ended job whose video is fetched now."""
    return {"finished": None, "unreachable_since": None} | error_columns(None)


_PROGRESS = {"progress", "stage", "moved"}


class RenderKey(NamedTuple):
    """One attempt of a job that a server has."""

    job_id: str
    server: str
    server_job_id: str


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
        """Record a job with its first steps and files, all or nothing; or return the one that already has this id.

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

    def check_new(self, owner: str, quota: Quota, incoming: int, *, jobs: int = 1) -> None:
        """Raise what ``create`` would raise, before a file is written."""
        with self._database.read() as session:
            check_new_job(self._database, session, owner, quota, incoming, jobs=jobs)

    def check_unfinished(self, owner: str, quota: Quota) -> None:
        """Raise what starting another one of the owner's jobs would raise."""
        with self._database.read() as session:
            check_unfinished(self._database, session, owner, quota)

    def check_disk(self, owner: str, quota: Quota, incoming: int) -> None:
        """Check that the owner's files and these bytes have room; raises DiskQuota."""
        with self._database.read() as session:
            check_disk(session, owner, quota, incoming)

    def _insert(self, session: Session, new: NewJob) -> str:
        """Insert the job, trying until its number is free, and its id, too, if that was drawn here."""
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

    def several(self, job_ids: Collection[str]) -> dict[str, JobRecord]:
        """These jobs by their ids, in their order; unknown ones are left out."""
        found: dict[str, JobRecord] = {}
        with self._database.read() as session:
            for some in portions(job_ids):
                rows = session.scalars(select(JobRow).where(JobRow.id.in_(some)))
                found |= {row.id: job_record(row) for row in rows}
        return {job_id: found[job_id] for job_id in job_ids if job_id in found}

    def in_states(self, states: Collection[JobState]) -> tuple[JobRecord, ...]:
        """All jobs in these states, oldest first; used by the engine to continue jobs that were left."""
        query = select(JobRow).where(JobRow.state.in_(states), ~JobRow.deleted)
        with self._database.read() as session:  # sorted here: the database would look for them in the order of time
            return tuple(sorted(map(job_record, session.scalars(query)), key=lambda job: job.number))

    def rendering(self) -> list[RenderKey]:
        """What servers render, or may render, for us, oldest first."""
        columns = select(JobRow.id, JobRow.server, JobRow.server_job_id, JobRow.number)
        with self._database.read() as session:
            found = session.execute(columns.where(JobRow.state == "rendering", ~JobRow.deleted)).all()
        return [RenderKey(one[0], str(one[1]), str(one[2])) for one in sorted(found, key=lambda one: one[3])]

    def extending(self, job_id: str) -> tuple[JobRecord, ...]:
        """The jobs that go on from this one, oldest first."""
        query = select(JobRow).where(JobRow.extends == job_id, ~JobRow.deleted).order_by(JobRow.number)
        with self._database.read() as session:
            return tuple(map(job_record, session.scalars(query)))

    def copies(self, job_id: str, owner: str) -> tuple[JobRecord, ...]:
        """The jobs of this owner that were copied from this one, from those, and so on, oldest first."""
        mine = (JobRow.owner == owner, ~JobRow.deleted)
        found = select(JobRow.id).where(JobRow.parent == job_id, *mine).cte("copies", recursive=True)
        found = found.union(select(JobRow.id).where(JobRow.parent == found.c.id, *mine))
        query = select(JobRow).where(JobRow.id.in_(select(found.c.id))).order_by(JobRow.number)
        with self._database.read() as session:
            return tuple(map(job_record, session.scalars(query)))

    def states(self, job_ids: Collection[str], owner: str | None = None) -> dict[str, JobState]:
        """The states of these jobs, in their order, of one owner or of all; deleted and unknown ones are left out."""
        mine = () if owner is None else (JobRow.owner == owner,)
        found: dict[str, JobState] = {}
        with self._database.read() as session:
            for some in portions(job_ids):
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
            changed = change_job(session, job_id, conditions, changed_columns(session, job_id, {**changes}))
            if changed and "request" in changes:
                index_job(self._database, session, job_id)
            return changed

    def update_several(self, changes: Mapping[str, JobChanges], *, only_in: Collection[JobState]) -> None:
        """Write values on several jobs in one transaction; jobs in other states stay as they are."""
        moved = {job_id: values for job_id, values in changes.items() if values.keys() == _PROGRESS}
        with self._database.write() as session:
            if moved:
                change_progress(session, moved, only_in)
            for job_id in changes.keys() - moved.keys():
                values = changed_columns(session, job_id, {**changes[job_id]})
                change_job(session, job_id, [JobRow.state.in_(only_in)], values)

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
        quota: Quota | None = None,
        **changes: Unpack[JobChanges],
    ) -> bool:
        """Change the state where the rules allow it; returns whether it happened.

        A state that holds no slot frees the one that the job had.
        Into the queue and out of it to a server go ``JobQueue.enqueue`` and ``JobQueue.claim`` instead.

        Raises:
            TooManyUnfinished: with a ``quota``, where its owner has no room for another.
        """
        allowed = sources(state) if only_from is None else sources(state) & set(only_from)
        with self._database.write() as session:
            if quota and (owner := session.scalar(select(JobRow.owner).where(JobRow.id == job_id))):
                check_unfinished(self._database, session, owner, quota)
            moved = change_state(session, job_id, allowed, state, changed_columns(session, job_id, {**changes}))
            if moved and state in FREES_SLOT:
                session.execute(delete(SlotRow).where(SlotRow.job_id == job_id))
            if moved and "request" in changes:
                index_job(self._database, session, job_id)
            return moved

    def reopen(self, job_id: str, state: JobState, *, stage: str | None = None, quota: Quota | None = None) -> bool:
        """Reopen a job that failed, was cancelled, abandoned or lost, as its next attempt, because a person asked to.

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
            return change_state(session, job_id, sources(state, again=True), state, values)

    def fetch_again(self, job_id: str) -> bool:
        """Reopen a job of which only the video was not fetched, because a person asked to."""
        with self._database.write() as session:
            return change_state(session, job_id, REFETCHED, "saving", _fetched_next())

    def rendered_after_all(self, job_id: str, server_job_id: str, *, fetch: bool) -> bool:
        """Record that a server finished an abandoned job, and free its slot; with ``fetch`` its video is fetched.

        Not where the job was changed since, for then it is another video, and not where it was deleted.
        """
        values = {"stage": "completed", "progress": 100, "server_job_id": server_job_id}
        unchanged = [JobRow.state == "abandoned", ~JobRow.deleted, JobRow.stage.is_distinct_from(CHANGED)]
        if fetch:
            values |= {"state": "saving"} | _fetched_next()
        with self._database.write() as session:
            recorded = change_job(session, job_id, unchanged, values)
            if recorded:
                session.execute(delete(SlotRow).where(SlotRow.job_id == job_id))
            return recorded

    def look_again(self, job_id: str) -> bool:
        """Have an unclear job searched for on its server once more; False if its slot is free by now.

        The GPU has then been idle, and the server does not tell its jobs apart: there is nothing to search for.
        """
        values = {"stage": SENDING, "sent": JobRow.sent, "unreachable_since": None} | error_columns(None)
        with self._database.write() as session:
            if session.scalar(select(SlotRow.slot).where(SlotRow.job_id == job_id)) is None:
                return False
            return change_state(session, job_id, allowing("look_again"), "submitted", values)

    def delete(self, job_id: str, *, never_was: bool = False) -> bool:
        """Remove a job that nothing works on from every page and search; returns whether it happened.

        Its files are to be removed from the disk next; ``purge`` removes the texts as well. The request that made it
        makes no other, unless the job counts as one that there ``never_was``.
        """
        with self._database.write() as session:
            number = session.scalar(select(JobRow.number).where(JobRow.id == job_id))
            may = [JobRow.state.in_(allowing("delete"))]
            if number is None or not change_job(session, job_id, may, {"deleted": True}):
                return False
            forget_job(session, number)
            if not never_was:
                session.execute(update(RepeatableRow).where(RepeatableRow.made == job_id).values(made=""))
            return True

    def deleted(self) -> tuple[str, ...]:
        """The ids of deleted jobs of which something is left, for a clean-up that was interrupted."""
        with self._database.read() as session:
            return tuple(session.scalars(select(JobRow.id).where(JobRow.deleted).order_by(JobRow.number)))

    def purge(self, job_id: str) -> bool:
        """Remove all that is recorded of a deleted job, texts included. Not while it holds a server's slot.

        How a batch's row ended stays recorded.
        """
        holds = select(SlotRow.job_id).where(SlotRow.job_id == job_id).exists()
        statement = delete(JobRow).where(JobRow.id == job_id, JobRow.deleted, ~holds)
        with self._database.write() as session:
            keep_batch_row(self._database, session, job_id)
            return session.scalar(statement.returning(JobRow.id)) is not None
