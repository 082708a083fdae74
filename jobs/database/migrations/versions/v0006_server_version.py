"""Which version of SGLang rendered a job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("server_version", sa.String(64)))
