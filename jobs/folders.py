"""A job's folder as the engine uses it: pictures by version, the frame as it is sent, the record beside the video."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection
from typing import TYPE_CHECKING

from errors import FileMissing, VideoUnplayable
from jobs.records import FileRecord, JobRecord, StepRecord
from jobs.wish import Wish, model_of, render_of, shown_server
from record.folder import FIRST_FRAME, POSTER, VIDEO, RunFolder, RunRecord
from step_result import Step
from version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from config import Settings
    from jobs.store import Store
    from media.crop import CropChoice
    from media.videos import VideoFacts

TEXT_FILES: dict[Step, str] = {
    "image_prompt": "image_prompt.txt",
    "visual_elements": "visual_elements.txt",
    "video_description": "video_description.txt",
}


class Folders:
    """All folders below OUTPUT_DIR."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

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
        return self._file_record(job_id, kind, name)

    def keep(self, job: JobRecord, kind: str, name: str, data: bytes) -> None:
        """Write a file of the job and record it."""
        self._store.files.record(self.put(job.id, kind, name, data))

    def record_file(self, job: JobRecord, kind: str, name: str) -> None:
        """Record a file that is in the folder already."""
        self._store.files.record(self._file_record(job.id, kind, name))

    def _file_record(self, job_id: str, kind: str, name: str) -> FileRecord:
        path = self._folder(job_id).path / name
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileRecord(job_id=job_id, kind=kind, name=name, sha256=digest, bytes=path.stat().st_size)

    def keep_copy(self, job: JobRecord, source: JobRecord, name: str, new_name: str) -> None:
        """Take over a picture of another job."""
        path = self.path(source.id) / name
        self._store.files.record(self.put(job.id, "original", new_name, path.read_bytes(), like=path))

    def first_frame(self, job: JobRecord, chosen: StepRecord | None) -> bytes:
        """The frame as it is rendered from: the chosen original in the job's crop and size, white where asked.

        The file ``first_frame.png`` is brought up to date with it.
        """
        wish, folder = Wish.of(job), self.of(job)
        if not wish.white_frame and (chosen is None or chosen.output is None):
            return b""
        png = self._cropped(job, chosen, wish.crop)
        target = folder.path / FIRST_FRAME
        if not target.is_file() or target.read_bytes() != png:
            self.keep(job, "first_frame", FIRST_FRAME, png)
        return png

    def poster(self, job: JobRecord) -> Path | None:
        """A small JPEG of the video, or of the first frame as long as there is none; made once. None without either.

        Raises:
            StorageError, StoreError
        """
        folder = self.of(job).path
        sources = [folder / name for name in (VIDEO, FIRST_FRAME) if (folder / name).is_file()]
        made = folder / POSTER
        if sources and not (made.is_file() and made.stat().st_mtime_ns >= sources[0].stat().st_mtime_ns):
            picture = next(filter(None, map(_small, sources)), None)
            if picture is None:
                return None
            self.keep(job, "poster", POSTER, picture)
        return made if made.is_file() else None

    def weigh(self, job: JobRecord) -> int:
        """The bytes that the job's folder takes on the disk for itself, and that come free with it."""
        found = (file.stat() for file in self.path(job.id).glob("**/*") if file.is_file())
        return sum(file.st_size for file in found if file.st_nlink == 1)

    def discard(self, job_id: str) -> None:
        """Delete the folder of a job that was not recorded after all."""
        shutil.rmtree(self._settings.output_dir / job_id, ignore_errors=True)

    def check_crop(self, job: JobRecord, chosen: StepRecord | None, crop: CropChoice) -> None:
        """Try a crop of the chosen frame.

        Raises:
            PictureError: it is not possible.
        """
        if chosen is not None and chosen.output is not None:
            self._cropped(job, chosen, crop)

    def _cropped(self, job: JobRecord, chosen: StepRecord | None, crop: CropChoice) -> bytes:
        from media.frames import exact_frame, white_png

        if chosen is None or chosen.output is None or Wish.of(job).white_frame:
            return white_png(render_of(job))
        return exact_frame(self.of(job).path / chosen.output, render_of(job), crop, self._settings)

    def remove(self, job: JobRecord) -> int:
        """Delete the job's folder from the disk; returns the bytes that came free."""
        freed = self.weigh(job)
        shutil.rmtree(self.path(job.id), ignore_errors=True)
        return freed

    def path(self, job_id: str) -> Path:
        """Where a job's folder is, there or not."""
        return self._settings.output_dir / job_id

    def settle(self, job_id: str) -> None:
        """See that the files of a job that has ended, or waits for its person, say so.

        Its process may have died between the end and the record of it, or another one written what it saw before.

        Raises:
            StorageError, StoreError
        """
        job = self._store.jobs.get(job_id)
        if job is None or job.deleted or not (job.final or job.state == "waiting"):
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
        record = self.record_of(job, chosen.values(), video or self._facts(folder, job))
        folder.save(record)
        return record

    def record_of(self, job: JobRecord, steps: Collection[StepRecord], video: VideoFacts | None) -> RunRecord:
        """The document of a job with these steps and this video; nothing is written."""
        record = run_record(job, steps)
        frame = self.of(job).path / FIRST_FRAME
        if frame.is_file():
            record.first_frame = FIRST_FRAME
            record.first_frame_sha256 = hashlib.sha256(frame.read_bytes()).hexdigest()
        if video:
            record.take_video(video)
        return record

    def _facts(self, folder: RunFolder, job: JobRecord) -> VideoFacts | None:
        from media.videos import probe

        path = folder.path / VIDEO
        return probe(path) if job.state == "completed" and path.is_file() else None


def _small(source: Path) -> bytes | None:
    """The poster of a file; None where it cannot be read."""
    from media.posters import poster

    try:
        return poster(source)
    except (FileMissing, VideoUnplayable):
        return None


def run_record(job: JobRecord, steps: Collection[StepRecord]) -> RunRecord:
    """The store's view of a job as the document beside its video."""
    wish = Wish.of(job)
    record = RunRecord(id=job.id, mode=job.mode, state=job.state, program=VERSION, parent=job.parent)
    record.extends = job.extends
    record.created = job.created.isoformat(timespec="seconds")
    record.submitted = job.sent.isoformat(timespec="seconds") if job.sent else None
    record.finished = job.finished.isoformat(timespec="seconds") if job.finished else None
    record.orientation, record.white_frame, record.captions = wish.orientation, wish.white_frame, wish.captions
    record.subtitle_marker, record.trim_negative_prompt = wish.subtitle_marker, wish.trim_negative_prompt
    record.crop = {"mode": wish.crop_mode, "shift": wish.crop_shift}
    record.source_picture = wish.source_picture
    record.description = wish.text if job.mode == "full" else None
    record.take_settings(render_of(job))
    record.server, record.server_job_id, record.preview = shown_server(job), job.server_job_id, job.preview
    record.server_model, record.server_version = model_of(job.model), job.server_version
    record.look = None if job.look is None else list(job.look)
    record.warn(job.warnings)
    for step in steps:
        if step.state in ("done", "stale", "skipped"):
            record.take_step_record(step)
    if offered := job.inputs.get("offered_negative_prompt"):
        record.offer_negative_prompt(offered)
    record.prompt = prompt_of(job, steps)
    record.error = job.error.rebuilt().as_json() if job.error else None
    return record


def prompt_of(job: JobRecord, steps: Collection[StepRecord]) -> str:
    """The text that goes to MOVA."""
    if job.mode == "simple":
        return Wish.of(job).text
    described = [step for step in steps if step.step == "video_description"]
    return described[0].output or "" if described else ""
