"""What pages read: jobs newest first, page by page, filtered, searched and counted, at a flat cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from jobs.database.database import Database
from jobs.database.rows import is_preview_column, job_record
from jobs.database.tables import JobRow
from jobs.model.records import JobFilter, JobMonth, JobPage
from jobs.model.request import PREVIEW
from jobs.model.states import JOB_STATES, JobState
from jobs.store.search import searched
from jobs.store.search_terms import fields_of
from jobs.store.writes import moment_of, number_of

PAGE_SIZE = 12
_MOST_MONTHS = 60
_EVERYTHING = JobFilter()
_Numbers = Select[int]


class Pages:
    """Reading for pages.

    Numbers of jobs are found inside an index; only then the jobs of that one page are read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        wanted: JobFilter = _EVERYTHING,
        *,
        size: int = PAGE_SIZE,
        older_than: int | None = None,
        newer_than: int | None = None,
        oldest: bool = False,
    ) -> JobPage:
        """The newest page (with ``oldest`` the oldest one), or the one before or after a cursor."""
        with self._database.read() as session:
            queries = self._queries(session, wanted)
            if newer_than is not None or (oldest and older_than is None):
                found = _take(session, queries, size + 1, above=newer_than or 0)[::-1]
                return _page(session, found[-size:], older=newer_than is not None, newer=len(found) > size)
            found = _take(session, queries, size + 1, below=older_than)
            return _page(session, found[:size], older=len(found) > size, newer=older_than is not None)

    def numbered(self, number: int, wanted: JobFilter = _EVERYTHING, *, size: int = PAGE_SIZE) -> JobPage:
        """Page ``number``, from 1, for jumping; new jobs shift it, unlike pages by cursor."""
        skipped = (number - 1) * size
        with self._database.read() as session:
            found = _take(session, self._queries(session, wanted), size + 1, skip=skipped)
            return _page(session, found[:size], older=len(found) > size, newer=skipped > 0)

    def count(self, wanted: JobFilter = _EVERYTHING, *, at_most: int | None = None) -> int:
        """How many jobs there are; counting ends at ``at_most``, so that it costs no more where there are many."""
        with self._database.read() as session:
            limited = [one.limit(at_most).subquery() for one in self._queries(session, wanted)]
            found = sum(session.scalar(select(func.count()).select_from(one)) or 0 for one in limited)
            return found if at_most is None else min(found, at_most)

    def months(self, wanted: JobFilter, zone: ZoneInfo) -> tuple[JobMonth, ...]:
        """The newest months in which jobs were created, at most 60: each is one look into the index."""
        found: list[JobMonth] = []
        with self._database.read() as session:
            queries, below = self._queries(session, wanted), None
            while len(found) < _MOST_MONTHS and (numbers := _take(session, queries, 1, below=below)):
                first = moment_of(numbers[0]).astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
                after = (first + timedelta(days=32)).replace(day=1)
                below = number_of(first)
                found.append(JobMonth(first=first, begins=below - 1, ends=number_of(after)))
        return tuple(found)

    def counts(self, owner: str | None = None, states: Collection[JobState] = JOB_STATES) -> dict[JobState, int]:
        """How many jobs are in each of these states, of one owner or of all."""
        mine = () if owner is None else (JobRow.owner == owner,)
        each = [
            select(literal(state), func.count()).where(JobRow.state == state, ~JobRow.deleted, *mine)
            for state in states
        ]
        if not each:
            return {}
        with self._database.read() as session:
            return dict(session.execute(union_all(*each)).all())

    def _queries(self, session: Session, wanted: JobFilter) -> Sequence[_Numbers]:
        """One query per wanted state: each comes sorted from its index, which a query for several does not."""
        wanted = _with_server(wanted)
        if wanted.text is not None and wanted.text.strip():
            found = searched(self._database, session, wanted.text, wanted.owner)
            return () if found is None else (_created_within(_filtered(found, wanted), wanted),)
        newest = _created_within(select(JobRow.number).where(~JobRow.deleted, *_conditions(wanted)), wanted)
        if wanted.states is None:
            return (newest,)
        return tuple(newest.where(JobRow.state == state) for state in sorted(wanted.states))


def _with_server(wanted: JobFilter) -> JobFilter:
    """``server:`` in a text is the filter of that name: it is no term, for a job gets its server later."""
    words, fields = fields_of(wanted.text or "")
    named = [value for field, value in fields if field == "server"]
    if not named:
        return wanted
    others = " ".join(f'{field}:"{value}"' for field, value in fields if field != "server")
    return replace(wanted, server=named[-1], text=f"{words} {others}".strip() or None)


def _conditions(wanted: JobFilter) -> list[ColumnElement[bool]]:
    """Everything but text, states and times."""
    columns = (JobRow.owner, JobRow.mode, JobRow.favourite, JobRow.size)
    values = (wanted.owner, wanted.mode, wanted.favourite, wanted.size)
    conditions = [column == value for column, value in zip(columns, values, strict=True) if value is not None]
    if wanted.model is not None:  # in any of its queues
        of_one_server = JobRow.model.startswith(f"{wanted.model}@", autoescape=True)
        conditions.append(or_(JobRow.model == wanted.model, of_one_server))
    if wanted.server is not None:  # each worker's preview engine has a name of its own
        of_preview = wanted.server == PREVIEW
        conditions.append(is_preview_column(JobRow.server) if of_preview else JobRow.server == wanted.server)
    if wanted.looks_failed is not None:
        conditions.append((func.coalesce(JobRow.look, "") != "") == wanted.looks_failed)
    if wanted.heard is not None:
        conditions.append(JobRow.heard == wanted.heard)
    return conditions


def _created_within(query: _Numbers, wanted: JobFilter) -> _Numbers:
    """Numbers are times: a span of them is a piece of the index."""
    key = query.selected_columns[0]
    if wanted.since is not None:
        query = query.where(key >= number_of(wanted.since))
    return query if wanted.until is None else query.where(key < number_of(wanted.until))


def _filtered(found: _Numbers, wanted: JobFilter) -> _Numbers:
    """Narrow a search; the table is asked only where it must be, for the owner is a term of the search."""
    conditions = _conditions(replace(wanted, owner=None))
    if wanted.states is not None:
        conditions.append(JobRow.state.in_(wanted.states))
    number = found.selected_columns[0]
    return found.join(JobRow, JobRow.number == number).where(*conditions) if conditions else found


def _take(
    session: Session,
    queries: Sequence[_Numbers],
    limit: int,
    *,
    below: int | None = None,
    above: int | None = None,
    skip: int = 0,
) -> list[int]:
    """Numbers from the newest down, or from ``above`` up."""
    if not queries:
        return []
    if len(queries) == 1:
        return list(session.scalars(_cut(queries[0], limit, below, above).offset(skip)))
    cut = [_cut(query, limit + skip, below, above) for query in queries]
    together = union_all(*(select(one.subquery()) for one in cut)).subquery()
    order = together.c.number.desc() if above is None else together.c.number.asc()
    return list(session.scalars(select(together.c.number).order_by(order).limit(limit).offset(skip)))


def _cut(query: _Numbers, limit: int, below: int | None, above: int | None) -> _Numbers:
    key = query.selected_columns[0]
    if above is not None:
        return query.where(key > above).order_by(key.asc()).limit(limit)
    if below is not None:
        query = query.where(key < below)
    return query.order_by(key.desc()).limit(limit)


def _page(session: Session, numbers: list[int], *, older: bool, newer: bool) -> JobPage:
    rows = session.scalars(select(JobRow).where(JobRow.number.in_(numbers)).order_by(JobRow.number.desc()))
    return JobPage(
        jobs=tuple(map(job_record, rows)),
        older=numbers[-1] if numbers and older else None,
        newer=numbers[0] if numbers and newer else None,
    )
