"""Jobs that may have reached a server have a state of their own; they waited, or were prepared again in circles."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    # Only these held a slot before they were sent again; one that was deleted keeps its state, and its slot is freed.
    op.execute(
        "UPDATE jobs SET state = 'unclear', stage = 'render' "
        "WHERE state IN ('waiting', 'preparing') AND NOT deleted AND id IN (SELECT job_id FROM slots)"
    )
