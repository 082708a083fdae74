"""A job's folder as the engine uses it: pictures by version, the frame as it is sent, and job.json."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from core.errors import BucketUnusable, FilesNotRemoved, MovaError, ReferenceMissing, StorageError
from core.references import ReferenceFile
from core.steps import Step
from jobs.model.records import FileRecord, JobRecord, StepRecord
from jobs.model.states import AT_REST
from jobs.storage.choose import storage_of
from jobs.store.run_records import run_record
from record.folder import FIRST_FRAME, POSTER, VIDEO, RunFolder, RunRecord, file_inside

if TYPE_CHECKING:
    from pathlib import Path

    from config import Settings
    from jobs.model.request import JobRequest
    from jobs.store.store import Store
    from media.crop import CropChoice
    from media.videos import VideoFacts

TEXT_FILES: dict[Step, str] = {
    "image_prompt": "image_prompt.txt",
    "visual_elements": "visual_elements.txt",
    "video_description": "video_description.txt",
}


def reference_name(digest: str) -> str:
    """The file of a reference picture in a job's folder."""
    return f"reference_{digest[:32]}"


class Folders:
    """All folders below OUTPUT_DIR, where everything is that is recorded; BucketFolders fetches what is not there."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self.storage = storage_of(settings)

    # ---- files that may have been written elsewhere ----------------------------------------------------------------

    def has(self, job_id: str, name: str) -> bool:
        """Whether a job has such a file; nothing is fetched."""
        return (self.path(job_id) / name).is_file()

    def size(self, job_id: str, name: str) -> int | None:
        """The bytes of a job's file; None where there is none. Nothing is fetched."""
        try:
            return (self.path(job_id) / name).stat().st_size
        except OSError:
            return None

    def digest(self, job_id: str, name: str) -> str | None:
        """The SHA-256 of a job's file; None where there is none. Nothing is fetched."""
        try:
            with (self.path(job_id) / name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None

    def here(self, job_id: str, name: str) -> Path | None:
        """A job's file on this machine, fetched where it is not here; None where there is none.

        Raises:
            FileMissing: the name leads out of the job's folder.
            StorageError: it could not be fetched.
        """
        path = file_inside(self.path(job_id), name)
        return path if path.is_file() else None

    def is_here(self, job_id: str, name: str) -> bool:
        """Whether ``here`` has nothing to fetch for it."""
        return self.has(job_id, name)

    def check_reach(self, job_id: str, name: str) -> None:
        """Make sure that a file could be fetched where it is not here; raises StorageError."""

    def work_on(self, job_id: str, name: str) -> Path | None:
        """The same in its own place in the job's folder, where what comes next reads or changes it."""
        return self.here(job_id, name)

    def made_of(self, job_id: str, name: str, source: str) -> Path | None:
        """A file that is made from another one, on this machine; None where it is not there or older than that."""
        made, of = self.path(job_id) / name, self.path(job_id) / source
        return made if made.is_file() and made.stat().st_mtime_ns >= of.stat().st_mtime_ns else None

    def whole(self, job_id: str, *, leave_out: Collection[str] = ()) -> Path:
        """A job's folder with all that is recorded of it; names that are to be left out are not fetched for it."""
        return self._folder(job_id).path

    def address(self, job_id: str, name: str) -> str | None:
        """A short-lived address of a file in the bucket; None where this machine sends it."""
        return None

    def forget_file(self, job_id: str, name: str) -> None:
        """Remove a file of a job, and the record of it."""
        (self.path(job_id) / name).unlink(missing_ok=True)
        self._store.files.forget(job_id, name)
        with suppress(StorageError):  # housekeeping finds what stays
            self.storage.remove(f"{job_id}/{name}")

    # ---- writing and reading ---------------------------------------------------------------------------------------

    def of(self, job: JobRecord) -> RunFolder:
        """The job's folder, made where it is not there."""
        return self._folder(job.id)

    def _folder(self, job_id: str) -> RunFolder:
        folder = RunFolder(self.path(job_id))
        if not folder.path.is_dir():
            RunFolder.create(folder.path.parent, folder.path.name)
        return folder

    def original_name(self, version: int, suffix: str) -> str:
        return f"first_frame_original_v{version}.{suffix}"

    def put(self, job_id: str, kind: str, name: str, data: bytes, *, like: Path | None = None) -> FileRecord:
        """Write a file of a job, which need not be recorded yet; returns what is to be recorded of the file.

        Args:
            like: a file of another job; where it holds the same bytes, they are stored once for both.
        """
        folder = self._folder(job_id)
        if not (like and like.is_file() and like.read_bytes() == data and folder.link(name, like)):
            folder.write(name, data)
        return self.file_record(job_id, kind, name)

    def put_reference(self, job_id: str, digest: str, data: bytes, *, like: Path | None = None) -> FileRecord:
        """Write a reference picture of a job; returns what is to be recorded of the file.

        Args:
            like: the folder of another job, which may hold the same picture.
        """
        name = reference_name(digest)
        return self.put(job_id, "reference", name, data, like=like / name if like else None)

    def references_there(self, job: JobRecord, request: JobRequest) -> dict[str, bytes]:
        """Those of a request's reference pictures that lie in a job's folder, by their SHA-256."""
        found = dict[str, bytes]()
        for one in request.references:
            with suppress(OSError):
                if path := self.here(job.id, reference_name(one.sha256)):
                    found[one.sha256] = path.read_bytes()
        return found

    def references(self, job: JobRecord) -> tuple[ReferenceFile, ...]:
        """The reference pictures of a job.

        Raises:
            ReferenceMissing: one is not there, or is not the one that was ordered.
        """
        there = self.references_there(job, job.request)
        for one in job.request.references:
            data = there.get(one.sha256)
            if data is None or hashlib.sha256(data).hexdigest() != one.sha256:
                raise ReferenceMissing(name=one.name)
        return tuple(ReferenceFile(one, there[one.sha256]) for one in job.request.references)

    def keep(self, job: JobRecord, kind: str, name: str, data: bytes) -> None:
        """Write a file of the job and record it."""
        self._recorded(self.put(job.id, kind, name, data))

    def _recorded(self, file: FileRecord) -> None:
        """Record a file, over an earlier version of it."""
        self._store.files.record(file)

    def record_file(self, job: JobRecord, kind: str, name: str) -> None:
        """Record a file that is in the folder already."""
        self._recorded(self.file_record(job.id, kind, name))

    def file_record(self, job_id: str, kind: str, name: str) -> FileRecord:
        """What is to be recorded of a file that is in a job's folder; every machine finds it from then on.

        Raises:
            StorageError: it could not be kept for the others; it is here.
        """
        path = file_inside(self._folder(job_id).path, name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.storage.keep(f"{job_id}/{name}", digest)
        return FileRecord(job_id=job_id, kind=kind, name=name, sha256=digest, bytes=path.stat().st_size)

    def first_frame(self, job: JobRecord, chosen: StepRecord | None) -> bytes:
        """The frame as it is rendered from: the chosen original in the job's crop and size, white where asked.

        The file ``first_frame.png`` is brought up to date with it.
        """
        request = job.request
        self.of(job)
        if not request.white_frame and (chosen is None or chosen.output is None):
            return b""
        png = self._cropped(job, chosen, request.crop)
        target = self.work_on(job.id, FIRST_FRAME)
        if target is None or target.read_bytes() != png:
            self.keep(job, "first_frame", FIRST_FRAME, png)
        return png

    def shown_frame(self, job: JobRecord) -> Path | None:
        """The file of the first frame as it is rendered from, made where it is not there yet; None without a frame.

        Raises:
            BucketUnusable
        """
        try:
            if path := self.here(job.id, FIRST_FRAME):
                return path
            self.first_frame(job, self._store.steps.chosen(job.id).get("first_frame"))
            return self.here(job.id, FIRST_FRAME)
        except BucketUnusable:
            raise
        except MovaError:
            return None

    def frame_version(self, job: JobRecord) -> str | None:
        """A word for addresses that changes when ``shown_frame`` does; None without a frame. Nothing is fetched."""
        path = self.shown_frame(job)
        return str(path.stat().st_mtime_ns) if path else None

    def frame_digest(self, job: JobRecord, chosen: StepRecord) -> str:
        """The SHA-256 of the frame that ``first_frame`` would give; nothing is written.

        Raises:
            FileMissing, PictureError: the picture is gone, or cannot be cropped like that.
        """
        if chosen.output is None:
            return hashlib.sha256(b"").hexdigest()
        return hashlib.sha256(self._cropped(job, chosen, job.request.crop)).hexdigest()

    def poster(self, job: JobRecord) -> Path | None:
        """A small JPEG of the video, or of the first frame as long as there is none; made once. None without either.

        Raises:
            StorageError, StoreError
        """
        from media.posters import first_poster

        folder = self.of(job).path
        found = (self.here(job.id, VIDEO), self.shown_frame(job))
        sources = [path for path in found if path is not None]
        made = folder / POSTER
        if sources and not (made.is_file() and made.stat().st_mtime_ns == sources[0].stat().st_mtime_ns):
            picture = first_poster(sources)
            if picture is None:
                return None
            made_of = sources[0].stat().st_mtime_ns
            self.keep(job, "poster", POSTER, picture)
            os.utime(made, ns=(made_of, made_of))  # not the time of day, which may have been set back since
        return made if made.is_file() else None

    def make_ahead(self, job: JobRecord) -> None:
        """Make the poster of a finished video at once, where another machine would have to fetch the video for it."""

    def weigh(self, job: JobRecord) -> int:
        """The bytes that the job's folder takes on the disk for itself, and that come free with it."""
        found = (file.stat() for file in self.path(job.id).glob("**/*") if file.is_file())
        return sum(file.st_size for file in found if file.st_nlink == 1)

    def discard(self, job_id: str) -> None:
        """Delete the folder of a job that was not recorded after all."""
        shutil.rmtree(self._settings.output_dir / job_id, ignore_errors=True)
        with suppress(StorageError):
            self.storage.remove_folder(job_id)

    def check_crop(self, job: JobRecord, chosen: StepRecord | None, crop: CropChoice) -> None:
        """Try a crop of the chosen frame.

        Raises:
            PictureError: it is not possible.
        """
        if chosen is not None and chosen.output is not None:
            self._cropped(job, chosen, crop)

    def _cropped(self, job: JobRecord, chosen: StepRecord | None, crop: CropChoice) -> bytes:
        from media.frames import exact_frame, white_png

        if chosen is None or chosen.output is None or job.request.white_frame:
            return white_png(job.render)
        original = self.here(job.id, chosen.output) or file_inside(self.of(job).path, chosen.output)
        return exact_frame(original, job.render, crop, self._settings)

    def finish_delete(self, job: JobRecord) -> int:
        """Remove the files of a job that is recorded as deleted, then what is recorded of it; again after a crash.

        Returns:
            The bytes that came free. The record stays as long as the job holds a slot.

        Raises:
            FilesNotRemoved: some could not be; the record stays, so that it is tried again.
        """
        folder, freed = self.path(job.id), self.weigh(job)
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:  # by another process, or before
            pass
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)  # remove as many as possible
            if folder.exists():
                left = sum(not file.is_dir() for file in folder.glob("**/*"))
                raise FilesNotRemoved(job=job.id, n=left, reason=error.strerror or type(error).__name__) from None
        try:
            self.storage.remove_folder(job.id)
        except StorageError as error:
            n = len(self._store.files.of(job.id))
            raise FilesNotRemoved(job=job.id, n=n, reason=error.facts["reason"]) from None
        self._store.jobs.purge(job.id)
        return freed

    def finish_deletes(self) -> list[FilesNotRemoved]:
        """Finish what a process had begun to delete that was killed, or could not write; returns what still stays."""
        errors = []
        for job in filter(None, map(self._store.jobs.get, self._store.jobs.deleted())):
            try:
                self.finish_delete(job)
            except FilesNotRemoved as error:
                errors.append(error)
        return errors

    def path(self, job_id: str) -> Path:
        """Where a job's folder is, there or not."""
        return self._settings.output_dir / job_id

    def settle(self, job_id: str) -> None:
        """Make sure that the job.json of a job that has ended, or waits for its person, says so.

        Its process may have died between the end and the record of it, or another one written what it saw before.

        Raises:
            StorageError, StoreError
        """
        job = self._store.jobs.get(job_id)
        if job is None or job.deleted or job.state not in AT_REST:
            return
        if job.state == "completed" and self.of(job).told() == job.state:  # to write it would decode its film
            return
        if job.final:  # half a video of a process that was killed would stay for ever
            self.of(job).clear_parts()
        self.write_record(job)

    def write_record(self, job: JobRecord, video: VideoFacts | None = None) -> RunRecord:
        """Bring ``job.json`` up to date with the store; with a ``video``, to what is about to be in the store."""
        while True:
            record = self._write_record(job, video)
            now = self._store.jobs.get(job.id)
            if video or now is None or now.deleted or now.revision == job.revision:
                return record
            job = now  # changed meanwhile, perhaps also written: what we wrote must not be the last word

    def _write_record(self, job: JobRecord, video: VideoFacts | None) -> RunRecord:
        folder = self.of(job)
        chosen = self._store.steps.chosen(job.id)
        for step, name in TEXT_FILES.items():
            if step in chosen and chosen[step].output:
                folder.write_if_changed(name, f"{chosen[step].output}\n".encode())
        record = self.record_of(job, chosen.values(), video or self._facts(job))
        folder.save(record)
        return record

    def record_of(self, job: JobRecord, steps: Collection[StepRecord], video: VideoFacts | None) -> RunRecord:
        """The document of a job with these steps and this video; nothing is written."""
        record = run_record(job, steps)
        if digest := self.digest(job.id, FIRST_FRAME):
            record.first_frame, record.first_frame_sha256 = FIRST_FRAME, digest
        if video:
            record.take_video(video)
        return record

    def _facts(self, job: JobRecord) -> VideoFacts | None:
        """As they were recorded; of an older job they are read from the file."""
        from media.videos import VideoFacts, probe

        size = self.size(job.id, VIDEO) if job.state == "completed" else None
        if size is None:
            return None
        if (noted := job.bookkeeping.video) and noted["bytes"] == size:
            return VideoFacts(**noted)
        path = self.here(job.id, VIDEO)
        return probe(path) if path else None
