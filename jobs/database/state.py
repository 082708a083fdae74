"""What is known of the database without changing anything in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, make_url, select, text
from sqlalchemy.orm import Session

from jobs.database.database import Database, database_at, engine_file
from jobs.database.errors import in_plain_words
from jobs.database.migrate import NEWEST, revision_of
from jobs.database.tables import JobRow
from jobs.model.states import ENDED_BADLY


@dataclass(frozen=True, kw_only=True)
class DatabaseState:
    """``revision`` of its tables, None where there are none; ``kept_how`` is WAL on SQLite, else PostgreSQL's version.

    ``failed_since`` counts the jobs that ended badly since ``last_success``.
    """

    name: str
    is_sqlite: bool
    revision: str | None
    kept_how: str = ""
    last_success: datetime | None = None
    failed_since: int = 0

    @property
    def is_current(self) -> bool:
        return self.revision == NEWEST


def file_of(address: str) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    url = make_url(address)
    return Path(str(url.database)).resolve() if url.get_backend_name() == "sqlite" else None


def state_of(address: str) -> DatabaseState | None:
    """The state of the database at an address; None where its file does not exist yet.

    Raises:
        StoreError: it cannot be opened, read or written.
    """
    database = database_at(address)
    try:
        if database.is_sqlite and not Path(str(database.engine.url.database)).exists():
            return None
        if database.is_sqlite:
            _see_engine_file(engine_file(database.engine.url))
        return _seen(database)
    finally:
        database.close()


def _see_engine_file(file: Path) -> None:
    if file.exists():
        with (
            in_plain_words(file.name),
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as opened,
        ):
            opened.execute("SELECT count(*) FROM sqlite_master")


def _seen(database: Database) -> DatabaseState:
    with database.read() as session:
        state = DatabaseState(
            name=database.name,
            is_sqlite=database.is_sqlite,
            revision=revision_of(session.connection()),
            kept_how=_kept_how(session, database.is_sqlite),
        )
        found = _success(session) if state.is_current else (None, 0)
    with database.connection() as connection:  # a transaction that would write, and changes nothing
        if not database.is_sqlite:
            connection.execute(text("CREATE TEMPORARY TABLE doctor_was_here (one integer) ON COMMIT DROP"))
    return DatabaseState(**{**vars(state), "last_success": found[0], "failed_since": found[1]})


def _kept_how(session: Session, is_sqlite: bool) -> str:
    return str(session.scalar(text("PRAGMA journal_mode" if is_sqlite else "SHOW server_version")))


def _success(session: Session) -> tuple[datetime | None, int]:
    last = session.scalar(select(func.max(JobRow.finished)).where(JobRow.state == "completed"))
    badly = select(func.count()).select_from(JobRow).where(JobRow.state.in_(ENDED_BADLY))
    return last, int(session.scalar(badly.where(JobRow.finished > last) if last else badly) or 0)
