"""The library's search as kept in the address, so that reload, back and links keep it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from jobs.model.records import JobFilter
from jobs.model.request import Mode
from jobs.model.states import JOB_STATES, JobState

_LONGEST = 300  # letters of a text to search for


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """``since`` and ``until`` are days, both included; ``older`` and ``newer`` are the cursor of a page, if any."""

    text: str = ""
    state: JobState | None = None
    mode: Mode | None = None
    server: str | None = None
    size: str | None = None
    favourites: bool = False
    looks_failed: bool = False
    line_not_said: bool = False
    since: date | None = None
    until: date | None = None
    oldest: bool = False
    older: int | None = None
    newer: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        """From the query of an address; what makes no sense is left out."""
        return cls(
            text=query.get("q", "").strip()[:_LONGEST],
            state=_one_of(query.get("state"), JOB_STATES),
            mode=_one_of(query.get("mode"), get_args(Mode)),
            server=query.get("server", "")[:_LONGEST] or None,
            size=query.get("size", "")[:_LONGEST] or None,
            favourites=query.get("favourites") == "1",
            looks_failed=query.get("looks") == "failed",
            line_not_said=query.get("line") == "not-said",
            since=_day(query.get("from")),
            until=_day(query.get("to")),
            oldest=query.get("sort") == "oldest",
            older=_number(query.get("older")),
            newer=_number(query.get("newer")),
        )

    def as_query(self) -> dict[str, str]:
        """For an address; ``read`` gives the same again."""
        fields = {
            "q": self.text,
            "state": self.state,
            "mode": self.mode,
            "server": self.server,
            "size": self.size,
            "favourites": "1" if self.favourites else None,
            "looks": "failed" if self.looks_failed else None,
            "line": "not-said" if self.line_not_said else None,
            "from": self.since and self.since.isoformat(),
            "to": self.until and self.until.isoformat(),
            "sort": "oldest" if self.oldest else None,
            "older": self.older and str(self.older),
            "newer": self.newer and str(self.newer),
        }
        return {name: value for name, value in fields.items() if value}

    def with_(self, **changes: Any) -> Wanted:
        """Another search or filter begins at the first page again."""
        return dataclasses.replace(self, **{"older": None, "newer": None, **changes})

    @property
    def filters(self) -> int:
        """How many filters are set; the text and the order are none."""
        one_of = (self.state, self.mode, self.server, self.size, self.since, self.until)
        return sum(1 for one in (*one_of, self.favourites, self.looks_failed, self.line_not_said) if one)

    def filter(self, zone: ZoneInfo) -> JobFilter:
        """The store's filter; days begin and end where the visitor is."""
        return JobFilter(
            states=frozenset((self.state,)) if self.state else None,
            mode=self.mode,
            server=self.server,
            size=self.size,
            favourite=True if self.favourites else None,
            looks_failed=True if self.looks_failed else None,
            heard="not_said" if self.line_not_said else None,
            since=_midnight(self.since, zone) if self.since else None,
            until=_midnight(self.until + timedelta(days=1), zone) if self.until else None,
            text=self.text or None,
        )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _one_of(value: str | None, known: tuple[Any, ...]) -> Any:
    return value if value in known else None


def _day(value: str | None) -> date | None:
    try:
        day = date.fromisoformat(value or "")
    except ValueError:
        return None
    return day if 1971 <= day.year <= 9000 else None


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) <= 18 else None
