"""A name for each working process, held while it lives: how others see that it has died.

On SQLite the name is a locked file next to the database, on PostgreSQL an advisory lock of a connection; both are let
go by the operating system or the server when the process ends, however it ends. On PostgreSQL the server can also
let go of it while the process lives, when it is restarted: so a name there is never used a second time, and
``keep`` takes it again.

A process that works on jobs of its own only, such as a run of the command line, has a name that nobody had before: it
goes on with nothing that an earlier one left. All others hold one more lock together, by which it sees that they live.
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

from jobs.database.database import Database
from jobs.database.errors import in_plain_words

_ALL_JOBS = "all-jobs"


class WorkerLease:
    """The names of one database's workers: ``worker-1``, ``worker-2``…; ``run-5c0f…`` where it is for own jobs only."""

    def __init__(self, database: Database, *, own_only: bool = False) -> None:
        self._database, self._own_only = database, own_only
        self._file: IO[bytes] | None = None
        self._connection: Connection | None = None
        self._shared: IO[bytes] | None = None
        self.mine = ""

    def claim(self) -> str:
        """Take a name for this process: the first free one, on PostgreSQL and for own jobs one that nobody has had.

        Raises:
            StoreError: the database or its folder cannot be used.
        """
        reused = self._database.is_sqlite and not self._own_only
        numbers = map(str, count(1)) if reused else iter(lambda: secrets.token_hex(4), "")
        kind = "run" if self._own_only else "worker"
        with in_plain_words(self._database.name):
            self.mine = next(name for name in (f"{kind}-{each}" for each in numbers) if self._take(name))
            if not self._own_only:
                self._share()
        return self.mine

    def has_role(self, role: str) -> bool:
        """Take a role that one process at a time has, such as ``webhooks``, or keep it; False where another has it.

        For a lease that is for nothing else.

        Raises:
            StoreError: the database or its folder cannot be used.
        """
        if self.mine == role and (self._file or self._is_held()):
            return True
        with in_plain_words(self._database.name):
            self.mine = role if self._take(role) else ""
        return self.mine == role

    def is_free(self, name: str) -> bool:
        """Whether the holder of a name is gone."""
        with self.taken_if_free(name) as free:
            return free

    def somebody_serves_all(self) -> bool:
        """Whether a process lives that works on everybody's jobs."""
        return not self._own_only or not self.is_free(_ALL_JOBS)

    def keep(self) -> bool:
        """Take the name again where the database server was restarted; False where that has to be tried once more.

        Raises:
            StoreError: the database cannot be used.
        """
        if self._database.is_sqlite or self._is_held():
            return True
        with in_plain_words(self._database.name):
            taken = self._take(self.mine)
            if taken and not self._own_only:
                self._share()
            return taken

    def _is_held(self) -> bool:
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
                return True
            except DBAPIError:
                self._connection.invalidate()
                self._connection = None
        return False

    def release(self, *, done: bool = False) -> None:
        """Let go of the name; ``done`` where nothing is left in it that others might take over."""
        if self._file and done and self._own_only:
            Path(self._file.name).unlink(missing_ok=True)
        for file in filter(None, (self._file, self._shared)):
            file.close()
        if self._connection:
            self._connection.close()

    @contextmanager
    def taken_if_free(self, name: str) -> Iterator[bool]:
        """Whether a name's holder is gone; where it is, nobody else can take it inside the block."""
        other = WorkerLease(self._database)
        with in_plain_words(self._database.name):
            free = name != self.mine and other._take(name)
        try:
            yield free
        finally:
            other.release()

    def _share(self) -> None:
        """Hold the lock that all workers for everybody share; a process that only checks it releases it at once."""
        if self._database.is_sqlite:
            self._shared = self._opened(_ALL_JOBS)
            fcntl.flock(self._shared, fcntl.LOCK_SH)
        elif self._connection is not None:
            query = text("SELECT pg_advisory_lock_shared(hashtextextended(:name, 0))")
            self._connection.execute(query, {"name": f"mova:{_ALL_JOBS}"})

    def _take(self, name: str) -> bool:
        return self._lock_file(name) if self._database.is_sqlite else self._lock_in_database(name)

    def _lock_file(self, name: str) -> bool:
        file = self._opened(name)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _opened(self, name: str) -> IO[bytes]:
        folder = Path(str(self._database.engine.url.database)).parent / "workers"
        folder.mkdir(exist_ok=True)
        return (folder / f"{name}.lock").open("wb")

    def _lock_in_database(self, name: str) -> bool:
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # the lock lives as long as the connection: it must not go back to the pool
        query = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
        if not connection.scalar(query, {"name": f"mova:{name}"}):
            connection.close()
            return False
        self._connection = connection
        return True
