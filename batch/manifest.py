"""A manifest: many runs in one file, JSON Lines or CSV, one a row, its fields named like the options of the command
line with underscores. Reading one checks its form; what is in a row is checked by ``batch.rows``.

JSON Lines is strict: one object a line, in UTF-8, numbers as numbers; ``null`` means not given. In CSV the first line
names the fields, an empty cell means not given, and switches are ``true`` or ``false``; commas, semicolons (as Excel
writes in many countries) and tabs are understood, UTF-8 with or without its mark, and UTF-16.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accepted_values import accepted
from errors import BadManifest, FileMissing
from notes import N_, Note, Phrase, note, phrase

MAX_BYTES = 20_000_000
MAX_ROWS = 10_000
_SHOWN = 60


class Row(BaseModel):
    """One run. What is not given is as on the command line; ``name`` is the person's own word for the row."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(max_length=200)] | None = None
    mode: Literal["simple", "full"] | None = None
    prompt: str | None = None
    description: str | None = None
    image: str | None = None
    white_frame: bool = False
    orientation: Literal["landscape", "portrait"] | None = None
    server: str | None = None
    num_frames: int | None = None
    fps: int | None = None
    seed: int | None = None
    guidance_scale: float | None = None
    num_inference_steps: int | None = None
    negative_prompt: str | None = None
    crop_shift: float = 0.0
    bars: bool = False
    captions: bool = False
    trim_negative_prompt: bool = False

    @property
    def kind(self) -> Literal["simple", "full"]:
        """Simple Mode where there is a prompt, unless the row says what it is."""
        return self.mode or ("simple" if self.prompt is not None else "full")


FIELDS = tuple(Row.model_fields)


@dataclass(frozen=True)
class ReadRow:
    """A row as it was read: ``line`` is where it ends in the file, from 1; ``row`` None where ``troubles`` say why."""

    line: int
    row: Row | None
    troubles: tuple[Note, ...] = ()


def read_manifest(path: Path, encoding: str | None = None) -> list[ReadRow]:
    """All rows of a manifest; blank lines are none.

    Args:
        encoding: of a file that is neither UTF-8 nor marked as UTF-16, such as ``gb18030``.

    Raises:
        FileMissing: it cannot be read.
        BadManifest: it is too large, empty, or not in a form that can be read at all.
    """
    readers = {".jsonl": _json_lines, ".ndjson": _json_lines, ".csv": _csv_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadManifest(name=path.name, reason=N_("its name must end in .jsonl or .csv"))
    rows: list[ReadRow] = []
    try:
        for row in reader(_text(path, encoding)):
            rows.append(row)
            if len(rows) > MAX_ROWS:
                raise BadManifest(name=path.name, reason=phrase(N_("it has more than {n} rows"), n=MAX_ROWS))
    except _Unreadable as problem:
        raise BadManifest(name=path.name, reason=problem.reason) from None
    if not rows:
        raise BadManifest(name=path.name, reason=N_("it has no rows"))
    return rows


class _Unreadable(Exception):
    def __init__(self, reason: str | Phrase) -> None:
        self.reason = reason
        super().__init__()


def _text(path: Path, encoding: str | None) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _Unreadable(phrase(N_("it is larger than {n} MB"), n=MAX_BYTES // 10**6))
        data = path.read_bytes()
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or N_("unreadable")) from None
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode(encoding or ("utf-16" if marked else "utf-8-sig"))
    except (UnicodeError, LookupError):
        if encoding:
            raise _Unreadable(phrase(N_("its encoding is not {encoding}"), encoding=encoding[:40])) from None
        raise _Unreadable(N_("it is not UTF-8; name its encoding, such as --encoding gb18030")) from None


# ---- JSON Lines ------------------------------------------------------------------------------------------------------


def _json_lines(text: str) -> Iterator[ReadRow]:
    for line, words in enumerate(text.split("\n"), 1):  # not splitlines: a JSON text may hold other line ends
        if words.strip():
            yield _json_row(line, words)


def _json_row(line: int, words: str) -> ReadRow:
    try:
        values = json.loads(words, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        reason = problem.args[0] if isinstance(problem, _Refused) else note(N_("This is not JSON."))
        return ReadRow(line, None, (reason,))
    if not isinstance(values, dict):
        return ReadRow(line, None, (note(N_("This is not a JSON object.")),))
    return _row(line, {name: value for name, value in values.items() if value is not None}, Row.model_validate)


class _Refused(ValueError):
    """JSON that is well formed and refused all the same."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _Refused(note(N_("The field {field} is given twice."), field=twice[:_SHOWN]))
    return dict(pairs)


def _no_number(word: str) -> None:
    raise _Refused(note(N_("{word} is not a number."), word=word))


# ---- CSV -------------------------------------------------------------------------------------------------------------


def _csv_rows(text: str) -> Iterator[ReadRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    names: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = [cell.strip() for cell in cells]
                yield from _header_troubles(reader.line_num, names)
            else:
                yield _csv_row(reader.line_num, names, cells)
    except csv.Error:
        raise _Unreadable(phrase(N_("line {n} is not CSV; look at its quotation marks"), n=reader.line_num)) from None


def _delimiter(text: str) -> str:
    """The one that makes known fields of the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=lambda sign: sum(name.strip(' "') in FIELDS for name in first.split(sign)))


def _header_troubles(line: int, names: list[str]) -> Iterator[ReadRow]:
    unknown = [name for name in dict.fromkeys(names) if name not in FIELDS]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    troubles = [*map(_unknown, unknown)]
    troubles += [note(N_("The field {field} is given twice."), field=name[:_SHOWN]) for name in twice]
    if troubles:
        yield ReadRow(line, None, tuple(troubles))


def _csv_row(line: int, names: list[str], cells: list[str]) -> ReadRow:
    if len(cells) != len(names):
        words = N_("This row has {n} cells, the first line has {names}.")
        return ReadRow(line, None, (note(words, n=len(cells), names=len(names)),))
    given = {name: cell for name, cell in zip(names, cells, strict=True) if cell.strip() and name in FIELDS}
    texts = {"name", "prompt", "description", "negative_prompt", "image", "server"}
    return _row(
        line,
        {name: cell if name in texts else cell.strip() for name, cell in given.items()},
        Row.model_validate_strings,
    )


# ---- both ------------------------------------------------------------------------------------------------------------


def _row(line: int, values: Mapping[str, Any], validate: Any) -> ReadRow:
    try:
        return ReadRow(line, validate(values))
    except ValidationError as problem:
        return ReadRow(line, None, tuple(map(_trouble, problem.errors(include_url=False))))


def _trouble(problem: Any) -> Note:
    field = ".".join(str(part) for part in problem["loc"])[:_SHOWN]
    if problem["type"] == "extra_forbidden":
        return _unknown(field)
    value = repr(problem.get("input"))[:_SHOWN]
    words = N_("{field} is {value}; accepted: {accepted}.")
    return note(words, field=field, value=value, accepted=accepted(problem))


def _unknown(field: str) -> Note:
    return note(N_("There is no field {field}."), field=field[:_SHOWN] or '""')
