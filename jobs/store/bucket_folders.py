"""Job folders where there is a bucket: what is recorded counts, and this machine has copies of it."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from core.errors import MovaError, StorageError
from jobs.model.records import FileRecord, JobRecord, StepRecord
from jobs.model.states import SENT
from jobs.storage.base import VERSION_LETTERS
from jobs.store.folders import Folders
from record.folder import FIRST_FRAME, POSTER, RECORD, VIDEO, RunFolder, file_inside

if TYPE_CHECKING:
    from pathlib import Path

    from config import Settings
    from jobs.store.store import Store


def folders_of(settings: Settings, store: Store) -> Folders:
    """The folders of OUTPUT_DIR, or of the bucket that the settings name.

    Raises:
        StorageLibraryMissing
    """
    return Folders(settings, store) if settings.storage_url is None else BucketFolders(settings, store)


class BucketFolders(Folders):
    """What reads a recorded file asks for it here: it may have been written elsewhere."""

    def has(self, job_id: str, name: str) -> bool:
        return self._record(job_id, name) is not None

    def size(self, job_id: str, name: str) -> int | None:
        found = self._record(job_id, name)
        return found.bytes if found else None

    def digest(self, job_id: str, name: str) -> str | None:
        found = self._record(job_id, name)
        return found.sha256 if found else None

    def is_here(self, job_id: str, name: str) -> bool:
        found, path = self._record(job_id, name), self.path(job_id) / name
        return found is not None and path.is_file() and path.stat().st_size == found.bytes

    def check_reach(self, job_id: str, name: str) -> None:
        if (found := self._record(job_id, name)) and not self.is_here(job_id, name):
            self.storage.check_reach(f"{job_id}/{name}", found.sha256)

    def here(self, job_id: str, name: str) -> Path | None:
        path = file_inside(self.path(job_id), name)
        if name == RECORD and (job := self._store.jobs.get(job_id)):
            self.write_record(job)
            return path
        before: FileRecord | None = None
        while (one := self._record(job_id, name)) and one != before:  # written anew meanwhile
            if found := self.storage.bring(f"{job_id}/{name}", one.sha256, one.bytes):
                return found
            before = one
        return None

    def work_on(self, job_id: str, name: str) -> Path | None:
        found, place = self.here(job_id, name), self.path(job_id) / name
        if found is not None and found != place:
            RunFolder(self.path(job_id)).write(name, found.read_bytes())
            return place
        return found

    def made_of(self, job_id: str, name: str, source: str) -> Path | None:
        return self.here(job_id, name) if self._is_newer(job_id, name, (source,)) else None

    def frame_version(self, job: JobRecord) -> str | None:
        if made := self.digest(job.id, FIRST_FRAME):
            return made[:VERSION_LETTERS]
        if job.request.white_frame:
            return "white"
        chosen = self._store.steps.chosen(job.id).get("first_frame")
        return f"v{chosen.version}" if chosen and chosen.output and self.has(job.id, chosen.output) else None

    def frame_digest(self, job: JobRecord, chosen: StepRecord) -> str:
        sent = self.digest(job.id, FIRST_FRAME) if job.state in SENT else None
        if sent and chosen.output and not self.is_here(job.id, chosen.output):  # no picture is fetched for that
            return sent
        return super().frame_digest(job, chosen)

    def make_ahead(self, job: JobRecord) -> None:
        with suppress(MovaError):  # whoever looks at it makes it
            self.poster(job)

    def poster(self, job: JobRecord) -> Path | None:
        if self._is_newer(job.id, POSTER, (VIDEO, FIRST_FRAME)):
            return self.here(job.id, POSTER)
        return super().poster(job)

    def whole(self, job_id: str, *, leave_out: Collection[str] = ()) -> Path:
        for one in self._store.files.of(job_id):
            if one.name not in leave_out:
                self.work_on(job_id, one.name)
        if job := self._store.jobs.get(job_id):
            self.write_record(job)
        return super().whole(job_id)

    def address(self, job_id: str, name: str) -> str | None:
        found = self._record(job_id, name)
        return self.storage.address(f"{job_id}/{name}", found.sha256) if found else None

    def weigh(self, job: JobRecord) -> int:
        return sum(one.bytes for one in self._store.files.of(job.id))

    def _recorded(self, file: FileRecord) -> None:
        before = self._record(file.job_id, file.name)
        super()._recorded(file)
        if before is not None and before.sha256 != file.sha256:  # needed by nobody any more
            with suppress(StorageError):  # housekeeping finds what stays
                self.storage.remove_older(f"{file.job_id}/{file.name}", file.sha256)

    def _record(self, job_id: str, name: str) -> FileRecord | None:
        return next((one for one in self._store.files.of(job_id) if one.name == name), None)

    def _is_newer(self, job_id: str, name: str, sources: tuple[str, ...]) -> bool:
        """Whether a recorded file is newer than the first recorded one of these."""
        records = {one.name: one for one in self._store.files.of(job_id)}
        made, source = records.get(name), next((records[one] for one in sources if one in records), None)
        return bool(made and source and made.created and source.created and made.created >= source.created)
