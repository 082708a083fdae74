"""Housekeeping: how much disk is used, what belongs to no job, and which jobs are older than the retention time.

Only folders named like jobs, and in them only files named like a job's, are ever looked at or removed.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from core.background import OnStep
from core.errors import FilesNotRemoved, NoBucket
from jobs.model.states import FINAL, JobState
from jobs.store.writes import now

if TYPE_CHECKING:
    from config import Settings
    from jobs.store.folders import Folders
    from jobs.store.store import Store

RETENTION = "retention"
AGES = (7, 30, 90, 365)  # days; what is older than the last is the rest
OUR_FOLDERS = re.compile(r"(\d{8}-\d{6}-[0-9a-f]{6}|batch-[0-9a-f]{14}-[0-9a-f]{6}|film-[0-9a-f]{40}(-\d{1,3})?)")
_OUR_FILES = re.compile(
    r"job\.json|(image_prompt|visual_elements|video_description)\.txt|first_frame\.png"
    r"|first_frame_original(_v\d+)?\.[a-z0-9]{1,5}|poster\.jpg|video\.mp4|video-(labelled|light)\.mp4|(joined|film)-[0-9a-f]{16}\.mp4"
    r"|\..+\.part|\.answer-.+"
)
SETTLED = 3600.0  # seconds: a folder is there a moment before its job is recorded
HALF_WRITTEN = 86_400.0


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


@dataclass(frozen=True)
class Uploaded:
    """Files and bytes that went into the bucket, files that were there before, and those that this machine lacks."""

    files: int
    bytes: int
    there: int
    missing: int


class Housekeeping:
    """For those who may act for everybody. Only what is named, or what the settings say, is removed."""

    def __init__(self, settings: Settings, store: Store, folders: Folders) -> None:
        self._settings, self._store, self._job_folders = settings, store, folders

    # ---- looking -----------------------------------------------------------------------------------------------

    def look(self, on_step: OnStep) -> Usage:
        """Walk through all folders of jobs; ``on_step(done, all)`` follows the folders."""
        known, folders = self._store.chores.jobs(), self._folders()
        by_state: dict[JobState, Amount] = {}
        by_age = [Amount()] * (len(AGES) + 1)
        orphans: list[Orphan] = []
        for number, folder in enumerate(folders, 1):
            if folder in known:
                (state, created), size = known[folder], self._size(folder)
                by_state[state] = by_state.get(state, Amount()).more(size)
                place = _place(now() - created)
                by_age[place] = by_age[place].more(size)
                orphans += self._left_in(folder)
            elif (ours := self._left_alone(folder)) is not None:
                orphans.append(Orphan(folder, ours))
            on_step(number, len(folders))
        return Usage(by_state, tuple(by_age), tuple(orphans))

    def _folders(self) -> list[str]:
        with os.scandir(self._settings.output_dir) as entries:
            ours = (one for one in entries if OUR_FOLDERS.fullmatch(one.name) and one.is_dir(follow_symlinks=False))
            return [one.name for one in ours]

    def _size(self, folder: str) -> int:
        return sum(_sizes(self._settings.output_dir / folder).values())

    def _left_in(self, folder: str) -> list[Orphan]:
        """Files in a job's folder that belong to nothing."""
        path = self._settings.output_dir / folder
        sizes = _sizes(path)
        return [Orphan(f"{folder}/{name}", sizes[name]) for name in _half_written(path, sizes)]

    def _left_alone(self, folder: str) -> int | None:
        """The bytes of our files in a folder of no job; None where it may still become a job's."""
        path = self._settings.output_dir / folder
        if unchanged_for(path) <= SETTLED:
            return None
        sizes = _sizes(path)
        return sum(sizes[name] for name in sizes if _OUR_FILES.fullmatch(name))

    # ---- removing ----------------------------------------------------------------------------------------------

    def remove(self, orphans: Sequence[Orphan]) -> int:
        """Remove what was found, as far as it is still nobody's; returns the bytes that came free."""
        return sum(map(self._remove, orphans))

    def _remove(self, orphan: Orphan) -> int:
        folder_name, _, file_name = orphan.name.partition("/")
        folder = self._settings.output_dir / folder_name
        if not OUR_FOLDERS.fullmatch(folder_name) or folder.is_symlink() or not folder.is_dir():
            return 0
        if file_name:
            found = [name for name in _half_written(folder, _sizes(folder)) if name == file_name]
            return sum(removed(folder / name) for name in found)
        if self._store.chores.is_recorded(folder_name) or unchanged_for(folder) <= SETTLED:
            return 0
        freed = sum(removed(folder / name) for name in _sizes(folder) if _OUR_FILES.fullmatch(name))
        with suppress(OSError):  # something of somebody else's is in it, and stays
            folder.rmdir()
        return freed

    # ---- copies of what is in a bucket -------------------------------------------------------------------------

    def upload(self, on_step: OnStep) -> Uploaded:
        """Bring into the bucket what this machine has and the bucket has not; what is there already is left alone.

        Raises:
            NoBucket: OUTPUT_DIR has everything.
            StorageError: what was uploaded stays; called again it goes on.
        """
        raise NoBucket

    def owe_left(self) -> None:
        """Have the storage keep what an earlier process bought and was killed before it could: no record names it.

        Another machine may go on with its job.
        """

    def drop_copies(self) -> int:
        """Remove from this machine what is in the bucket and was not used for as long as the settings say.

        Returns:
            The bytes that came free.

        Raises:
            StorageError
        """
        return 0

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
    return [name for name in parts if unchanged_for(folder / name) > HALF_WRITTEN]


def unchanged_for(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def removed(path: Path) -> int:
    try:
        size = path.stat().st_size
        path.unlink()
    except OSError:
        return 0
    return size


def _place(age: timedelta) -> int:
    return next((place for place, days in enumerate(AGES) if age < timedelta(days=days)), len(AGES))
