"""The database of jobs: does it open, are its tables of this version, and when did a job last succeed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.messages import gettext_noop
from doctor.finding import Finding, broken, ok, warning

if TYPE_CHECKING:
    from config import Settings
    from jobs.database.state import DatabaseState

_MANY_FAILURES = 3  # since the last success: one may be the person's own, three in a row are the machine's
_OPEN_ONCE = gettext_noop("Start the program: it updates the tables by itself.")


def database(settings: Settings) -> list[Finding]:
    """The database, and what its jobs tell."""
    from jobs.database.state import state_of

    state = state_of(settings.database_address)
    if state is None:
        return [ok("database", gettext_noop("The job database does not exist yet; it is created at the first start."))]
    return [_tables(state), *([last_success(state)] if state.is_current else [])]


def place(settings: Settings) -> list[Finding]:
    """Whether the file lies where back-ups look; its path is for the terminal and for programs."""
    from jobs.database.state import file_of

    file = file_of(settings.database_address)
    if file is None:
        return []
    key, measured = "database.place", {"file": str(file)}
    if file.is_relative_to(settings.output_dir.resolve()):
        found = ok(
            key,
            gettext_noop("The job database is in the results folder, OUTPUT_DIR: a backup of that folder has both."),
        )
    else:
        words = gettext_noop("The job database is outside OUTPUT_DIR: a copy of that folder does not include it.")
        found = warning(
            key, words, gettext_noop("Back up with python -m jobs.backup, which copies both, or unset DATABASE_URL.")
        )
    return [replace(found, measured=measured)]


def _tables(state: DatabaseState) -> Finding:
    from jobs.database.migrate import NEWEST

    facts = {"store": state.name, "kept": state.kept_how}
    if state.revision is None:
        return warning("database", gettext_noop("The job database {store} has no tables yet."), _OPEN_ONCE, **facts)
    if state.revision > NEWEST:
        words = gettext_noop(
            "The job database {store} was written by a newer version of this program (schema {schema})."
        )
        advice = gettext_noop("Update the program, or use another database.")
        return broken("database", words, advice, schema=state.revision, **facts)
    if not state.is_current:
        words = gettext_noop("The tables of the job database {store} are from an older version.")
        return warning("database", words, _OPEN_ONCE, **facts)
    if state.is_sqlite and state.kept_how != "wal":
        words = gettext_noop(
            "The job database {store} is not in WAL mode, so readers and the writer wait for each other."
        )
        return warning(
            "database",
            words,
            gettext_noop("Start the program: it sets the mode. Keep the file on a local disk."),
            **facts,
        )
    kind = "SQLite (WAL)" if state.is_sqlite else f"PostgreSQL {state.kept_how}"
    return ok("database", gettext_noop("The job database {store} can be used: {kind}"), kind=kind, **facts)


def last_success(state: DatabaseState, now: datetime | None = None) -> Finding:
    """How long ago a job was completed, and whether many have failed since."""
    last, failed = state.last_success, state.failed_since
    ago = round(((now or datetime.now(UTC)) - last).total_seconds()) if last else None
    measured = {"last_success": last.isoformat(timespec="seconds") if last else None, "seconds": ago, "failed": failed}
    found = _told(_time(ago), failed)
    return Finding(key=found.key, verdict=found.verdict, says=found.says, advice=found.advice, measured=measured)


def _told(time: str | None, failed: int) -> Finding:
    key, advice = "last_success", gettext_noop("Open the last failed job: its page says why, and what to do.")
    if failed >= _MANY_FAILURES:
        if time is None:
            return warning(
                key, gettext_noop("No job was completed yet, and {failed} have failed."), advice, failed=failed
            )
        words = gettext_noop("The last job was completed {time} ago, and {failed} have failed since.")
        return warning(key, words, advice, time=time, failed=failed)
    if time is None:
        return ok(key, gettext_noop("No job was completed yet."))
    return ok(key, gettext_noop("The last job was completed {time} ago."), time=time)


def _time(seconds: int | None) -> str | None:
    """``3 d``, ``2 h 5 min``, ``40 s``: units that are read in both languages."""
    if seconds is None:
        return None
    hours, minutes = divmod(seconds // 60, 60)
    if hours >= 48:
        return f"{hours // 24} d"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds} s"
