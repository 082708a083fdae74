"""Housekeeping: how much disk is used, what belongs to no job, and which jobs are older than the retention time.

Only folders named like jobs, and in them only files named like a job's, are ever looked at or removed.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from core.background import OnStep
from core.errors import FilesNotRemoved
from jobs.model.states import FINAL, JobState
from jobs.storage.base import Kept, key_of
from jobs.store.writes import now

if TYPE_CHECKING:
    from config import Settings
    from jobs.store.folders import Folders
    from jobs.store.store import Store

RETENTION = "retention"
AGES = (7, 30, 90, 365)  # days; what is older than the last is the rest
_OUR_FOLDERS = re.compile(r"(\d{8}-\d{6}-[0-9a-f]{6}|batch-[0-9a-f]{14}-[0-9a-f]{6}|film-[0-9a-f]{40}(-\d{1,3})?)")
_OUR_FILES = re.compile(
    r"job\.json|(image_prompt|visual_elements|video_description)\.txt|first_frame\.png"
    r"|first_frame_original(_v\d+)?\.[a-z0-9]{1,5}|poster\.jpg|video\.mp4|video-(labelled|light)\.mp4|(joined|film)-[0-9a-f]{16}\.mp4"
    r"|\..+\.part|\.answer-.+"
)
_SETTLED = 3600.0  # seconds: a folder is there a moment before its job is recorded
_HALF_WRITTEN = 86_400.0


@dataclass(frozen=True)
class Amount:
    """How many jobs, and the bytes of their folders."""

    jobs: int = 0
    bytes: int = 0

    def more(self, size: int) -> Amount:
        return Amount(self.jobs + 1, self.bytes + size)


@dataclass(frozen=True)
class Orphan:
    """A folder of a job that is not recorded, or a file that was never finished; ``name`` is below OUTPUT_DIR."""

    name: str
    bytes: int


@dataclass(frozen=True)
class Usage:
    """What is on the disk; ``by_age`` has one amount for each of AGES and one for what is older."""

    by_state: dict[JobState, Amount]
    by_age: tuple[Amount, ...]
    orphans: tuple[Orphan, ...]

    @property
    def whole(self) -> Amount:
        amounts = self.by_state.values()
        return Amount(sum(one.jobs for one in amounts), sum(one.bytes for one in amounts))


class Housekeeping:
    """For those who may act for everybody. Only what is named, or what the settings say, is removed."""

    def __init__(self, settings: Settings, store: Store, folders: Folders) -> None:
        self._settings, self._store, self._job_folders = settings, store, folders

    # ---- looking -----------------------------------------------------------------------------------------------

    def look(self, on_step: OnStep) -> Usage:
        """Walk through all folders of jobs; ``on_step(done, all)`` follows the folders."""
        if self._job_folders.storage.is_remote:
            return self._look_into_bucket(on_step)
        known, folders = self._store.chores.jobs(), list(self._folders())
        by_state: dict[JobState, Amount] = {}
        by_age = [Amount()] * (len(AGES) + 1)
        orphans: list[Orphan] = []
        for number, folder in enumerate(folders, 1):
            sizes = _sizes(folder)
            if folder.name in known:
                state, created = known[folder.name]
                by_state[state] = by_state.get(state, Amount()).more(sum(sizes.values()))
                place = _place(now() - created)
                by_age[place] = by_age[place].more(sum(sizes.values()))
                orphans += [Orphan(f"{folder.name}/{name}", sizes[name]) for name in _half_written(folder, sizes)]
            elif _unchanged_for(folder) > _SETTLED:
                orphans.append(Orphan(folder.name, sum(sizes[name] for name in sizes if _OUR_FILES.fullmatch(name))))
            on_step(number, len(folders))
        return Usage(by_state, tuple(by_age), tuple(orphans))

    def _look_into_bucket(self, on_step: OnStep) -> Usage:
        known, kept = self._store.chores.jobs(), self._kept()
        by_state: dict[JobState, Amount] = {}
        by_age = [Amount()] * (len(AGES) + 1)
        orphans: list[Orphan] = []
        for number, (name, files) in enumerate(sorted(kept.items()), 1):
            if name in known:
                (state, created), size = known[name], sum(one.bytes for one in files)
                by_state[state] = by_state.get(state, Amount()).more(size)
                by_age[_place(now() - created)] = by_age[_place(now() - created)].more(size)
                orphans += [Orphan(one.key, one.bytes) for one in self._of_no_record(name, files)]
            elif min(one.age for one in files) > _SETTLED:
                orphans.append(Orphan(name, sum(one.bytes for one in files)))
            on_step(number, len(kept))
        return Usage(by_state, tuple(by_age), tuple(orphans))

    def _kept(self, folder: str = "") -> dict[str, list[Kept]]:
        """What is in the bucket, by the job that it is of."""
        found: dict[str, list[Kept]] = {}
        for one in self._job_folders.storage.kept(folder):
            name = one.key.partition("/")[0]
            if _OUR_FOLDERS.fullmatch(name):
                found.setdefault(name, []).append(one)
        return found

    def _of_no_record(self, job_id: str, files: Sequence[Kept]) -> list[Kept]:
        """Versions that no record names any more: a process died between keeping and recording, or removing, them."""
        recorded = {key_of(f"{job_id}/{one.name}", one.sha256) for one in self._store.files.of(job_id)}
        return [one for one in files if one.age > _HALF_WRITTEN and one.key not in recorded]

    def _remove_from_bucket(self, orphan: Orphan) -> int:
        storage, (folder, _, _file) = self._job_folders.storage, orphan.name.partition("/")
        files = self._kept(folder).get(folder, [])
        if orphan.name != folder:
            files = [one for one in self._of_no_record(folder, files) if one.key == orphan.name]
        elif self._store.chores.is_recorded(folder) or any(one.age <= _SETTLED for one in files):
            return 0
        for one in files:
            storage.remove_key(one.key)
        return sum(one.bytes for one in files)

    def _folders(self) -> Iterator[Path]:
        with os.scandir(self._settings.output_dir) as entries:
            for entry in entries:
                if _OUR_FOLDERS.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                    yield Path(entry.path)

    # ---- removing ----------------------------------------------------------------------------------------------

    def remove(self, orphans: Sequence[Orphan]) -> int:
        """Remove what was found, as far as it is still nobody's; returns the bytes that came free."""
        return sum(map(self._remove, orphans))

    def _remove(self, orphan: Orphan) -> int:
        if self._job_folders.storage.is_remote:
            return self._remove_from_bucket(orphan)
        folder_name, _, file_name = orphan.name.partition("/")
        folder = self._settings.output_dir / folder_name
        if not _OUR_FOLDERS.fullmatch(folder_name) or folder.is_symlink() or not folder.is_dir():
            return 0
        if file_name:
            found = [name for name in _half_written(folder, _sizes(folder)) if name == file_name]
            return sum(_removed(folder / name) for name in found)
        if self._store.chores.is_recorded(folder_name) or _unchanged_for(folder) <= _SETTLED:
            return 0
        freed = sum(_removed(folder / name) for name in _sizes(folder) if _OUR_FILES.fullmatch(name))
        with suppress(OSError):  # something of somebody else's is in it, and stays
            folder.rmdir()
        return freed

    # ---- retention ---------------------------------------------------------------------------------------------

    def retire(self, go_on: Callable[[], bool]) -> Amount | None:
        """Once a day delete the jobs that ended longer ago than the settings keep them; None where it is not time.

        Favourites stay, and whatever has not ended, and shots that a job which stays goes on from.

        Args:
            go_on: asked before each job; where it says no the rest is done another day.
        """
        days = self._settings.retention_days
        if not days or not self._store.chores.begin(RETENTION, timedelta(days=1)):
            return None
        before, retired = now() - timedelta(days=days), Amount()
        while True:
            sizes = [self._retired(job_id, go_on) for job_id in self._store.chores.outlived(before)]
            freed = [size for size in sizes if size is not None]
            if not freed:
                return retired
            for size in freed:  # and then what only these went on from
                retired = retired.more(size)

    def _retired(self, job_id: str, go_on: Callable[[], bool]) -> int | None:
        """The bytes that came free; None where the job stays."""
        job = self._store.jobs.get(job_id) if go_on() else None
        if job is None or job.deleted or job.favourite or job.state not in FINAL:  # changed just now
            return None
        try:
            return self._job_folders.finish_delete(job) if self._store.jobs.delete(job_id) else None
        except FilesNotRemoved:  # reported on each retry; the other jobs are deleted nevertheless
            return 0


def _sizes(folder: Path) -> dict[str, int]:
    """The plain files in a folder; one that several jobs have counts in parts, so that all together are right."""
    try:
        with os.scandir(folder) as entries:
            plain = (entry for entry in entries if entry.is_file(follow_symlinks=False))
            return {entry.name: _share(entry.stat(follow_symlinks=False)) for entry in plain}
    except OSError:  # deleted in this moment
        return {}


def _share(found: os.stat_result) -> int:
    return found.st_size // max(found.st_nlink, 1)


def _half_written(folder: Path, sizes: dict[str, int]) -> list[str]:
    """Files that a process has left behind which died while it wrote them."""
    parts = [name for name in sizes if name.startswith(".") and name.endswith(".part")]
    return [name for name in parts if _unchanged_for(folder / name) > _HALF_WRITTEN]


def _unchanged_for(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _removed(path: Path) -> int:
    try:
        size = path.stat().st_size
        path.unlink()
    except OSError:
        return 0
    return size


def _place(age: timedelta) -> int:
    return next((place for place, days in enumerate(AGES) if age < timedelta(days=days)), len(AGES))
