"""What people and programs may give: how long, how large, how many. Each limit has an error of its own."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TypeGuard

from core.errors import BadId, EmptyText, FileMissing, FileTooLarge, NotText, NumberOutOfRange, TextTooLong
from core.file_names import as_it_lies
from core.messages import Message, gettext_noop, message, phrase
from core.plain_text import visible_text

MAX_TEXT = 8_000  # characters of a text that a person gives
MAX_NEGATIVE_PROMPT = 20_000
MAX_LISTED = 10_000  # jobs in one list
_MAX_DIGITS = 40
_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def checked_text(text: object, name: str, *, limit: int = MAX_TEXT) -> str:
    """A person's text without white space around it and without what nobody sees.

    Raises:
        NotText, EmptyText, TextTooLong.
    """
    return checked_text_with_notes(text, name, limit=limit)[0]


def checked_text_with_notes(text: object, name: str, *, limit: int = MAX_TEXT) -> tuple[str, list[Message]]:
    """The same, and a note where something was taken out of it.

    Raises:
        NotText, EmptyText, TextTooLong.
    """
    clean, notes = without_unseen(text, name, limit=limit)
    if not clean:
        raise EmptyText(name=name)
    return clean, notes


def without_unseen(text: object, name: str, *, limit: int = MAX_TEXT) -> tuple[str, list[Message]]:
    """The same for a text that may be empty.

    Raises:
        NotText, TextTooLong.
    """
    if not isinstance(text, str):
        raise NotText(name=name)
    clean = visible_text(text).strip()
    if len(clean) > limit:
        raise TextTooLong(name=name, length=len(clean), limit=limit)
    removed = len(text) - len(visible_text(text))
    sentence = gettext_noop("{n} invisible control characters were removed from the {name}.")
    return clean, [message(sentence, n=removed, name=name)] if removed else []


def characters_of(text: str) -> int:
    """How many characters of a person's text count: not the white space around it, nor what nobody sees."""
    return len(visible_text(text).strip())


def whole_within(name: str, value: object, low: float, high: float) -> None:
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
        with as_it_lies(path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or gettext_noop("unreadable")) from problem
    except ValueError as problem:
        raise FileMissing(name=repr(path.name), reason=gettext_noop("not a file name")) from problem
    if len(data) > limit:
        raise FileTooLarge(name=path.name, limit=f"{math.ceil(limit / 2**20)} MB")
    return data


def _out_of_range(name: str, value: object, low: float, high: float) -> NumberOutOfRange:
    shown = value if isinstance(value, int | float) and abs(value) < 10**_MAX_DIGITS else _short(value)
    return NumberOutOfRange(
        name=name, value=shown, accepted=phrase(gettext_noop("{low} to {high}"), low=low, high=high)
    )


def _short(value: object) -> str:
    if isinstance(value, int):
        return f"> 10^{_MAX_DIGITS}" if value > 0 else f"< -10^{_MAX_DIGITS}"
    return repr(value)[:_MAX_DIGITS]
