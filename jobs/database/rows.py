"""Table rows into records, and values of records into columns."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, false, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from core.messages import Message
from core.references import Reference
from core.render_settings import RenderSettings
from core.steps import Maker
from jobs.database.tables import FileRow, JobRow, SlotRow, StepRow
from jobs.model.records import (
    Bookkeeping,
    BookkeepingChanges,
    FileRecord,
    JobChanges,
    JobRecord,
    Json,
    SlotRecord,
    StepRecord,
    StoredError,
)
from jobs.model.request import PREVIEW, JobRequest, QueueKey

_T = TypeVar("_T")
# What ``inputs`` holds of a request; the rest of it has columns of its own.
_OWN_COLUMNS = ("mode", "render", "model", "wanted_server", "review_each_step")
_INPUTS = tuple(name for name in JobRequest.model_fields if name not in _OWN_COLUMNS)


def messages_as_json(notes: tuple[Message, ...]) -> list[Json]:
    return [{"template": message.template, "facts": message.facts} for message in notes]


def messages_from_json(notes: list[Json]) -> tuple[Message, ...]:
    return tuple(Message(message["template"], message["facts"]) for message in notes)


def error_columns(error: StoredError | None) -> Json:
    """The three columns of an error; without one they are emptied."""
    if error is None:
        return {"error_kind": None, "error_facts": None, "error_raw": None}
    return {"error_kind": error.kind, "error_facts": dict(error.facts), "error_raw": error.raw}


def queue_column(key: QueueKey) -> str:
    """A queue as its column holds it: ``mova-360p``, or ``mova-360p@server`` where it is for one server only."""
    return key.model if key.wanted_server is None else f"{key.model}@{key.wanted_server}"


def queue_key(column: str) -> QueueKey:
    model, _, server = column.partition("@")
    return QueueKey(model, server or None)


def is_preview_column(server: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """As ``is_preview_server`` of a column; False where it has no server."""
    return func.coalesce(or_(server == PREVIEW, server.startswith(f"{PREVIEW}-", autoescape=True)), false())


def request_columns(request: JobRequest) -> Json:
    """All columns of a request but ``inputs``, which the bookkeeping shares with it."""
    return {
        "mode": request.mode,
        "settings": asdict(request.render),
        "size": request.render.size,
        "seed": request.render.seed,
        "model": queue_column(request.queue_key),
        "ask": request.review_each_step,
    }


def request_inputs(request: JobRequest) -> Json:
    """What ``inputs`` holds of a request."""
    return {name: getattr(request, name) for name in _INPUTS} | {
        "references": [one.model_dump() for one in request.references]
    }


def bookkeeping_inputs(changes: BookkeepingChanges | Bookkeeping) -> Json:
    """What ``inputs`` holds of bookkeeping; of a new job's what is not as it is by default."""
    if isinstance(changes, Bookkeeping):
        plain = Bookkeeping()
        values = {one.name: getattr(changes, one.name) for one in fields(changes)}
        values = {name: value for name, value in values.items() if value != getattr(plain, name)}
    else:
        values = dict(changes)
    if values.get("makers") is not None:
        values["makers"] = {step: maker.as_json() for step, maker in values["makers"].items()}
    return values


def columns(changes: JobChanges) -> Json:
    """Changes of a record as columns, but for those that ``inputs`` holds: messages become JSON, an error three."""
    values: Json = {name: value for name, value in changes.items() if name not in ("request", "bookkeeping")}
    if "warnings" in changes:
        values["warnings"] = messages_as_json(changes["warnings"])
    if "look" in changes:
        values["look"] = None if changes["look"] is None else ",".join(changes["look"])
    if "is_preview" in changes:
        values["preview"] = values.pop("is_preview")
    return values | error_columns(values.pop("error")) if "error" in values else values


def job_record(row: JobRow) -> JobRecord:
    kind = row.error_kind
    error = StoredError(kind=kind, facts=row.error_facts or {}, raw=row.error_raw or "") if kind else None
    return _record(
        JobRecord,
        row,
        request=job_request(row),
        bookkeeping=_bookkeeping(row.inputs),
        error=error,
        warnings=messages_from_json(row.warnings),
        look=None if row.look is None else tuple(row.look.split(",")) if row.look else (),
        is_preview=row.preview,
    )


def job_request(row: JobRow) -> JobRequest:
    """As it was recorded: what was in order then is not judged by today's limits."""
    key = queue_key(row.model)
    values: Json = {
        "text": "",
        **{name: row.inputs[name] for name in _INPUTS if name in row.inputs},
        "mode": row.mode,
        "render": RenderSettings(**row.settings),
        "model": key.model,
        "wanted_server": key.wanted_server,
        "review_each_step": row.ask,
    }
    values["references"] = tuple(Reference.model_construct(**one) for one in values.get("references", ()))
    return JobRequest.model_construct(None, **values)


def _bookkeeping(inputs: Json) -> Bookkeeping:
    values = {one.name: inputs[one.name] for one in fields(Bookkeeping) if inputs.get(one.name) is not None}
    if "makers" in values:
        values["makers"] = {step: Maker(**maker) for step, maker in values["makers"].items()}
    for name in ("session_keys", "wordings"):
        if name in values:
            values[name] = tuple(values[name])
    return Bookkeeping(**values)


def step_record(row: StepRow) -> StepRecord:
    maker = Maker(**row.maker) if row.maker else None
    return _record(StepRecord, row, warnings=messages_from_json(row.warnings), maker=maker)


def file_record(row: FileRow) -> FileRecord:
    return _record(FileRecord, row, notes=messages_from_json(row.notes or []))


def slot_record(row: SlotRow) -> SlotRecord:
    return _record(SlotRecord, row)


def _record(kind: type[_T], row: object, **given: Any) -> _T:
    names = [one.name for one in fields(cast(Any, kind)) if one.name not in given]
    return kind(**given, **{name: getattr(row, name) for name in names})
