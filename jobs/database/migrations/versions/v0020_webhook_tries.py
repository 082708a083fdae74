"""Every try of a webhook's message: when, what was answered, and why it brought nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision: str | None = "0019"


def upgrade() -> None:
    op.add_column("webhook_messages", sa.Column("tries", sa.JSON(), nullable=True))
