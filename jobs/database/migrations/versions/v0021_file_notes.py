"""What was said of a file when it was made: what a joined film was trimmed by, and what was done to its sound."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0020"


def upgrade() -> None:
    op.add_column("files", sa.Column("notes", sa.JSON(), nullable=True))
