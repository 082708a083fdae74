"""A job's files: its folder, its poster, and the job.json next to its video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.service.bucket_housekeeping import housekeeping_of
from jobs.service.export import is_derived
from record.folder import VIDEO

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.model.records import FileRecord, JobRecord
    from jobs.service.context import ServiceContext
    from jobs.service.housekeeping import Housekeeping
    from jobs.storage.base import LocalStorage
    from record.folder import RunRecord


class JobFiles:
    """Raises UnknownJob for an id that this person has no job of."""

    def __init__(self, context: ServiceContext) -> None:
        self._context, self._folders = context, context.folders

    def recorded(self, job_id: str) -> tuple[FileRecord, ...]:
        """The job's files as they were recorded."""
        return self._context.store.files.of(self._context.get(job_id).id)

    def record(self, job_id: str) -> RunRecord:
        """The job as written to its job.json."""
        return self._folders.write_record(self._context.get(job_id))

    def folder(self, job_id: str) -> Path:
        """Where the job's files are."""
        return self.folder_of(self._context.get(job_id))

    def folder_of(self, job: JobRecord) -> Path:
        """The folder of a job that was already read."""
        self._context.check_sees(job)
        return self._folders.of(job).path

    def has(self, job: JobRecord, name: str) -> bool:
        """Whether a job has a file of this name; nothing is fetched for it."""
        self._context.check_sees(job)
        return self._folders.has(job.id, name)

    def size(self, job: JobRecord, name: str) -> int | None:
        """The bytes of such a file; None where there is none."""
        self._context.check_sees(job)
        return self._folders.size(job.id, name)

    def is_here(self, job: JobRecord, name: str) -> bool:
        """Whether ``path`` has nothing to fetch for it."""
        self._context.check_sees(job)
        return self._folders.is_here(job.id, name)

    def check_reach(self, job: JobRecord, name: str) -> None:
        """Make sure that a file could be fetched where it is not here; raises StorageError."""
        self._context.check_sees(job)
        self._folders.check_reach(job.id, name)

    def path(self, job: JobRecord, name: str) -> Path | None:
        """A file of a job on this machine, fetched from the bucket where it is not here; None where there is none.

        Raises:
            FileMissing: it would be elsewhere.
            StorageError: it could not be fetched.
        """
        self._context.check_sees(job)
        return self._folders.here(job.id, name)

    def address(self, job: JobRecord, name: str) -> str | None:
        """A short-lived address of a file in the bucket; None where this program sends it."""
        self._context.check_sees(job)
        return self._folders.address(job.id, name)

    def whole(self, job_id: str, *, videos: bool = True) -> Path:
        """The folder of a job with all its files here; ``videos`` False leaves those out."""
        job = self._context.get(job_id)
        derived = [one.name for one in self._context.store.files.of(job.id) if is_derived(one.name)]
        return self._folders.whole(job.id, leave_out=derived if videos else [*derived, VIDEO])

    @property
    def storage(self) -> LocalStorage:
        """Where small files of people, such as presets, are kept for all machines."""
        return self._folders.storage

    def first_frame(self, job: JobRecord) -> Path | None:
        """The file of a job's first frame in the size of its render; None where it has no frame yet.

        Raises:
            BucketUnusable
        """
        self._context.check_sees(job)
        return self._folders.shown_frame(job)

    def frame_version(self, job: JobRecord) -> str | None:
        """A word for addresses that changes when the first frame does; None without a frame. Nothing is fetched."""
        self._context.check_sees(job)
        return self._folders.frame_version(job)

    def poster(self, job_id: str) -> Path | None:
        """The job's poster, made when it is first asked for; None if there is nothing to make it from yet."""
        return self._folders.poster(self._context.get(job_id))

    def weigh(self, job_id: str) -> int:
        """The bytes on the disk that come free when the job is deleted."""
        return self._folders.weigh(self._context.get(job_id))

    def housekeeping(self) -> Housekeeping:
        """The housekeeping of the whole disk; raises NotAllowed."""
        self._context.check_steers()
        return housekeeping_of(self._context.settings, self._context.store, self._folders)
