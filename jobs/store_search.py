"""The search index: one row of terms a job, FTS5 on SQLite, a tsvector with GIN on PostgreSQL."""

from __future__ import annotations

from sqlalchemy import ColumnElement, column, delete, func, literal, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from jobs.database import Database
from jobs.search_terms import Term, query_terms, search_terms
from jobs.tables import JobRow, StepRow
from step_result import Step

TEXT_INPUTS = ("description", "prompt")
TEXT_STEPS: tuple[Step, ...] = ("image_prompt", "visual_elements", "video_description")

# ``rowid`` is the job's number; the migration says more.
SEARCH = table("job_search", column("rowid"), column("terms"))


def index_job(database: Database, session: Session, job_id: str) -> None:
    """Write the terms of a job's texts, all versions of its steps included, over those that are there."""
    found = session.execute(
        select(JobRow.number, JobRow.inputs).where(JobRow.id == job_id, ~JobRow.deleted)
    ).one_or_none()
    if found is None:
        return
    outputs = select(StepRow.output).where(StepRow.job_id == job_id, StepRow.step.in_(TEXT_STEPS))
    texts = [found.inputs.get(name) for name in TEXT_INPUTS] + list(session.scalars(outputs))
    terms = search_terms("\n".join(str(one) for one in texts if one))
    if database.is_sqlite:
        statement = "INSERT OR REPLACE INTO job_search (rowid, terms) VALUES (:number, :terms)"
        session.execute(text(statement), {"number": found.number, "terms": " ".join(terms)})
    else:
        _index_postgres(session, found.number, terms)


def _index_postgres(session: Session, number: int, terms: list[str]) -> None:
    statement = (
        "INSERT INTO job_search (rowid, terms) VALUES (:number, array_to_tsvector(CAST(:terms AS text[])))"
        " ON CONFLICT (rowid) DO UPDATE SET terms = excluded.terms"
    )
    session.execute(text(statement), {"number": number, "terms": terms})


def forget_job(session: Session, number: int) -> None:
    """Take a job out of the index."""
    session.execute(delete(SEARCH).where(SEARCH.c.rowid == number))


def matches(database: Database, query: str) -> ColumnElement[bool] | None:
    """The condition on ``job_search`` for a text typed by people; None where it holds nothing to search by."""
    terms = query_terms(query)
    if not terms:
        return None
    if database.is_sqlite:
        return literal_column("job_search").op("MATCH", is_comparison=True)(" AND ".join(map(_fts5, terms)))
    wanted = func.cast(literal(" & ".join(map(_tsquery, terms))), TSQUERY)
    return SEARCH.c.terms.op("@@", is_comparison=True)(wanted)


# Terms hold letters and digits only, so that quotes are all the escaping there is.
def _fts5(term: Term) -> str:
    return f'"{term.text}"*' if term.prefix else f'"{term.text}"'


def _tsquery(term: Term) -> str:
    return f"'{term.text}':*" if term.prefix else f"'{term.text}'"
