"""Jobs are found by their seed and id, too: the terms of those that are there are added to the index."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
_AT_ONCE = 500


def upgrade() -> None:
    connection = op.get_bind()
    more = ":terms" if connection.dialect.name == "sqlite" else "array_to_tsvector(CAST(:terms AS text[]))"
    added = sa.text(f"UPDATE job_search SET terms = terms || {more} WHERE rowid = :number")  # noqa: S608
    jobs = connection.execute(sa.text("SELECT number, id, seed FROM jobs WHERE NOT deleted ORDER BY number")).all()
    for first in range(0, len(jobs), _AT_ONCE):
        rows = [(number, _terms(job_id, seed)) for number, job_id, seed in jobs[first : first + _AT_ONCE]]
        sqlite = connection.dialect.name == "sqlite"
        values = [{"number": number, "terms": f" {' '.join(terms)}" if sqlite else terms} for number, terms in rows]
        connection.execute(added, values)


def _terms(job_id: str, seed: int | None) -> list[str]:
    """As jobs/store/search_terms.py had them in this version."""
    ends = [] if seed is None else [str(seed), f"isseed{seed}"]
    parts = re.findall("[^\\W_]+", job_id.casefold())
    return [*ends, *parts[-1:], *(f"isid{part[:40]}" for part in parts)]
