"""The search index: one row of terms a job, FTS5 on SQLite, a tsvector with GIN on PostgreSQL."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, cast, column, delete, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from core.steps import Step
from jobs.database.database import Database
from jobs.database.tables import JobRow, StepRow
from jobs.store.search_terms import Term, fact_terms, owner_term, query_terms, search_terms

TEXT_INPUTS = ("text",)
TEXT_STEPS: tuple[Step, ...] = ("image_prompt", "visual_elements", "video_description")

# ``rowid`` is the job's number; the migration says more.
SEARCH = table("job_search", column("rowid"), column("terms"))
_WORDS = table("job_words", column("term"))  # SQLite only
_MOST_WORDS = 1000
_LOWEST = "0"  # of the letters and digits that terms are made of


def index_job(database: Database, session: Session, job_id: str) -> None:
    """Write the terms of a job's facts and texts, all versions of its steps included, over those that are there."""
    columns = select(JobRow.number, JobRow.owner, JobRow.inputs, JobRow.seed)
    found = session.execute(columns.where(JobRow.id == job_id, ~JobRow.deleted)).one_or_none()
    if found is None:
        return
    outputs = select(StepRow.output).where(StepRow.job_id == job_id, StepRow.step.in_(TEXT_STEPS))
    texts = [found.inputs.get(name) for name in TEXT_INPUTS] + list(session.scalars(outputs))
    facts = fact_terms(job_id, found.seed, found.inputs.get("name") or "")
    terms = [owner_term(found.owner), *facts, *search_terms("\n".join(str(one) for one in texts if one))]
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


def searched(database: Database, session: Session, query: str, owner: str | None) -> Select[int] | None:
    """The numbers of the jobs that a text typed by people finds, deleted ones left out; None where it finds none."""
    match = _matches(database, session, query, owner)
    if match is None:
        return None
    numbers: Select[int] = select(SEARCH.c.rowid.label("number")).where(match)
    if database.is_sqlite:
        return numbers
    # PostgreSQL would rather read all texts, from the newest back, for it does not count what reading them costs.
    session.execute(text("SET LOCAL enable_seqscan = off"))
    return select(numbers.offset(0).subquery("found").c.number)


def _matches(database: Database, session: Session, query: str, owner: str | None) -> ColumnElement[bool] | None:
    terms = query_terms(query)
    if not terms:
        return None
    if owner is not None:
        terms.append(Term(owner_term(owner), prefix=False))
    if not database.is_sqlite:
        return SEARCH.c.terms.op("@@", is_comparison=True)(cast(" & ".join(map(_tsquery, terms)), TSQUERY))
    alternatives = [_words(session, term) for term in terms]
    wanted = " AND ".join(f"({' OR '.join(words)})" for words in alternatives)
    return literal_column("job_search").op("MATCH", is_comparison=True)(wanted)


def _words(session: Session, term: Term) -> list[str]:
    """The indexed words that a term stands for, quoted. FTS5's own prefix search reads all their rows first."""
    if not term.prefix:
        return [f'"{term.text}"']
    # The term itself is left out: naming a word that most texts have takes FTS5 as long as counting all of them.
    longer = (_WORDS.c.term >= term.text + _LOWEST, _WORDS.c.term < term.text + "\U0010ffff")
    found = session.scalars(select(_WORDS.c.term).where(*longer).limit(_MOST_WORDS))
    return [f'"{word}"' for word in (term.text, *found)]


# Terms hold letters and digits only, so that quotes are all the escaping there is.
def _tsquery(term: Term) -> str:
    return f"'{term.text}':*" if term.prefix else f"'{term.text}'"
