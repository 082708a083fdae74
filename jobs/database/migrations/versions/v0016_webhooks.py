"""Webhooks, and the messages for them: an outbox that is written with the state that it tells of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0014"


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret", sa.Integer(), nullable=False),
        sa.Column("earlier_until", time, nullable=True),
        sa.Column("stopped", sa.String(16), nullable=True),
        sa.Column("created", time, nullable=False),
    )
    op.create_index("webhooks_of_owner", "webhooks", ["owner"])
    op.create_table(
        "webhook_messages",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("webhook", sa.String(32), sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", time, nullable=False),
        sa.Column("next_at", time, nullable=True),
        sa.Column("tried", time, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(16), nullable=True),
    )
    op.create_index("webhook_messages_due", "webhook_messages", ["webhook", "state", "next_at", "number"])
    op.create_index("webhook_messages_in_order", "webhook_messages", ["webhook", "subject", "state", "number"])
    op.create_index("webhook_messages_newest", "webhook_messages", ["webhook", "number"])
