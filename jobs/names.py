"""A name for each working process, held while it lives: how others see that it has died.

On SQLite the name is a locked file beside the database, on PostgreSQL an advisory lock of a connection; both are let
go by the operating system or the server when the process ends, however it ends. On PostgreSQL the server can also
let go of it while the process lives, when it is restarted: so a name there is never used a second time, and
``keep`` takes it again.
"""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from jobs.database import Database
from jobs.database_errors import in_plain_words


class Names:
    """The names of one database's workers: ``worker-1``, ``worker-2``…"""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file: IO[bytes] | None = None
        self._connection: Connection | None = None
        self.mine = ""

    def claim(self) -> str:
        """Take a name for this process: the first free one, on PostgreSQL one that nobody has had.

        Raises:
            StoreError: the database or its folder cannot be used.
        """
        numbers = map(str, count(1)) if self._database.is_sqlite else iter(lambda: secrets.token_hex(4), "")
        with in_plain_words(self._database.name):
            self.mine = next(name for name in (f"worker-{each}" for each in numbers) if self._take(name))
        return self.mine

    def keep(self) -> bool:
        """Take the name again where the database server was restarted; False where that has to be tried once more.

        Raises:
            StoreError: the database cannot be used.
        """
        if self._database.is_sqlite or self._is_held():
            return True
        with in_plain_words(self._database.name):
            return self._take(self.mine)

    def _is_held(self) -> bool:
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
                return True
            except DBAPIError:
                self._connection.invalidate()
                self._connection = None
        return False

    def release(self) -> None:
        if self._file:
            self._file.close()
        if self._connection:
            self._connection.close()

    @contextmanager
    def taken_if_free(self, name: str) -> Iterator[bool]:
        """Whether a name's holder is gone; where it is, nobody else can take it inside the block."""
        other = Names(self._database)
        with in_plain_words(self._database.name):
            free = name != self.mine and other._take(name)
        try:
            yield free
        finally:
            other.release()

    def _take(self, name: str) -> bool:
        return self._lock_file(name) if self._database.is_sqlite else self._lock_in_database(name)

    def _lock_file(self, name: str) -> bool:
        folder = Path(str(self._database.engine.url.database)).parent / "workers"
        folder.mkdir(exist_ok=True)
        file = (folder / f"{name}.lock").open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _lock_in_database(self, name: str) -> bool:
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # the lock lives as long as the connection: it must not go back to the pool
        query = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
        if not connection.scalar(query, {"name": f"mova:{name}"}):
            connection.close()
            return False
        self._connection = connection
        return True
