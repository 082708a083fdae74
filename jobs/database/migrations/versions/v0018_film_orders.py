"""What a person has ordered of a film's shots, as long as it waits for the shot before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"


def upgrade() -> None:
    op.create_table(
        "film_orders",
        sa.Column("owner", sa.Text(), primary_key=True),
        sa.Column("film", sa.String(32), primary_key=True),
        sa.Column("shot", sa.String(32), primary_key=True),
        sa.Column("act", sa.String(8), nullable=False),
        sa.Column("inputs", sa.String(64), nullable=False),
    )
