"""Which shot a job goes on from, and when the daily chores were done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("extends", sa.Text()))
    op.create_index("jobs_that_extend", "jobs", ["extends"])
    op.create_table(
        "chores",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
    )
