"""The first tables: jobs, step results, files, the queue, render times, search."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

_TEXT, _TIME = sa.Text(), sa.DateTime(timezone=True)
_JOB = "jobs.id"


def upgrade() -> None:
    _jobs()
    _step_results()
    _files()
    _line()
    _render_times()
    _search()


def _jobs() -> None:
    op.create_table("jobs", *_job_columns(), *_job_times())
    found_by = ["mode", "model", "server", "favourite"]
    op.create_index("jobs_newest", "jobs", ["deleted", "number", "owner", "state", *found_by])
    op.create_index("jobs_of_owner", "jobs", ["owner", "deleted", "number", "state", *found_by])
    op.create_index("jobs_in_state", "jobs", ["state", "deleted", "number", "owner", *found_by])
    op.create_index("jobs_in_line", "jobs", ["model", "state", "owner", "line_position", "number", "id"])


def _job_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False, unique=True),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("ask", sa.Boolean(), nullable=False),
        sa.Column("model", _TEXT, nullable=False),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("server", _TEXT),
        sa.Column("server_url", _TEXT),
        sa.Column("server_job_id", _TEXT),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("stage", _TEXT),
        sa.Column("error_kind", _TEXT),
        sa.Column("error_facts", sa.JSON()),
        sa.Column("error_raw", _TEXT),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("line_position", sa.BigInteger(), nullable=False),
        sa.Column("parent", _TEXT),
        sa.Column("preview", sa.Boolean(), nullable=False),
        sa.Column("favourite", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    ]


def _job_times() -> list[sa.Column[Any]]:
    always = [sa.Column(name, _TIME, nullable=False) for name in ("created", "updated")]
    return always + [sa.Column(name, _TIME) for name in ("queued", "sent", "finished", "unreachable_since")]


def _of_a_job(**options: Any) -> sa.Column[Any]:
    return sa.Column("job_id", sa.String(64), sa.ForeignKey(_JOB, ondelete="CASCADE"), **options)


def _step_results() -> None:
    op.create_table(
        "step_results",
        _of_a_job(primary_key=True),
        sa.Column("step", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("provider", _TEXT),
        sa.Column("model", _TEXT),
        sa.Column("input_hash", sa.String(64)),
        sa.Column("output", _TEXT),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.Column("tokens", sa.BigInteger()),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("created", _TIME, nullable=False),
    )
    op.create_index("step_results_by_input", "step_results", ["input_hash", "step"])


def _files() -> None:
    op.create_table(
        "files",
        _of_a_job(primary_key=True),
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("created", _TIME, nullable=False),
    )


def _line() -> None:
    op.create_table(
        "slots",
        sa.Column("server", _TEXT, primary_key=True),
        sa.Column("slot", sa.Integer(), primary_key=True, autoincrement=False),
        _of_a_job(nullable=False, unique=True),
        sa.Column("since", _TIME, nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column("model", _TEXT, primary_key=True),
        sa.Column("owner", _TEXT, primary_key=True),
        sa.Column("turn", sa.BigInteger(), nullable=False),
    )
    op.create_table("pauses", sa.Column("model", _TEXT, primary_key=True), sa.Column("since", _TIME, nullable=False))


def _render_times() -> None:
    op.create_table(
        "render_times",
        sa.Column("job_id", _TEXT, primary_key=True),
        sa.Column("server", _TEXT, nullable=False),
        sa.Column("model", _TEXT, nullable=False),
        sa.Column("size", sa.String(16), nullable=False),
        sa.Column("num_frames", sa.Integer(), nullable=False),
        sa.Column("num_inference_steps", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("finished", _TIME, nullable=False),
    )
    alike = ["model", "size", "num_frames", "num_inference_steps"]
    op.create_index("render_times_of_model", "render_times", [*alike, "finished", "server"])


def _search() -> None:
    """``rowid`` is the job's number in both, so that a search comes newest first without sorting."""
    if op.get_bind().dialect.name == "sqlite":
        # The terms are split and folded before (jobs/store/search_terms.py): "ascii" leaves them as they are.
        options = "tokenize = 'ascii', detail = none, columnsize = 0"
        op.execute(f"CREATE VIRTUAL TABLE job_search USING fts5(terms, {options})")
        op.execute("CREATE VIRTUAL TABLE job_words USING fts5vocab(job_search, row)")
        return
    op.create_table(
        "job_search",
        sa.Column("rowid", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("terms", sa.dialects.postgresql.TSVECTOR(), nullable=False),
    )
    op.create_index("job_search_terms", "job_search", ["terms"], postgresql_using="gin")
    # Terms lie outside of the rows, which a search for a common word reads all of.
    op.execute("ALTER TABLE job_search SET (toast_tuple_target = 128)")
