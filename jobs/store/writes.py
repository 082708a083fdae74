"""The statements that change a job, for the store and the queue alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, bindparam, or_, update
from sqlalchemy.orm import Session

from jobs.database.rows import (
    bookkeeping_inputs,
    columns,
    error_columns,
    job_request,
    messages_as_json,
    request_columns,
    request_inputs,
)
from jobs.database.tables import JobRow
from jobs.model.records import JobChanges, Json, NewJob
from jobs.model.states import FINAL, JobState
from jobs.store.webhook_outbox import tell_of_job

SENDING = "sending"  # the stage of a job that may be on its server from now on
CHANGED = "changed"  # the stage of an ended job that is not any more what a server has of it
_AT_ONCE = 500  # a statement's values: SQLite takes 32,766 at most
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def portions(job_ids: Collection[str]) -> Iterator[list[str]]:
    """As many ids at once as a statement takes."""
    rest = iter(job_ids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def now() -> datetime:
    return datetime.now(UTC)


def number_of(created: datetime) -> int:
    """Microseconds since 1970."""
    return (created - _EPOCH) // timedelta(microseconds=1)


def moment_of(number: int) -> datetime:
    """The time that a job's number stands for."""
    return _EPOCH + timedelta(microseconds=number)


def first_columns(new: NewJob, job_id: str, number: int) -> Json:
    """All columns of a job as it begins."""
    created = _EPOCH + timedelta(microseconds=number)
    return request_columns(new.request) | {
        "id": job_id,
        "number": number,
        "owner": new.owner,
        "state": new.state,
        "inputs": request_inputs(new.request) | bookkeeping_inputs(new.bookkeeping),
        "parent": new.parent,
        "extends": new.extends,
        "preview": new.is_preview,
        "warnings": messages_as_json(new.warnings),
        "created": created,
        "updated": created,
        "finished": created if new.state in FINAL else None,
    }


def changed_columns(session: Session, job_id: str, changes: JobChanges) -> Json:
    """Changes as columns; of request and bookkeeping only what they name changes."""
    values = columns(changes)
    if "request" not in changes and "bookkeeping" not in changes:
        return values
    row = session.get(JobRow, job_id, with_for_update=True, populate_existing=True)
    inputs = dict(row.inputs) if row else {}
    if row and "request" in changes:
        request = job_request(row).changed(**changes["request"])
        values |= request_columns(request)
        inputs |= request_inputs(request)
    if "bookkeeping" in changes:
        inputs |= bookkeeping_inputs(changes["bookkeeping"])
    return values | {"inputs": inputs}


def unsent() -> Json:
    """The columns of a job that no server has, with nothing left of an earlier attempt."""
    of_server = ("server", "server_url", "server_job_id", "server_version")
    of_render = ("stage", "sent", "finished", "unreachable_since", "inference_time_s", "moved", "waits_on")
    of_video = ("look", "heard", "report", "takes")
    nothing = dict.fromkeys((*of_server, *of_render, *of_video))
    return nothing | {"progress": 0} | error_columns(None)


def change_job(session: Session, job_id: str, conditions: Collection[ColumnElement[bool]], values: Json) -> bool:
    """Write values on a job where the conditions hold; returns whether they did. Webhooks are told of a new state."""
    moment = now()
    statement = update(JobRow).where(JobRow.id == job_id, ~JobRow.deleted, *conditions)
    written = statement.values(**values, updated=moment, revision=JobRow.revision + 1)
    changed = session.scalar(written.returning(JobRow.id).execution_options(synchronize_session=False)) is not None
    if changed and "state" in values:
        tell_of_job(session, job_id, values["state"], moment)
    return changed


def change_progress(session: Session, changes: Mapping[str, JobChanges], only_in: Collection[JobState]) -> None:
    """Write progress, stage and when it moved on many jobs by one statement; states stay, so no webhook is told."""
    written = (
        update(JobRow.__table__)  # type: ignore[arg-type]
        .where(JobRow.id == bindparam("of"), ~JobRow.deleted, or_(*(JobRow.state == one for one in only_in)))
        .values(
            progress=bindparam("to_progress"),
            stage=bindparam("to_stage"),
            moved=bindparam("at"),
            updated=now(),
            revision=JobRow.revision + 1,
        )
    )
    rows = [
        {"of": job_id, "to_progress": one["progress"], "to_stage": one["stage"], "at": one["moved"]}
        for job_id, one in changes.items()
    ]
    session.connection().execute(written, rows)


def change_state(session: Session, job_id: str, allowed: Collection[JobState], state: JobState, values: Json) -> bool:
    """Compare and set: move a job to ``state`` if it is in one of the ``allowed`` ones; returns whether it happened."""
    times: dict[JobState, Json] = {"queued": {"queued": now()}, "submitted": {"sent": now()}}
    finished = {"finished": now()} if state in FINAL else {}
    values = times.get(state, {}) | finished | values | {"state": state}
    return change_job(session, job_id, [JobRow.state.in_(allowed)], values)
