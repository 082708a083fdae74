"""What people and programs may give: how long, how large, how many. Each limit has an error of its own."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TypeGuard

from errors import BadId, EmptyText, FileMissing, FileTooLarge, NotText, NumberOutOfRange, TextTooLong
from notes import N_, Note, note, phrase
from plain_text import seen

MAX_TEXT = 8_000  # characters of a text that a person gives
MAX_NEGATIVE_PROMPT = 20_000
MAX_LISTED = 10_000  # jobs in one list
_MAX_DIGITS = 40
_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def given(text: object, name: str, *, limit: int = MAX_TEXT) -> str:
    """A person's text without white space around it and without what nobody sees.

    Raises:
        NotText, EmptyText, TextTooLong.
    """
    return given_text(text, name, limit=limit)[0]


def given_text(text: object, name: str, *, limit: int = MAX_TEXT) -> tuple[str, list[Note]]:
    """The same, and a note where something was taken out of it.

    Raises:
        NotText, EmptyText, TextTooLong.
    """
    clean, notes = without_unseen(text, name, limit=limit)
    if not clean:
        raise EmptyText(name=name)
    return clean, notes


def without_unseen(text: object, name: str, *, limit: int = MAX_TEXT) -> tuple[str, list[Note]]:
    """The same for a text that may be empty.

    Raises:
        NotText, TextTooLong.
    """
    if not isinstance(text, str):
        raise NotText(name=name)
    clean = seen(text).strip()
    if len(clean) > limit:
        raise TextTooLong(name=name, length=len(clean), limit=limit)
    removed = len(text) - len(seen(text))
    sentence = N_("{n} invisible control characters were taken out of the {name}.")
    return clean, [note(sentence, n=removed, name=name)] if removed else []


def whole_within(name: str, value: object, low: int, high: int) -> None:
    """Make sure that a value is a whole number of a range.

    Raises:
        NumberOutOfRange: also for true, for text and for 193.0.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _out_of_range(name, value, low, high)


def number_within(name: str, value: object, low: float, high: float) -> None:
    """The same for any number; neither infinity nor NaN is one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _out_of_range(name, value, low, high)


def is_plain_id(value: object) -> TypeGuard[str]:
    """Whether a job id is safe in an address, a path and a query."""
    return isinstance(value, str) and _PLAIN_ID.fullmatch(value) is not None


def plain_id(value: str) -> str:
    """A job id that is safe in an address, a path and a query.

    Raises:
        BadId: for anything but letters, digits, ``-`` and ``_``.
    """
    if not is_plain_id(value):
        raise BadId(value=value[:80])
    return value


def read_at_most(path: Path, limit: int) -> bytes:
    """The bytes of a file, of which never more than ``limit`` are read.

    Raises:
        FileMissing: it cannot be read.
        FileTooLarge
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or N_("unreadable")) from problem
    except ValueError as problem:
        raise FileMissing(name=repr(path.name), reason=N_("not a file name")) from problem
    if len(data) > limit:
        raise FileTooLarge(name=path.name, limit=f"{math.ceil(limit / 2**20)} MB")
    return data


def _out_of_range(name: str, value: object, low: float, high: float) -> NumberOutOfRange:
    shown = value if isinstance(value, int | float) and abs(value) < 10**_MAX_DIGITS else _short(value)
    return NumberOutOfRange(name=name, value=shown, accepted=phrase(N_("{low} to {high}"), low=low, high=high))


def _short(value: object) -> str:
    if isinstance(value, int):
        return f"> 10^{_MAX_DIGITS}" if value > 0 else f"< -10^{_MAX_DIGITS}"
    return repr(value)[:_MAX_DIGITS]
