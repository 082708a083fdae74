"""Tells the workers on one database at once that there is work, also those of other processes.

PostgreSQL passes the call on (``NOTIFY``); on SQLite, whose workers share a machine, each has a named pipe beside its
lock. A call may be lost, so a worker looks by itself every few seconds, too.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, cast

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.errors import StoreUnavailable
from jobs.database.errors import in_plain_words

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from jobs.database.database import Database

_CHANNEL = "mova_work"
_LISTEN = 0.3  # seconds until a stop is seen


class WakeUp:
    """Set by whoever has work for workers; ``mine`` is the event that the worker of this process waits for."""

    def __init__(self, database: Database) -> None:
        self.mine = Event()
        self._database = database

    def set(self) -> None:
        """Wake the workers of this database. Fails at nothing: they look by themselves as well."""
        self.mine.set()
        if not self._database.is_sqlite:
            with suppress(DBAPIError), self._database.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(f"NOTIFY {_CHANNEL}"))
            return
        for pipe in self._folder.glob("*.wake"):
            with suppress(OSError):  # nobody reads it, or it is full of calls
                file = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
                try:
                    os.write(file, b"!")
                finally:
                    os.close(file)

    def listen(self, name: str, stopped: Callable[[], bool]) -> None:
        """Pass on the calls of other processes until ``stopped``.

        Args:
            name: this worker's own, which no living process shares.

        Raises:
            StoreError: the database cannot be listened to any more.
        """
        if self._database.is_sqlite:
            with suppress(OSError):  # a file system without pipes
                self._read_pipe(self._folder / f"{name}.wake", stopped)
            return
        with in_plain_words(self._database.name):
            self._hear_database(stopped)

    @property
    def _folder(self) -> Path:
        return Path(str(self._database.engine.url.database)).parent / "workers"

    def _read_pipe(self, path: Path, stopped: Callable[[], bool]) -> None:
        with suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        # Opened for writing as well: so it has no end where the last other writer closes it.
        file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        try:
            while not stopped():
                if select.select([file], [], [], _LISTEN)[0]:
                    os.read(file, 4096)
                    self.mine.set()
        finally:
            os.close(file)
            path.unlink(missing_ok=True)

    def _hear_database(self, stopped: Callable[[], bool]) -> None:
        import psycopg

        connection = self._database.engine.connect()
        driver = cast("psycopg.Connection", connection.connection.driver_connection)
        connection.detach()  # it listens as long as it lives: it must not go back to the pool
        with connection:
            try:
                driver.rollback()
                driver.autocommit = True
                driver.execute(f"LISTEN {_CHANNEL}")
                while not stopped():
                    for _call in driver.notifies(timeout=_LISTEN, stop_after=1):
                        self.mine.set()
            except psycopg.Error as problem:
                connection.invalidate()
                raise StoreUnavailable(str(problem), store=self._database.name) from problem
