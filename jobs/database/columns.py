"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC: timestamptz on PostgreSQL, ISO text that sorts as time does on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class PlainText(TypeDecorator[str]):
    """Text without NUL and half surrogates, which PostgreSQL refuses and services sometimes send."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else plain(value)


def plain(text: str) -> str:
    """The text as both databases can hold it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def as_json(value: Any) -> str:
    """JSON that people can read in the table; NaN, secrets and other objects are refused.

    Raises:
        TypeError: for a value that is not JSON, a SecretStr among them.
        ValueError: for NaN and infinity, which PostgreSQL does not take.
    """
    return plain(json.dumps(value, ensure_ascii=False, allow_nan=False))
