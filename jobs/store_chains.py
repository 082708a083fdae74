"""Which jobs go on from which."""

from __future__ import annotations

from sqlalchemy import select

from jobs.database import Database
from jobs.records import JobRecord
from jobs.rows import job_record
from jobs.tables import JobRow


class Extensions:
    """Jobs by the one that they extend."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, job_id: str) -> tuple[JobRecord, ...]:
        """The jobs that go on from this one, oldest first."""
        query = select(JobRow).where(JobRow.extends == job_id, ~JobRow.deleted).order_by(JobRow.number)
        with self._database.read() as session:
            return tuple(map(job_record, session.scalars(query)))
