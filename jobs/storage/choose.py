"""Which storage the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import StorageLibraryMissing
from jobs.storage.base import LocalStorage

if TYPE_CHECKING:
    from config import Settings


def storage_of(settings: Settings) -> LocalStorage:
    """OUTPUT_DIR alone, or with the bucket that STORAGE_URL names; nothing is asked of the bucket yet.

    Raises:
        StorageLibraryMissing: the package for buckets is not installed.
    """
    if settings.storage_url is None:
        return LocalStorage(settings.output_dir, settings.file_access)
    from importlib.util import find_spec

    if find_spec("obstore") is None:
        raise StorageLibraryMissing
    from jobs.storage.bucket import BucketStorage

    return BucketStorage(settings)
