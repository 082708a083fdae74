"""The store of jobs, opened. Pages and the engine reach every table through it, and only through it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jobs.database import Database, database_at
from jobs.database_errors import in_plain_words
from jobs.line import Line
from jobs.migrate import bring_up_to_date
from jobs.render_times import RenderTimes
from jobs.store_chains import Extensions
from jobs.store_chores import Chores
from jobs.store_files import Files
from jobs.store_jobs import Jobs
from jobs.store_pages import Pages
from jobs.store_steps import Steps
from jobs.wal import use_wal


@dataclass(frozen=True)
class Store:
    """All that is recorded. Thread-safe; every write is idempotent and one transaction."""

    database: Database
    jobs: Jobs
    steps: Steps
    files: Files
    pages: Pages
    line: Line
    times: RenderTimes
    extensions: Extensions
    chores: Chores

    def close(self) -> None:
        """Let go of all connections; a later call opens new ones."""
        self.database.close()


def open_store(address: str) -> Store:
    """Open the database at ``address``, creating or upgrading its tables; safe from many processes at once.

    ``address`` is ``sqlite:////folder/jobs.db`` or ``postgresql://user:password@host:5432/name``.

    Raises:
        StoreError: it cannot be opened, or was written by a newer version (StoreNewer).
    """
    database = database_at(address)
    if database.is_sqlite:
        _prepare_file(Path(str(database.engine.url.database)), database.name)
    bring_up_to_date(database)
    parts = (Jobs(database), Steps(database), Files(database), Pages(database), Line(database), RenderTimes(database))
    return Store(database, *parts, Extensions(database), Chores(database))


def _prepare_file(path: Path, name: str) -> None:
    with in_plain_words(name):
        path.parent.mkdir(parents=True, exist_ok=True)
        use_wal(path)
