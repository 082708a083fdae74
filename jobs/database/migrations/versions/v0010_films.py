"""Films: the revisions of their documents, and the jobs of their shots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    op.create_table(
        "films",
        sa.Column("owner", sa.Text(), primary_key=True),
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "film_jobs",
        sa.Column("job_id", sa.String(64), primary_key=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("film", sa.String(32), nullable=False),
        sa.Column("shot", sa.String(32), nullable=False),
        sa.Column("inputs", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )
    op.create_index("film_jobs_of_film", "film_jobs", ["owner", "film", "number"])
