"""The picture's size as a column of jobs, and in the indexes that pages are found in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"

_FOUND_BY = ["mode", "model", "server", "favourite", "size"]
_INDEXES = {
    "jobs_newest": ["deleted", "number", "owner", "state"],
    "jobs_of_owner": ["owner", "deleted", "number", "state"],
    "jobs_in_state": ["state", "deleted", "number", "owner"],
}


def upgrade() -> None:
    op.add_column("jobs", sa.Column("size", sa.String(16)))
    width, height = _setting("width"), _setting("height")
    op.execute(f"UPDATE jobs SET size = {width} || 'x' || {height} WHERE {width} IS NOT NULL")  # noqa: S608
    for name, columns in _INDEXES.items():
        op.drop_index(name, "jobs")
        op.create_index(name, "jobs", [*columns, *_FOUND_BY])


def _setting(name: str) -> str:
    if op.get_bind().dialect.name == "sqlite":
        return f"json_extract(settings, '$.{name}')"
    return f"(settings ->> '{name}')"
