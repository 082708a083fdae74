"""Step 5 of a job over the store: send, follow, fetch. Each stage can be killed anywhere and taken up again.

A job is sent once: it carries our own id on the server, and is looked for there before any second try.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from errors import (
    DownloadBroken,
    JobFailed,
    JobLost,
    MovaError,
    ServerAnswerUnclear,
    ServerDead,
    ServerError,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
    StorageError,
    StoreError,
    SubmissionNotTaken,
    SubmissionUnclear,
    VideoUnplayable,
    WaitedTooLong,
    WorkerDied,
)
from jobs.another_seed import AnotherSeed
from jobs.desk import Desk
from jobs.fleet import Fleet
from jobs.folders import Folders, prompt_of
from jobs.preparing import Interruptibly, Persist
from jobs.records import JobRecord, StepRecord, StoredError
from jobs.saving import Saved, Saving
from jobs.states import JobState
from jobs.wish import model_of, render_of
from notes import N_, Note
from pipeline import OFFLINE_NOTE, PREVIEW_NOTE
from record.folder import VIDEO
from render.client import SGLangClient
from render.waiting import Waiting

if TYPE_CHECKING:
    from config import Settings
    from jobs.store import Store
    from render.answers import VideoJob

# A job that was being sent when we died is looked for this long before it counts as never taken. SGLang 0.5.23 listed
# jobs 0.01 s after the end of their POST, 0.03 s after its start with a frame of ours and 0.5 s with one of 25 MB.
SETTLE_SECONDS = 10.0
SENDING = "sending"
_SAVING: frozenset[JobState] = frozenset(("saving",))
_TROUBLES = (ServerUnreachable, ServerSilent, ServerWarmingUp, ServerDead)
_DOWNLOADS, _DOWNLOAD_PAUSE = 3, 1.0


class _Ended(Exception):
    """The job ended while we looked after it: a person stopped waiting."""


@dataclass(frozen=True)
class Sending:
    """``pause`` waits some seconds, and raises where this process stops; ``changed`` wakes the dispatcher.

    ``cut_off`` tells of each job whose way to a server broke off since when that is so (monotonic seconds).
    """

    store: Store
    folders: Folders
    fleet: Fleet
    settings: Settings
    interruptibly: Interruptibly
    pause: Callable[[float], None]
    persist: Persist
    changed: Event
    cut_off: dict[str, float] = field(default_factory=dict)

    def advance(self, job_id: str) -> bool:
        """Take a claimed job one stage further; False where there is none left."""
        job = self.store.jobs.get(job_id)
        stage = {"submitted": self._send, "rendering": self._follow, "saving": self._fetch}.get(
            job.state if job else ""
        )
        if job is None or stage is None:
            return False
        try:
            return stage(job)
        except (StoreError, StorageError):
            raise
        except _Ended:
            return False
        except MovaError as problem:
            self._end(job, problem)
        except Exception as problem:  # a fault of ours must not leave the job on its way for ever
            self._end(job, MovaError(type(problem).__name__))
        finally:
            self.changed.set()
        return False

    # ---- send --------------------------------------------------------------------------------------------------

    def _send(self, job: JobRecord) -> bool:
        client, tag = self.fleet.client(job), self._tag(job)
        try:
            taken = self._search(client, job, tag) if job.stage == SENDING else None
            taken = taken or self._post(client, job, tag)
        except _TROUBLES as trouble:  # here the server surely has not got the job
            self.fleet.note_trouble(job, trouble)
            self.store.line.put_back(job.id)
            return False
        self.cut_off.pop(tag, None)
        self.persist(lambda: self._sent(job, taken))
        return True

    def _sent(self, job: JobRecord, taken: VideoJob) -> None:
        self.store.jobs.move_to(
            job.id, "rendering", server_job_id=taken.id, stage=taken.status, progress=taken.progress
        )
        if sent := self.store.jobs.get(job.id):
            self.folders.write_record(sent)

    def _post(self, client: SGLangClient, job: JobRecord, tag: str) -> VideoJob:
        """Send the job; one of the troubles means that it did not arrive."""
        steps = self.store.steps.chosen(job.id)
        frame = self.folders.first_frame(job, steps.get("first_frame"))
        self._still_wanted(job)
        self._begin(job, client, steps.values())
        try:
            prompt, render = prompt_of(job, steps.values()), render_of(job)
            return self.interruptibly(lambda: client.submit(prompt, frame, render, tag=tag))
        except (ServerSilent, ServerAnswerUnclear) as lost:  # it may have been taken all the same
            if found := self._search(client, job, tag):
                return found
            if isinstance(lost, ServerAnswerUnclear):
                raise
            self._bear_with(client, tag)
            raise ServerUnreachable(server=client.name, reason=N_("the job did not arrive")) from None

    def _bear_with(self, client: SGLangClient, tag: str) -> None:
        """Note that a job did not arrive.

        Raises:
            SubmissionNotTaken: none of the attempts did, for longer than the patience.
        """
        waited = time.monotonic() - self.cut_off.setdefault(tag, time.monotonic())
        if waited > self.settings.server_patience:
            del self.cut_off[tag]
            raise SubmissionNotTaken(server=client.name, waited=round(waited))

    def _search(self, client: SGLangClient, job: JobRecord, tag: str) -> VideoJob | None:
        """Look for a job that may or may not have reached the server; None once it is sure that it did not.

        Raises:
            SubmissionUnclear: the server does not tag jobs, or did not answer for too long: only a person can tell.
        """
        if not tag:
            raise SubmissionUnclear(server=client.name)
        try:
            return self._looked_for(client, job, tag)
        except ServerError as trouble:
            raise SubmissionUnclear(trouble.message(), server=client.name) from None

    def _looked_for(self, client: SGLangClient, job: JobRecord, tag: str) -> VideoJob | None:
        waiting = Waiting(started=time.monotonic(), patience=self.settings.server_patience)
        healthy_since: float | None = None
        while True:
            now, recorded = time.monotonic(), self._still_wanted(job)
            try:
                if found := client.find(tag):
                    return found
                healthy_since = healthy_since or now
                self._note_trouble(recorded, None)
            except ServerError as trouble:
                healthy_since = None
                self._note_trouble(recorded, trouble)
                self.fleet.check_own_preview(job)
                waiting.trouble(trouble, now)
            if healthy_since and now - healthy_since >= SETTLE_SECONDS:
                return None
            self.pause(0.5)

    def _tag(self, job: JobRecord) -> str:
        """Our own id as the server's ``model``; with the attempt, so that a retry after a failure renders anew."""
        server = self.fleet.server(job)
        return f"{model_of(job.model)}#{job.id}.{job.attempts}" if server.tag_jobs else ""

    def _begin(self, job: JobRecord, client: SGLangClient, steps: Collection[StepRecord]) -> None:
        """Record that the job may be on the server from now on, and what is to be known before it goes there."""
        try:
            server = client.info()
        except ServerAnswerUnclear as unclear:  # nothing is sent to what does not say what it is
            raise ServerSilent(unclear.raw, server=client.name) from None
        offline = any(step.provider == "offline" for step in steps)
        notes: tuple[Note, ...] = (PREVIEW_NOTE,) if server.preview else (OFFLINE_NOTE,) if offline else ()
        warnings = (*job.warnings, *(one for one in notes if one not in job.warnings))
        address = self.fleet.server(job).base_url
        self.store.jobs.update(
            job.id,
            stage=SENDING,
            server_url=address,
            server_version=server.version,
            preview=server.preview,
            warnings=warnings,
        )

    # ---- follow ------------------------------------------------------------------------------------------------

    def _follow(self, job: JobRecord) -> bool:
        client, waiting = self.fleet.client(job), Waiting(time.monotonic(), self.settings.server_patience)
        while True:
            now = time.monotonic()
            recorded = self._still_wanted(job)
            try:
                seen = client.retrieve(str(job.server_job_id))
            except JobLost:
                raise
            except ServerError as trouble:  # a refusal or a strange answer too: a gateway may be in trouble
                waiting.trouble(trouble, now)
                self._note_trouble(recorded, trouble)
                self.fleet.check_own_preview(job)
                self._stop_sending_there(job, trouble)
            else:
                progress = waiting.saw(seen, now)
                self._note_trouble(recorded, None)
                self._show(recorded, progress.percent, seen.status)
                if seen.status == "failed":
                    failure = seen.failure(client.name)
                    self._stop_sending_there(job, failure)
                    raise failure
                if seen.status == "completed":
                    self._rendered(job, seen)
                    return True
                if now - waiting.started > self.settings.render_timeout:
                    raise WaitedTooLong(server=client.name, job=job.id, waited=self.settings.render_timeout)
            self.pause(waiting.pause(time.monotonic()))

    def _stop_sending_there(self, job: JobRecord, trouble: ServerError) -> None:
        """A server that died under a job gets no other one before it was looked at again."""
        if isinstance(trouble, WorkerDied):
            trouble = ServerDead(trouble.raw, server=self.fleet.client(job).name)
        if isinstance(trouble, _TROUBLES):
            self.fleet.note_trouble(job, trouble)

    def _show(self, recorded: JobRecord, percent: int, status: str) -> None:
        if (recorded.progress, recorded.stage) != (percent, status):
            self.store.jobs.update(recorded.id, progress=percent, stage=status)

    def _still_wanted(self, job: JobRecord) -> JobRecord:
        now = self.store.jobs.get(job.id)
        if now is None or now.state != job.state:
            raise _Ended
        return now

    def _rendered(self, job: JobRecord, seen: VideoJob) -> None:
        """The GPU is free: the next job may go while this one is fetched."""
        self.store.jobs.move_to(job.id, "saving", progress=100, stage=seen.status)
        self._learn(job, seen)
        self.changed.set()

    def _learn(self, job: JobRecord, seen: VideoJob) -> None:
        render, sent = render_of(job), job.sent
        seconds = seen.inference_time_s or ((datetime.now(UTC) - sent).total_seconds() if sent else None)
        if seconds:
            self.store.times.record(
                job.id,
                server=str(job.server),
                model=model_of(job.model),
                size=render.size,
                num_frames=render.num_frames,
                num_inference_steps=render.num_inference_steps,
                seconds=seconds,
            )

    def _note_trouble(self, recorded: JobRecord, trouble: ServerError | None) -> None:
        """Keep since when the server does not answer, and why; nothing is written where nothing changed."""
        if trouble and recorded.unreachable_since is None:
            self.store.jobs.update(recorded.id, unreachable_since=datetime.now(UTC), error=StoredError.of(trouble))
        elif not trouble and recorded.unreachable_since is not None:
            self.store.jobs.update(recorded.id, unreachable_since=None, error=None)

    # ---- fetch -------------------------------------------------------------------------------------------------

    def _fetch(self, job: JobRecord) -> bool:
        client, path = self.fleet.client(job), self.folders.of(job).path / VIDEO
        desk = Desk(self.settings, self.store, self.folders, self.changed)
        another = AnotherSeed(desk, self.store, self.settings.look_retries)
        saving = Saving(self.store, self.folders, self.settings, another)
        saved = self._downloaded(client, job, path, lambda part: saving.described(job, part))
        self._still_wanted(job)
        done = saving.recorded(saved)
        self.folders.of(job).clear_parts()
        self.store.jobs.move_to(
            job.id,
            "completed",
            only_from=_SAVING,
            finished=done.finished,
            warnings=done.warnings,
            inputs=done.inputs,
            look=done.look,
        )
        return False

    def _downloaded(
        self,
        client: SGLangClient,
        job: JobRecord,
        path: Path,
        check: Callable[[Path], Saved],
    ) -> Saved:
        """Fetch the file, a few times where the way is bad: the GPU's work is not given up for a broken line."""
        waiting = Waiting(time.monotonic(), self.settings.server_patience)
        broken = 0
        while True:
            recorded = self._still_wanted(job)
            try:
                found = self.interruptibly(
                    lambda: client.download(
                        str(job.server_job_id),
                        path,
                        max_bytes=self.settings.max_video_mb * 2**20,
                        timeout=self.settings.download_timeout,
                        check=check,
                    )
                )
                self._note_trouble(recorded, None)
                return found
            except (DownloadBroken, VideoUnplayable):
                broken += 1
                if broken == _DOWNLOADS:
                    raise
            except JobLost:
                raise
            except ServerError as trouble:
                waiting.trouble(trouble, time.monotonic())
                self._note_trouble(recorded, trouble)
            self.pause(_DOWNLOAD_PAUSE)

    # ---- ends --------------------------------------------------------------------------------------------------

    def _end(self, job: JobRecord, problem: MovaError) -> None:
        """Record how a job ended, truly."""
        error = StoredError.of(problem)
        if isinstance(problem, JobLost) and self.fleet.is_own_preview(job):
            # It took nobody's GPU time, and in one write: killed in between, the job must not stay lost.
            self.store.line.put_back(job.id, lost=True)
        elif isinstance(problem, SubmissionUnclear):
            self.store.jobs.move_to(job.id, "waiting", stage="render", error=error)
        elif isinstance(problem, JobLost):
            self.store.jobs.move_to(job.id, "lost", error=error)
        elif isinstance(problem, ServerError) and not isinstance(problem, JobFailed) and job.state == "rendering":
            # We gave up on a server that may still be rendering: the slot stays taken until that is known.
            self.store.jobs.move_to(job.id, "abandoned", error=error)
        else:
            self.store.jobs.move_to(job.id, "failed", error=error)
