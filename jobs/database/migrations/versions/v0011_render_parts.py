"""How long each part of a render took, when a job last moved on its server, and the server's own time of a render."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("jobs", sa.Column("inference_time_s", sa.Double()))
    for name in ("moved", "waits_on"):
        op.add_column("jobs", sa.Column(name, _TIME))
    for name in ("encoding", "denoising", "decoding"):
        op.add_column("render_times", sa.Column(name, sa.Double()))
