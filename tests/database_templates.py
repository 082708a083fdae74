"""A new SQLite database begins as a copy of an empty one with all tables: making them takes longer than most tests.

``use_copies`` is called once a process, by ``tests/conftest.py`` and by ``tests/fork_server.py``. Tests of how the
tables come about call ``make_anew``. ``share_statements`` is for processes that open many databases.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache, partial
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import URL, Engine

import jobs.database.database
import jobs.execution.engine
import jobs.store.store
from jobs.database.database import database_at
from jobs.database.migrate import bring_up_to_date
from jobs.database.wal import use_wal


def use_copies() -> None:
    """From now on a database that is not there yet is a copy, in this process."""
    vars(jobs.store.store)["use_wal"] = partial(_copied, _of_store)
    vars(jobs.execution.engine)["use_wal"] = partial(_copied, _of_engine)


def share_statements() -> None:
    """From now on the SQLite databases of this process share the SQL that statements were compiled to.

    A program has one database for long; a test has its own for a moment, and would compile every statement once more.
    """
    opened = jobs.database.database._sqlite_engine

    @cache
    def first() -> Engine:
        engine = opened(URL.create("sqlite", database=str(_folder() / "statements.db")))
        engine.connect().close()  # what a dialect knows of its database it learns now
        engine.dispose()
        return engine

    def sharing(url: URL) -> Engine:
        engine = opened(url)
        engine.dialect, engine._compiled_cache = first().dialect, first()._compiled_cache
        return engine

    vars(jobs.database.database)["_sqlite_engine"] = sharing


def make_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tables be made by the program itself."""
    monkeypatch.setattr(jobs.store.store, "use_wal", use_wal)
    monkeypatch.setattr(jobs.execution.engine, "use_wal", use_wal)


def prepare() -> None:
    """Make the empty ones in a process of its own, for one that must have no threads."""
    _folder()
    if (maker := os.fork()) == 0:
        _of_store()
        _of_engine()
        os._exit(0)
    os.waitpid(maker, 0)


def _copied(template: Callable[[], Path], path: Path) -> None:
    if not path.exists() and path.parent.is_dir():
        with suppress(OSError):  # the program says what is wrong, or another thread was first
            _place(template(), path)
    use_wal(path)


def _place(template: Path, path: Path) -> None:
    """Whole at once, with the mode that this process gives to new files."""
    whole = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        shutil.copyfile(template, whole)
        os.link(whole, path)
    finally:
        whole.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="databases-"))
    atexit.register(_removed, folder, os.getpid())
    return folder


def _removed(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # not a forked copy
        shutil.rmtree(folder, ignore_errors=True)


def _of_store() -> Path:
    return _made("jobs.db", _make_store)


def _of_engine() -> Path:
    return _made("engine.db", lambda path: DBOS.migrate(f"sqlite:///{path}"))


def _make_store(path: Path) -> None:
    database = database_at(f"sqlite:///{path}")
    bring_up_to_date(database)
    database.close()


def _made(name: str, make: Callable[[Path], None]) -> Path:
    path, made = _folder() / name, _folder() / f"made-{name}"
    if not path.exists():
        use_wal(made)
        make(made)
        made.rename(path)
    return path
