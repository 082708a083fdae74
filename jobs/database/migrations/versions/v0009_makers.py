"""Who made a step's result, and whether its person keeps it whoever would make it now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    op.add_column("step_results", sa.Column("maker", sa.JSON()))
    op.add_column("step_results", sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.false()))
