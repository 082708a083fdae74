"""A job's files: its folder, its poster, and the job.json next to its video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.service.housekeeping import Housekeeping

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.model.records import FileRecord, JobRecord
    from jobs.service.context import ServiceContext
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

    def first_frame(self, job: JobRecord) -> Path | None:
        """The file of a job's first frame in the size of its render; None where it has no frame yet."""
        self._context.check_sees(job)
        return self._folders.shown_frame(job)

    def poster(self, job_id: str) -> Path | None:
        """The job's poster, made when it is first asked for; None if there is nothing to make it from yet."""
        return self._folders.poster(self._context.get(job_id))

    def weigh(self, job_id: str) -> int:
        """The bytes on the disk that come free when the job is deleted."""
        return self._folders.weigh(self._context.get(job_id))

    def housekeeping(self) -> Housekeeping:
        """The housekeeping of the whole disk; raises NotAllowed."""
        self._context.check_steers()
        return Housekeeping(self._context.settings, self._context.store, self._folders)
