"""The store of jobs, opened. Pages and the engine reach every table through it, and only through it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jobs.database.database import Database, database_at
from jobs.database.errors import in_plain_words
from jobs.database.migrate import bring_up_to_date
from jobs.database.wal import use_wal
from jobs.store.api_keys import ApiKeys
from jobs.store.batches import Batches
from jobs.store.chores import Chores
from jobs.store.files import Files
from jobs.store.films import Films
from jobs.store.forms import Forms
from jobs.store.jobs import Jobs
from jobs.store.owners import Owners
from jobs.store.pages import Pages
from jobs.store.queue import JobQueue
from jobs.store.render_times import RenderTimes
from jobs.store.repeatable import Repeatable
from jobs.store.steps import Steps
from jobs.store.webhooks import Webhooks


@dataclass(frozen=True)
class Store:
    """All that is recorded. Thread-safe; every write is idempotent and one transaction."""

    database: Database
    jobs: Jobs
    steps: Steps
    files: Files
    pages: Pages
    queue: JobQueue
    times: RenderTimes
    chores: Chores
    owners: Owners
    batches: Batches
    films: Films
    forms: Forms
    keys: ApiKeys
    repeatable: Repeatable
    webhooks: Webhooks

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
    parts = (
        Jobs(database),
        Steps(database),
        Files(database),
        Pages(database),
        JobQueue(database),
        RenderTimes(database),
    )
    kept = (Chores(database), Owners(database), Batches(database), Films(database), Forms(database))
    return Store(database, *parts, *kept, ApiKeys(database), Repeatable(database), Webhooks(database))


def _prepare_file(path: Path, name: str) -> None:
    with in_plain_words(name):
        path.parent.mkdir(parents=True, exist_ok=True)
        use_wal(path)
