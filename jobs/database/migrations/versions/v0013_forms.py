"""What people have not sent yet is kept; a job's copies are found by the job that they were made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    op.create_table(
        "forms",
        sa.Column("owner", sa.Text(), primary_key=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("picture", sa.String(120), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("jobs_by_parent", "jobs", ["parent"])
