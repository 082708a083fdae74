"""Housekeeping of a bucket: what is in it counts, not what a machine has copies of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jobs.service.housekeeping import HALF_WRITTEN, OUR_FOLDERS, SETTLED, Housekeeping, Orphan
from jobs.storage.base import Kept, key_of

if TYPE_CHECKING:
    from config import Settings
    from jobs.store.folders import Folders
    from jobs.store.store import Store


def housekeeping_of(settings: Settings, store: Store, folders: Folders) -> Housekeeping:
    """The housekeeping of OUTPUT_DIR, or of the bucket that the settings name."""
    return (Housekeeping if settings.storage_url is None else BucketHousekeeping)(settings, store, folders)


class BucketHousekeeping(Housekeeping):
    """What one look has found counts for its numbers; what is removed is looked at again."""

    def _folders(self) -> list[str]:
        self._found = self._kept()
        return sorted(self._found)

    def _size(self, folder: str) -> int:
        return sum(one.bytes for one in self._found[folder])

    def _left_in(self, folder: str) -> list[Orphan]:
        return [Orphan(one.key, one.bytes) for one in self._of_no_record(folder, self._found[folder])]

    def _left_alone(self, folder: str) -> int | None:
        return self._size(folder) if min(one.age for one in self._found[folder]) > SETTLED else None

    def _kept(self, folder: str = "") -> dict[str, list[Kept]]:
        """What is in the bucket, by the job that it is of."""
        found: dict[str, list[Kept]] = {}
        for one in self._job_folders.storage.kept(folder):
            name = one.key.partition("/")[0]
            if OUR_FOLDERS.fullmatch(name):
                found.setdefault(name, []).append(one)
        return found

    def _of_no_record(self, job_id: str, files: Sequence[Kept]) -> list[Kept]:
        """Versions that no record names any more: a process died between keeping and recording, or removing, them."""
        recorded = {key_of(f"{job_id}/{one.name}", one.sha256) for one in self._store.files.of(job_id)}
        return [one for one in files if one.age > HALF_WRITTEN and one.key not in recorded]

    def _remove(self, orphan: Orphan) -> int:
        storage, (folder, _, _file) = self._job_folders.storage, orphan.name.partition("/")
        files = self._kept(folder).get(folder, [])
        if orphan.name != folder:
            files = [one for one in self._of_no_record(folder, files) if one.key == orphan.name]
        elif self._store.chores.is_recorded(folder) or any(one.age <= SETTLED for one in files):
            return 0
        for one in files:
            storage.remove_key(one.key)
        return sum(one.bytes for one in files)
