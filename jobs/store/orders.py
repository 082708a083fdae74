"""New jobs: an order becomes a job with its files, all or nothing. A person's own picture is taken here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.errors import BucketUnusable, QuotaReached, StorageError
from core.messages import Message
from core.steps import Step, following
from jobs.model.makers import YOURS
from jobs.model.records import FIRST_VERSION, Bookkeeping, FileRecord, JobRecord, NewJob, StepRecord
from jobs.model.request import JobRequest, Mode
from record.folder import file_inside, new_job_id

if TYPE_CHECKING:
    from config import Settings
    from jobs.store.folders import Folders
    from jobs.store.quotas import Quota
    from jobs.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Order:
    """A new job: its ``request``, and ``picture``, the bytes of the person's own file.

    ``owner`` may be set by the program and by administrators; otherwise the job is the person's own.
    Creating it twice with the same ``id`` makes one job. ``extends`` is the job whose last frame is its first one.
    ``steps`` and ``files`` are results that it starts with; ``name`` is the person's own word for it,
    ``shot`` what happens in it as a film's shot.
    ``references`` are the pictures that its request names, by their SHA-256.
    """

    request: JobRequest
    picture: bytes | None = None
    owner: str | None = None
    parent: str | None = None
    extends: str | None = None
    warnings: tuple[Message, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    references: Mapping[str, bytes] = field(default_factory=dict)
    id: str | None = None
    name: str = ""
    shot: str = ""

    @property
    def size(self) -> int:
        """How many bytes it brings along."""
        return len(self.picture or b"") + sum(map(len, (*self.files.values(), *self.references.values())))


@dataclass(frozen=True)
class JobCreation:
    """Puts orders on record; starts no run."""

    settings: Settings
    store: Store
    folders: Folders

    def create(
        self, order: Order, *, owner: str, bookkeeping: Bookkeeping | None = None, quota: Quota | None = None
    ) -> JobRecord:
        """Record a job with its picture.

        Raises:
            PictureError, StorageError, QuotaReached: nothing was recorded.
        """
        job_id = order.id or new_job_id()
        try:
            job, own = self._recorded(order, job_id, owner, bookkeeping or Bookkeeping(), quota)
        except (QuotaReached, StorageError):
            if self.store.jobs.get(job_id) is None:
                self.folders.discard(job_id)
            raise
        if own or job.request.white_frame:
            with suppress(BucketUnusable):  # it is made again where it is needed
                self.folders.first_frame(job, own.steps[-1] if own else None)
        self.folders.write_record(job)
        return job

    def _recorded(
        self, order: Order, job_id: str, owner: str, bookkeeping: Bookkeeping, quota: Quota | None
    ) -> tuple[JobRecord, UploadedFrame | None]:
        request, own = order.request, None
        steps = [replace(step, job_id=job_id) for step in order.steps]
        if order.picture is not None:
            own = uploaded_frame(
                self.folders, self.settings, order.picture, job_id=job_id, mode=request.mode, before=steps
            )
            request = request.changed(**own.request)
            steps = [*stale_after("first_frame", steps), *own.steps]
        files = self._brought_along(order, job_id)
        new = NewJob(
            id=job_id,
            owner=owner,
            request=request,
            bookkeeping=bookkeeping,
            parent=order.parent,
            extends=order.extends,
            warnings=order.warnings,
        )
        return self.store.jobs.create(new, steps=steps, files=[*files, own.file] if own else files, quota=quota), own

    def _brought_along(self, order: Order, job_id: str) -> list[FileRecord]:
        """Put its results and reference pictures into the job's folder; nothing is recorded yet."""
        before = self.folders.path(order.parent or job_id)  # a copy's originals are stored once for both
        put, put_reference = self.folders.put, self.folders.put_reference
        files = [put(job_id, "original", name, data, like=before / name) for name, data in order.files.items()]
        return files + [put_reference(job_id, digest, data, like=before) for digest, data in order.references.items()]

    def copy_of(self, job: JobRecord, *, new_id: str | None = None, **changes: object) -> Order:
        """An order for a copy of a job, with everything that was made for it; ``changes`` are values of its request.

        It is one take, unless they say otherwise.

        Raises:
            OSError: a picture of it is gone.
        """
        made = (
            one for one in self.store.steps.of(job.id) if one.chosen and one.step != "render" and one.output is not None
        )
        kept = tuple(replace(one, kept=True) for one in made)
        names = {one.output for one in kept if one.step == "first_frame" and one.output}
        request, files = job.request.changed(**{"takes": 1, **changes}), dict[str, bytes]()
        for name in names:
            path = self.folders.here(job.id, name) or file_inside(self.folders.path(job.id), name)
            files[name] = path.read_bytes()
        return Order(
            request=request,
            owner=job.owner,
            parent=job.id,
            extends=job.extends,
            id=new_id,
            name=job.bookkeeping.name,
            shot=job.bookkeeping.shot,
            steps=kept,
            files=files,
            references=self.folders.references_there(job, request),
        )


@dataclass(frozen=True)
class UploadedFrame:
    """``request`` are the values of the job's request that change with the picture.

    ``steps`` ends with the frame itself; before it an image prompt that is not needed, where there is none yet.
    """

    request: Mapping[str, object]
    file: FileRecord
    steps: tuple[StepRecord, ...]


def uploaded_frame(
    folders: Folders,
    settings: Settings,
    picture: bytes,
    *,
    job_id: str,
    mode: Mode,
    before: Collection[StepRecord],
) -> UploadedFrame:
    """Put a person's own picture into the job's folder; nothing is recorded yet.

    Args:
        before: the versions of the job's steps so far.

    Raises:
        PictureError: nothing was written.
        StorageError.
    """
    from media.frames import open_source
    from media.pictures import kind_of

    opened = open_source(picture, settings)
    version = 1 + max((step.version for step in before if step.step == "first_frame"), default=0)
    name = folders.original_name(version, kind_of(picture))
    frame = StepRecord(
        job_id=job_id, step="first_frame", version=version, state="done", provider=YOURS, model="", output=name
    )
    prompt = StepRecord(
        job_id=job_id, step="image_prompt", version=FIRST_VERSION, state="skipped", provider=YOURS, output=""
    )
    needs_none = mode == "full" and not any(step.step == "image_prompt" for step in before)
    return UploadedFrame(
        request={"source_picture": f"{opened.width}x{opened.height}", "white_frame": False},
        file=folders.put(job_id, "original", name, picture),
        steps=(prompt, frame) if needs_none else (frame,),
    )


def stale_after(changed: Step, steps: Sequence[StepRecord]) -> list[StepRecord]:
    """The steps with those made from ``changed`` marked as stale."""
    rests_on_it = following(changed)
    return [
        replace(step, state="stale") if step.step in rests_on_it and step.state == "done" else step for step in steps
    ]
