"""SQLite's clock in milliseconds, also where the library is older than 3.42 and its own answers NULL.

DBOS writes ``unixepoch('subsec')`` into the defaults of its tables and into its statements, by what Python is running;
which SQLite that Python has is another matter, and a table made elsewhere keeps its default.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

_KNOWS_SUBSEC = (3, 42)


class ClockedConnection(sqlite3.Connection):
    """One on which ``unixepoch('subsec')`` is the time, whatever the library's age and whoever made the file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sqlite3.sqlite_version_info < _KNOWS_SUBSEC:
            self.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(what: object) -> float:
    """Seconds since 1970 to the millisecond, as SQLite 3.42 has it; ValueError for arguments that DBOS does not use."""
    if what != "subsec":
        raise ValueError(f"unixepoch({what!r})")
    return time.time_ns() // 1_000_000 / 1000
