"""Daily tasks that run once for all workers together, and the jobs that they concern."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from jobs.database.database import Database
from jobs.database.tables import ChoreRow, JobRow
from jobs.model.states import FINAL, JobState
from jobs.store.writes import now

Ages = dict[str, tuple[JobState, datetime]]


class Chores:
    """Chores, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, every: timedelta) -> bool:
        """Whether the task is due and nobody else has started it: true once per ``every``, however many ask."""
        with self._database.write() as session:
            self._database.lock(session, f"chore {name}")
            row = session.get(ChoreRow, name)
            if row is not None and timedelta() <= now() - row.begun < every:  # otherwise the clock was set back
                return False
            session.merge(ChoreRow(name=name, begun=now()))
            return True

    def jobs(self) -> Ages:
        """The state of every job that is not deleted, and when it was created, by its id."""
        query = select(JobRow.id, JobRow.state, JobRow.created).where(~JobRow.deleted)
        with self._database.read() as session:
            return {job_id: (state, created) for job_id, state, created in session.execute(query)}  # type: ignore[misc]

    def is_recorded(self, job_id: str) -> bool:
        """Whether there is such a job that is not deleted."""
        query = select(JobRow.id).where(JobRow.id == job_id, ~JobRow.deleted)
        with self._database.read() as session:
            return session.scalar(query) is not None

    def outlived(self, before: datetime) -> tuple[str, ...]:
        """Jobs that ended before a time, oldest first: no favourite, and none that a job which stays goes on from."""
        later = aliased(JobRow)
        goes_on = select(later.id).where(later.extends == JobRow.id, ~later.deleted).exists()
        old = [JobRow.state.in_(FINAL), ~JobRow.deleted, ~JobRow.favourite, JobRow.finished < before]
        with self._database.read() as session:
            return tuple(session.scalars(select(JobRow.id).where(*old, ~goes_on).order_by(JobRow.number)))
