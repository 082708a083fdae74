"""The report of a finished take, and what it says of its lines, by which jobs are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0016"

_FOUND_BY = ["mode", "model", "server", "favourite", "size", "look", "heard"]
_PAGES = {
    "jobs_newest": ["deleted", "number", "owner", "state"],
    "jobs_of_owner": ["owner", "deleted", "number", "state"],
    "jobs_in_state": ["state", "deleted", "number", "owner"],
}


def upgrade() -> None:
    op.add_column("jobs", sa.Column("heard", sa.String(16)))
    op.add_column("jobs", sa.Column("report", sa.JSON(none_as_null=True)))
    for name, ordered_by in _PAGES.items():  # a page is found inside one index, which holds what pages filter by
        op.drop_index(name, "jobs")
        op.create_index(name, "jobs", [*ordered_by, *_FOUND_BY])
