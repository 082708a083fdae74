"""The statements that change a job, for the store and the line alike."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from jobs.records import Json, NewJob
from jobs.rows import error_columns, notes_as_json, size_of
from jobs.states import FINAL, JobState
from jobs.tables import JobRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def number_of(created: datetime) -> int:
    """Microseconds since 1970."""
    return (created - _EPOCH) // timedelta(microseconds=1)


def first_columns(new: NewJob, job_id: str, number: int) -> Json:
    """All columns of a job as it begins."""
    created = _EPOCH + timedelta(microseconds=number)
    values = {name: value for name, value in vars(new).items() if name not in ("warnings", "created")}
    return values | {
        "id": job_id,
        "number": number,
        "warnings": notes_as_json(new.warnings),
        "size": size_of(new.settings),
        "created": created,
        "updated": created,
        "finished": created if new.state in FINAL else None,
    }


def unsent() -> Json:
    """The columns of a job that no server has, with nothing left of an earlier attempt."""
    of_server = ("server", "server_url", "server_job_id", "server_version")
    nothing = dict.fromkeys((*of_server, "stage", "look", "sent", "finished", "unreachable_since"))
    return nothing | {"progress": 0} | error_columns(None)


def change_job(session: Session, job_id: str, conditions: Collection[ColumnElement[bool]], values: Json) -> bool:
    """Write values on a job where the conditions hold; says whether they did."""
    statement = update(JobRow).where(JobRow.id == job_id, ~JobRow.deleted, *conditions)
    changed = statement.values(**values, updated=now(), revision=JobRow.revision + 1)
    return session.scalar(changed.returning(JobRow.id).execution_options(synchronize_session=False)) is not None


def change_state(session: Session, job_id: str, allowed: Collection[JobState], state: JobState, values: Json) -> bool:
    """Compare and set: move a job to ``state`` if it is in one of the ``allowed`` ones; says whether it happened."""
    times: dict[JobState, Json] = {"queued": {"queued": now()}, "submitted": {"sent": now()}}
    finished = {"finished": now()} if state in FINAL else {}
    values = times.get(state, {}) | finished | values | {"state": state}
    return change_job(session, job_id, [JobRow.state.in_(allowed)], values)
