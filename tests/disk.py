"""No test waits until the disk has written: what one leaves behind outlives its processes, and no loss of power.

A commit of SQLite takes 7 ms where it waits for the disk and a tenth of one where it does not.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection


def wait_for_none() -> None:
    """From now on nothing that this process writes waits for the disk."""
    vars(os)["fsync"] = lambda _file: None
    event.listen(Engine, "connect", _unwaited)


def _unwaited(connection: DBAPIConnection, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        # A damaged file is refused by the first statement of the program itself.
        with suppress(sqlite3.Error), closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
