"""How many jobs each owner has begun on a day, for the quota."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "job_days",
        sa.Column("owner", sa.Text(), primary_key=True),
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
    )
