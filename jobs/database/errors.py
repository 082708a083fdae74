"""Turns database errors into errors that people understand; the only place that knows their codes."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import StoreBusy, StoreDamaged, StoreDisk, StoreError, StoreFull, StoreReadOnly, StoreUnavailable

# https://sqlite.org/rescode.html; the low byte is the primary code
_SQLITE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_CANTOPEN: StoreReadOnly,  # the folder is closed to us
    sqlite3.SQLITE_NOTADB: StoreDamaged,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_IOERR: StoreDisk,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html: whole codes, then classes
_POSTGRES: dict[str, type[StoreError]] = {
    "53100": StoreFull,
    "25006": StoreReadOnly,
    "42501": StoreReadOnly,
    "55P03": StoreBusy,
    "40P01": StoreBusy,
    "08": StoreUnavailable,
    "28": StoreUnavailable,
    "3D": StoreUnavailable,
    "53": StoreUnavailable,
    "57P": StoreUnavailable,
}
_FILES: dict[int | None, type[StoreError]] = {
    errno.ENOSPC: StoreFull,
    errno.EDQUOT: StoreFull,
    errno.EROFS: StoreReadOnly,
    errno.EACCES: StoreReadOnly,
    errno.EPERM: StoreReadOnly,
}


@contextmanager
def in_plain_words(store: str) -> Iterator[None]:
    """Turn what the database reports into a StoreError that names the ``store``."""
    try:
        yield
    except (OSError, sqlite3.Error) as problem:
        raise kind_of(problem)(_words(problem), store=store) from problem
    except PoolTimeout as problem:
        raise StoreBusy(str(problem), store=store) from problem
    except DBAPIError as problem:
        raise kind_of(problem)(str(problem.orig), store=store) from problem
    except StatementError as problem:  # never reached the database: a value that is not JSON, a secret among them
        raise problem.orig or problem from None


def kind_of(problem: DBAPIError | sqlite3.Error | OSError) -> type[StoreError]:
    """The class of error for what a driver, or the file system, reported."""
    if isinstance(problem, OSError):
        return _FILES.get(problem.errno, StoreUnavailable)
    cause = problem.orig if isinstance(problem, DBAPIError) else problem
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, StoreError)
    state: str | None = getattr(cause, "sqlstate", None)
    if state is None:
        return StoreUnavailable  # the connection failed or broke before there was a code
    return _POSTGRES.get(state) or _POSTGRES.get(state[:3]) or _POSTGRES.get(state[:2]) or StoreError


def _words(problem: Exception) -> str:
    return problem.strerror or "" if isinstance(problem, OSError) else str(problem)
