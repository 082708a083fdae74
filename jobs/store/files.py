"""The files in the jobs' folders, as they were recorded."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from jobs.database.database import Database
from jobs.database.rows import file_record, messages_as_json
from jobs.database.tables import FileRow
from jobs.model.records import FileRecord
from jobs.store.writes import now

_KEYS = (FileRow.job_id, FileRow.name)


def write_file(database: Database, session: Session, file: FileRecord) -> None:
    """The statement that records a file."""
    values = vars(file) | {"created": file.created or now(), "notes": messages_as_json(file.notes) or None}
    database.upsert(session, FileRow, values, _KEYS)


class Files:
    """The table of files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, file: FileRecord) -> None:
        """Record a file, over an earlier one of the same name."""
        with self._database.write() as session:
            write_file(self._database, session, file)

    def of(self, job_id: str) -> tuple[FileRecord, ...]:
        """The files of a job, by kind and name."""
        with self._database.read() as session:
            rows = session.scalars(select(FileRow).where(FileRow.job_id == job_id))
            return tuple(sorted(map(file_record, rows), key=lambda file: (file.kind, file.name)))

    def forget(self, job_id: str, name: str) -> None:
        """Drop the record of a job's file, once that is removed from the disk."""
        with self._database.write() as session:
            session.execute(delete(FileRow).where(FileRow.job_id == job_id, FileRow.name == name))
