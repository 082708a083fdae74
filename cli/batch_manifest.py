"""A manifest: many runs in one file, JSON Lines or CSV, one a row, its fields named like the options of the command
line with underscores. Reading one checks its form; what is in a row is checked by ``cli.batch_rows``.

JSON Lines is strict: one object a line, in UTF-8, numbers as numbers; ``null`` means not given. In CSV the first line
names the fields, an empty cell means not given, and switches are ``true`` or ``false``; commas, semicolons (as Excel
writes in many countries) and tabs are understood, UTF-8 with or without its mark, and UTF-16. So are Excel's ways: a
first line ``sep=;``, columns without a name and without content, rows that end before their empty last cells, and
``4,5`` where the separator is no comma.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from cli.requests import RunOptions
from core.accepted_values import accepted
from core.errors import BadManifest, FileMissing
from core.file_names import as_it_lies
from core.messages import Message, Phrase, gettext_noop, message, phrase

MAX_BYTES = 20_000_000
MAX_ROWS = 10_000
_SHOWN = 60
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?[,;\t ]*(?:\r\n?|\n|\Z)', re.IGNORECASE)
_TEXTS = ("name", "prompt", "description", "negative_prompt", "image", "cast", "server")
_FRACTIONS = ("guidance_scale", "crop_shift")


class Row(RunOptions):
    """One run. What is not given is as on the command line; ``name`` is the person's own word for the row."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(max_length=200)] | None = None
    mode: Literal["simple", "full"] | None = None
    image: str | None = None
    cast: str | None = None

    @property
    def kind(self) -> Literal["simple", "full"]:
        """Simple Mode where there is a prompt, unless the row says what it is."""
        return self.mode or ("simple" if self.prompt is not None else "full")


FIELDS = tuple(Row.model_fields)


@dataclass(frozen=True)
class ReadRow:
    """A row as it was read: ``line`` is where it ends in the file, from 1; ``row`` None where ``errors`` say why."""

    line: int
    row: Row | None
    errors: tuple[Message, ...] = ()


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
        raise BadManifest(name=path.name, reason=gettext_noop("its name must end in .jsonl or .csv"))
    rows: list[ReadRow] = []
    try:
        for row in reader(_text(path, encoding)):
            rows.append(row)
            if len(rows) > MAX_ROWS:
                raise BadManifest(name=path.name, reason=phrase(gettext_noop("it has more than {n} rows"), n=MAX_ROWS))
    except _Unreadable as problem:
        raise BadManifest(name=path.name, reason=problem.reason) from None
    if not rows:
        raise BadManifest(name=path.name, reason=gettext_noop("it has no rows"))
    return rows


class _Unreadable(Exception):
    def __init__(self, reason: str | Phrase) -> None:
        self.reason = reason
        super().__init__()


def _text(path: Path, encoding: str | None) -> str:
    try:
        with as_it_lies(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or gettext_noop("unreadable")) from None
    if len(data) > MAX_BYTES:
        raise _Unreadable(phrase(gettext_noop("it is larger than {n} MB"), n=MAX_BYTES // 10**6))
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode(encoding or ("utf-16" if marked else "utf-8-sig"))
    except (UnicodeError, LookupError):
        if encoding:
            raise _Unreadable(phrase(gettext_noop("its encoding is not {encoding}"), encoding=encoding[:40])) from None
        raise _Unreadable(gettext_noop("it is not UTF-8; name its encoding, such as --encoding gb18030")) from None


# ---- JSON Lines ------------------------------------------------------------------------------------------------------


def _json_lines(text: str) -> Iterator[ReadRow]:
    for line, words in enumerate(text.split("\n"), 1):  # not splitlines: a JSON text may hold other line ends
        if words.strip():
            yield _json_row(line, words)


def _json_row(line: int, words: str) -> ReadRow:
    try:
        values = json.loads(words, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        reason = problem.args[0] if isinstance(problem, _Refused) else message(gettext_noop("This is not JSON."))
        return ReadRow(line, None, (reason,))
    if not isinstance(values, dict):
        return ReadRow(line, None, (message(gettext_noop("This is not a JSON object.")),))
    return _row(line, {name: value for name, value in values.items() if value is not None}, Row.model_validate)


class _Refused(ValueError):
    """JSON that is well formed and refused all the same."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _Refused(message(gettext_noop("The field {field} is given twice."), field=twice[:_SHOWN]))
    return dict(pairs)


def _no_number(word: str) -> None:
    raise _Refused(message(gettext_noop("{word} is not a number."), word=word))


# ---- CSV -------------------------------------------------------------------------------------------------------------


def _csv_rows(text: str) -> Iterator[ReadRow]:
    sign, begins = _separator(text)
    reader = csv.reader(io.StringIO(text[begins:], newline=""), delimiter=sign, strict=True)
    above, names, sound = int(begins > 0), None, True
    try:
        for cells in reader:
            line = above + reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = [_field(cell.strip()) for cell in cells]
                if errors := _header_troubles(names):
                    sound = False
                    yield ReadRow(line, None, errors)
                continue
            row = _csv_row(line, names, cells, sign)
            if sound or row.errors:  # under a wrong first line a row that is right would seem to lack something
                yield row
    except csv.Error:
        line = above + reader.line_num
        raise _Unreadable(phrase(gettext_noop("line {n} is not CSV; check its quotation marks"), n=line)) from None


def _separator(text: str) -> tuple[str, int]:
    """The sign between cells, and where the table begins: after a first line such as ``sep=;``, which Excel hides.

    Where no line says it, it is the one that makes known fields of the first line.
    """
    if said := _SEPARATOR_LINE.match(text):
        return said[1], said.end()
    first = next((line for line in text.splitlines() if line.strip(' ",;\t')), "").lower()
    return max(",;\t", key=lambda sign: sum(name.strip(' "') in FIELDS for name in first.split(sign))), 0


def _field(name: str) -> str:
    """A field's name; spreadsheets begin words with a capital by themselves."""
    return name.lower() if name.lower() in FIELDS else name


def _header_troubles(names: list[str]) -> tuple[Message, ...]:
    """What is wrong with the first line; a column without a name is wrong only where a row has something in it."""
    named = [name for name in names if name]
    unknown = [_unknown(name) for name in dict.fromkeys(named) if name not in FIELDS]
    twice = [name for name in dict.fromkeys(named) if named.count(name) > 1]
    return *unknown, *(
        message(gettext_noop("The field {field} is given twice."), field=name[:_SHOWN]) for name in twice
    )


def _csv_row(line: int, names: list[str], cells: list[str], sign: str) -> ReadRow:
    given = {place: cell for place, cell in enumerate(cells) if cell.strip()}
    if max(given) >= len(names):
        words = gettext_noop("This row has {n} cells, but the header has {names}.")
        return ReadRow(line, None, (message(words, n=max(given) + 1, names=len(names)),))
    for place in given:
        if not names[place]:
            words = gettext_noop("Cell {n} of this row belongs to no field: its column has no name in the header.")
            return ReadRow(line, None, (message(words, n=place + 1),))
    known = {names[place]: cell for place, cell in given.items() if names[place] in FIELDS}
    values = {name: _value(name, cell, sign) for name, cell in known.items()}
    return _row(line, values, Row.model_validate_strings)


def _value(field: str, cell: str, sign: str) -> str:
    """The cell as the field wants it; a comma that separates no cells can only be a decimal one."""
    if field in _TEXTS:
        return cell
    return cell.strip().replace(",", ".", 1) if field in _FRACTIONS and sign != "," else cell.strip()


# ---- both ------------------------------------------------------------------------------------------------------------


def _row(line: int, values: Mapping[str, Any], validate: Any) -> ReadRow:
    try:
        return ReadRow(line, validate(values))
    except ValidationError as problem:
        return ReadRow(line, None, tuple(map(_trouble, problem.errors(include_url=False))))


def _trouble(problem: Any) -> Message:
    field = ".".join(str(part) for part in problem["loc"])[:_SHOWN]
    if problem["type"] == "extra_forbidden":
        return _unknown(field)
    value = repr(problem.get("input"))[:_SHOWN]
    words = gettext_noop("{field} is {value}; accepted: {accepted}.")
    return message(words, field=field, value=value, accepted=accepted(problem))


def _unknown(field: str) -> Message:
    return message(gettext_noop("There is no field {field}."), field=field[:_SHOWN] or '""')
