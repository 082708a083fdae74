"""SQLite's write-ahead log: readers and the one writer do not wait for each other. The file remembers it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from jobs.database.database import BUSY_SECONDS


def use_wal(path: Path) -> None:
    """Switch a file to it, making the file where there is none; safe from many processes at once.

    Raises:
        sqlite3.Error
    """
    with suppress(OSError):  # SQLite says what is wrong
        path.touch()  # which leaves the mode to this process; SQLite itself lets no group write
    # Of two processes that switch at the same moment SQLite refuses one at once, whatever its time-out is.
    again = Retrying(
        retry=retry_if_exception(_is_busy),
        stop=stop_after_delay(BUSY_SECONDS),
        wait=wait_random(0.01, 0.1),
        reraise=True,
    )
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        again(connection.execute, "PRAGMA journal_mode = WAL")


def _is_busy(problem: BaseException) -> bool:
    return isinstance(problem, sqlite3.OperationalError) and problem.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
