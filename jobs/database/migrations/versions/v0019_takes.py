"""The takes of an order as they were judged, and what was known when a person chose one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0018"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("takes", sa.JSON(none_as_null=True)))
    op.add_column("jobs", sa.Column("pick", sa.JSON(none_as_null=True)))
