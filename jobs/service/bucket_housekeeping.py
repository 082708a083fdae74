"""Housekeeping of a bucket: what is in it counts; what a machine has copies of is dropped where nobody uses it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.background import OnStep
from jobs.model.states import FINAL
from jobs.service.housekeeping import (
    HALF_WRITTEN,
    OUR_FOLDERS,
    SETTLED,
    Housekeeping,
    Orphan,
    Uploaded,
    removed,
    unchanged_for,
)
from jobs.storage.base import Kept, key_of
from jobs.storage.bucket import COPIES, was_in_bucket
from jobs.store.response_cache import ANSWERS

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

    # ---- copies on this machine --------------------------------------------------------------------------------

    def owe_left(self) -> None:
        known, storage, root = self._store.chores.jobs(), self._job_folders.storage, self._settings.output_dir
        for path in root.glob(f"*/{ANSWERS}*"):
            job = known.get(path.parent.name)
            if job is not None and job[0] not in FINAL:
                storage.owe(path.relative_to(root).as_posix())

    def upload(self, on_step: OnStep) -> Uploaded:
        storage, root = self._job_folders.storage, self._settings.output_dir
        for folder in (*root.glob("presets/*/"), *root.glob("films/*/cards/")):
            storage.sync(folder.relative_to(root).as_posix())
        there = {one.key for one in storage.kept()}
        names = [*self._recorded(), *((name, "") for name in self._loose())]
        files = size = before = missing = 0
        for number, (name, sha256) in enumerate(names, 1):
            if key_of(name, sha256) in there:
                before += 1
            elif storage.is_copy(name, sha256):
                storage.keep(name, sha256)
                files, size = files + 1, size + (root / name).stat().st_size
            else:
                missing += 1
            on_step(number, len(names))
        return Uploaded(files, size, before, missing)

    def _recorded(self) -> Iterator[tuple[str, str]]:
        for job_id in sorted(self._store.chores.jobs()):
            for one in self._store.files.of(job_id):
                yield f"{job_id}/{one.name}", one.sha256

    def _loose(self) -> Iterator[str]:
        """Pictures and music of films, and of forms: no record has their SHA-256."""
        root = self._settings.output_dir
        for path in (*root.glob("films/*/*"), *root.glob("films/*/drawn/*"), *root.glob("forms/*/*")):
            if path.is_file() and path.suffix != ".part":
                yield path.relative_to(root).as_posix()

    def drop_copies(self) -> int:
        days, known, freed = self._settings.storage_copy_days, self._store.chores.jobs(), 0
        for folder in super()._folders():
            if folder not in known:
                freed += self._deleted_elsewhere(folder)
            elif days and known[folder][0] in FINAL:
                freed += self._unused(folder, time.time() - days * 86_400)
        return freed

    def _unused(self, job_id: str, before: float) -> int:
        """Drop copies of a job that has ended."""
        path, storage = self._settings.output_dir / job_id, self._job_folders.storage
        recorded = [one for one in self._store.files.of(job_id) if _used_at(path / one.name) < before]
        there = {one.key for one in storage.kept(job_id)} if recorded else set()
        kept = ((f"{job_id}/{one.name}", one.sha256) for one in recorded)
        copies = [path.parent / one[0] for one in kept if key_of(*one) in there and storage.is_copy(*one)]
        copies += [one for one in path.glob(f"{COPIES}/*/*") if _used_at(one) < before]
        copies += path.glob(f"{ANSWERS}*")  # of a process that was killed: another machine has ended the job
        return sum(map(removed, copies))

    def _deleted_elsewhere(self, folder: str) -> int:
        """Remove copies of a job that another machine deleted: its record and its files in the bucket are gone."""
        path = self._settings.output_dir / folder
        is_copy = was_in_bucket(path, self._settings) and unchanged_for(path) > SETTLED
        if not is_copy or self._store.chores.is_recorded(folder) or self._kept(folder):
            return 0
        size = super()._size(folder)
        shutil.rmtree(path, ignore_errors=True)
        return size


def _used_at(path: Path) -> float:
    """When a file was read or written last; later than everything where there is none."""
    try:
        seen = path.stat()
    except OSError:
        return float("inf")
    return max(seen.st_atime, seen.st_mtime)
