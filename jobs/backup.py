"""python -m jobs.backup FOLDER

Copies the job database and OUTPUT_DIR into a new folder, also while the program runs, and checks the copy.
FOLDER appears only once it is complete. To restore, use it as OUTPUT_DIR.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from core.errors import BackupFailed
from core.messages import Phrase, gettext_noop, phrase
from jobs.database.state import file_of

if TYPE_CHECKING:
    from config import Settings

_DATABASE = "jobs.db"  # the name of the copy, whatever that of the original
# Needed by running processes only. DBOS's database is created again; copied at another moment it would contradict ours.
_LEFT_OUT = "workers"


def back_up(settings: Settings, target: Path) -> tuple[int | None, int]:
    """Copy all that is kept to ``target``. Returns the jobs (None: on PostgreSQL, not copied) and the files.

    Raises:
        BackupFailed: nothing was left at ``target``.
    """
    source, database = settings.output_dir.resolve(), file_of(settings.database_address)
    target = target.resolve()
    if target.exists():
        raise BackupFailed(folder=str(target), reason=gettext_noop("something of this name exists already"))
    if target.is_relative_to(source):
        raise BackupFailed(folder=str(target), reason=gettext_noop("it is inside the folder to be copied"))
    if database and not database.is_file():
        raise BackupFailed(folder=str(target), reason=_missing(database))
    part = target.with_name(f"{target.name}.{token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        jobs = _copy_database(database, part / _DATABASE) if database else None
        files = sum(1 for _ in _copy_files(source, part, database))  # after the jobs: theirs are all there by now
        part.rename(target)
    except (OSError, sqlite3.Error) as problem:
        reason = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
        raise BackupFailed(folder=str(target), reason=reason) from problem
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return jobs, files


def _missing(database: Path) -> Phrase:
    return phrase(gettext_noop("there is no job database {file}"), file=str(database))


def _copy_database(file: Path, copy: Path) -> int:
    """Raises sqlite3.Error where the copy is damaged or has no jobs table."""
    address = f"{file.as_uri()}?mode=ro"  # never makes an empty one
    with closing(sqlite3.connect(address, uri=True)) as original, closing(sqlite3.connect(copy)) as copied:
        original.backup(copied)
        (state,) = copied.execute("PRAGMA integrity_check").fetchone()
        if state != "ok":
            raise sqlite3.DatabaseError(state)
        return int(copied.execute("SELECT count(*) FROM jobs").fetchone()[0])


def _copy_files(source: Path, target: Path, database: Path | None) -> Iterator[Path]:
    links: dict[tuple[int, int], Path] = {}  # a picture that several jobs share stays one file
    for folder, folders, names in os.walk(source):
        folder_copy = target / Path(folder).relative_to(source)
        folders[:] = [name for name in folders if name != _LEFT_OUT]
        folder_copy.mkdir(exist_ok=True)
        for name in names:
            path = Path(folder, name)
            if name.endswith(".part") or _is_of_database(path, database) or path.is_symlink():
                continue
            with suppress(FileNotFoundError):  # deleted meanwhile
                _copy(path, folder_copy / name, links)
                yield path


def _is_of_database(path: Path, database: Path | None) -> bool:
    if database is None or path.parent != database.parent:
        return False
    return path.name.startswith((database.name, f"{database.name.removesuffix('.db')}-engine.db"))


def _copy(path: Path, copy: Path, links: dict[tuple[int, int], Path]) -> None:
    found = path.stat()
    first = links.setdefault((found.st_dev, found.st_ino), copy)
    if first is not copy:
        with suppress(OSError):  # a disk without links has it twice
            os.link(first, copy)
            return
    shutil.copy2(path, copy)


if __name__ == "__main__":
    import runpy

    runpy.run_module("cli.backup", run_name="__main__")
