"""What is looked for and the address that says so are the same thing; nonsense in an address does no harm."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from jobs.model.request import Mode
from jobs.model.states import JOB_STATES
from ui.library.query import Wanted

DAYS = st.none() | st.dates(date(1971, 1, 1), date(9000, 1, 1))
CURSORS = st.none() | st.integers(1, 10**18 - 1)
WANTED = st.builds(
    Wanted,
    text=st.text(max_size=300).map(str.strip),
    state=st.none() | st.sampled_from(JOB_STATES),
    mode=st.none() | st.sampled_from(get_args(Mode)),
    server=st.none() | st.text(min_size=1, max_size=50),
    size=st.none() | st.sampled_from(["640x352", "1x1"]),
    favourites=st.booleans(),
    looks_failed=st.booleans(),
    line_not_said=st.booleans(),
    since=DAYS,
    until=DAYS,
    oldest=st.booleans(),
    older=CURSORS,
    newer=CURSORS,
)


@given(WANTED)
def test_an_address_gives_back_what_was_put_into_it(wanted: Wanted) -> None:
    assert Wanted.read(wanted.as_query()) == wanted


@given(st.dictionaries(st.sampled_from([*Wanted(text="x").as_query(), "state", "from", "older", "sort"]), st.text()))
def test_any_address_can_be_read(query: dict[str, str]) -> None:
    Wanted.read(query).filter(ZoneInfo("Asia/Shanghai"))


def test_days_begin_where_the_visitor_is() -> None:
    found = Wanted(since=date(2026, 11, 24), until=date(2026, 11, 24)).filter(ZoneInfo("Asia/Shanghai"))
    assert found.since == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert found.until == datetime(2026, 11, 24, 16, tzinfo=UTC)


def test_another_filter_begins_at_the_first_page() -> None:
    assert Wanted(older=5, newer=6).with_(mode="full") == Wanted(mode="full")
