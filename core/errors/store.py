"""The database of jobs."""

from __future__ import annotations

from core.errors.base import MovaError
from core.messages import gettext_noop


class StoreError(MovaError):
    """The database of jobs."""

    what = gettext_noop("The job database {store} had a problem.")
    advice = gettext_noop("Its own message is below; nothing that was recorded is lost.")


class StoreUnavailable(StoreError):
    """Not there or not answering."""

    what = gettext_noop("The job database {store} cannot be reached.")
    advice = gettext_noop(
        "Check that it is running and that DATABASE_URL is right; it is used again as soon as it answers."
    )


class StoreDamaged(StoreUnavailable):
    """A file that is no database, or a broken one."""

    what = gettext_noop("The job database {store} is damaged, or is not a database.")
    advice = gettext_noop(
        "Stop the program and restore the file from a backup. jobs-engine.db can simply be moved away: it is "
        "created again, and jobs continue."
    )


class StoreEncoding(StoreError):
    """It cannot hold every language."""

    what = gettext_noop("The job database {store} stores text as {found}; UTF8 is needed.")
    advice = gettext_noop(
        "Create another and name it in DATABASE_URL: createdb --template=template0 --encoding=UTF8 NAME"
    )


class StoreBusy(StoreError):
    """Locked by another program for too long."""

    what = gettext_noop("The job database {store} stayed locked by another program.")
    advice = gettext_noop("Close programs that have the file open, such as a database browser, and try again.")


class StoreReadOnly(StoreError):
    what = gettext_noop("The job database {store} cannot be written to.")
    advice = gettext_noop("Give the program permission to write to the file and its folder, or set another OUTPUT_DIR.")


class StoreFull(StoreError):
    """No space left."""

    what = gettext_noop("There is no space left for the job database {store}.")
    advice = gettext_noop("Free some disk space; the program then continues.")


class StoreDisk(StoreError):
    """An error of the disk itself."""

    what = gettext_noop("The disk refuses what the job database {store} writes.")
    advice = gettext_noop("Free some disk space and check the disk; what was recorded is not lost.")


class StoreNewer(StoreError):
    """Written by a newer version of the program."""

    what = gettext_noop("The job database {store} was written by a newer version of this program (schema {found}).")
    advice = gettext_noop("Update the program, or use another database.")
