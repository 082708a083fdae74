"""Table rows into records, and values of records into columns."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar, cast

from jobs.records import FileRecord, JobRecord, Json, SlotRecord, StepRecord, StoredError
from jobs.tables import FileRow, JobRow, SlotRow, StepRow
from notes import Note

_T = TypeVar("_T")


def notes_as_json(notes: tuple[Note, ...]) -> list[Json]:
    return [{"template": note.template, "facts": note.facts} for note in notes]


def notes_from_json(notes: list[Json]) -> tuple[Note, ...]:
    return tuple(Note(note["template"], note["facts"]) for note in notes)


def error_columns(error: StoredError | None) -> Json:
    """The three columns of an error; without one they are emptied."""
    if error is None:
        return {"error_kind": None, "error_facts": None, "error_raw": None}
    return {"error_kind": error.kind, "error_facts": dict(error.facts), "error_raw": error.raw}


def size_of(settings: Json) -> str | None:
    """The picture's size as people write it, ``640x352``; None where the settings have none."""
    width, height = settings.get("width"), settings.get("height")
    return f"{width}x{height}" if width and height else None


def columns(changes: Json) -> Json:
    """Values of a record as columns: notes become JSON, an error its three columns, settings have their size beside."""
    values = dict(changes)
    if "warnings" in values:
        values["warnings"] = notes_as_json(values["warnings"])
    if "settings" in values:
        values["size"] = size_of(values["settings"])
    if "look" in values:
        values["look"] = None if values["look"] is None else ",".join(values["look"])
    return values | error_columns(values.pop("error")) if "error" in values else values


def job_record(row: JobRow) -> JobRecord:
    kind = row.error_kind
    error = StoredError(kind=kind, facts=row.error_facts or {}, raw=row.error_raw or "") if kind else None
    look = None if row.look is None else tuple(row.look.split(",")) if row.look else ()
    return _record(JobRecord, row, error=error, warnings=notes_from_json(row.warnings), look=look)


def step_record(row: StepRow) -> StepRecord:
    return _record(StepRecord, row, warnings=notes_from_json(row.warnings))


def file_record(row: FileRow) -> FileRecord:
    return _record(FileRecord, row)


def slot_record(row: SlotRow) -> SlotRecord:
    return _record(SlotRecord, row)


def _record(kind: type[_T], row: object, **given: Any) -> _T:
    names = [one.name for one in fields(cast(Any, kind)) if one.name not in given]
    return kind(**given, **{name: getattr(row, name) for name in names})
