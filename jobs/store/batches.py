"""How a batch's rows ended; kept when their jobs are deleted, so that no row runs twice."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.database.database import Database
from jobs.database.tables import BatchRow, JobRow
from jobs.model.records import BatchRecord
from jobs.model.states import FINAL, SENT, JobState

BATCH = "batch-"  # an id of a row's job begins so
_AT_ONCE = 500


def keep_batch_row(database: Database, session: Session, job_id: str) -> None:
    """The statement that keeps how a row's job ended, before the job is removed; of other jobs nothing is kept."""
    job = session.get(JobRow, job_id) if job_id.startswith(BATCH) else None
    if job is not None and job.state in FINAL | SENT:  # one that may be on a server counts as run, too
        values = {name: getattr(job, name) for name in ("owner", "state", "seed", "finished")}
        database.upsert(session, BatchRow, {"job_id": job_id, **values}, (BatchRow.job_id,))


class Batches:
    """The table of rows whose jobs are gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def done(self, job_ids: Collection[str], owner: str | None = None) -> dict[str, BatchRecord]:
        """How these jobs had ended when they were removed, of one owner or of all; others are left out."""
        ids, mine = list(job_ids), () if owner is None else (BatchRow.owner == owner,)
        found: dict[str, BatchRecord] = {}
        with self._database.read() as session:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                for row in session.scalars(select(BatchRow).where(BatchRow.job_id.in_(some), *mine)):
                    found[row.job_id] = BatchRecord(cast(JobState, row.state), row.seed, row.finished)
        return found
