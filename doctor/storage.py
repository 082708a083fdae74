"""The bucket of STORAGE_URL: can files be written to it, read and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import MovaError
from core.messages import gettext_noop
from doctor.finding import Finding, of_error, ok

if TYPE_CHECKING:
    from config import Settings


def bucket(settings: Settings) -> Finding:
    """A small file goes there and back."""
    from jobs.storage.choose import storage_of

    try:
        storage_of(settings).check()
    except MovaError as problem:
        return of_error("storage", problem)
    return ok("storage", gettext_noop("Files can be written to the bucket of STORAGE_URL, read and removed."))
