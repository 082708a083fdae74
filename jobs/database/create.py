"""The tables of a new database on SQLite in one go: the migrations take twenty steps and Alembic to make the same."""

from __future__ import annotations

from sqlalchemy import Connection, text

from jobs.database.tables import Base

# As jobs/database/migrations/versions/v0001_first_tables.py has them, and Alembic its own; a test compares.
_BESIDE = (
    "CREATE VIRTUAL TABLE job_search USING fts5(terms, tokenize = 'ascii', detail = none, columnsize = 0)",
    "CREATE VIRTUAL TABLE job_words USING fts5vocab(job_search, row)",
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
)


def create(connection: Connection, revision: str) -> None:
    """Make all tables in an empty database, inside the connection's transaction.

    Args:
        revision: the migration that they are those of.
    """
    Base.metadata.create_all(connection, checkfirst=False)
    for statement in _BESIDE:
        connection.execute(text(statement))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
