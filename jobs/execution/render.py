"""Step 5 of a job: send and fetch; in between it is followed without a run (``poller.py``).

The process may die at any point, and another one continues.
A job is sent once: it carries our own id on the server, and is looked for there before any second try.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from core.errors import (
    DownloadBroken,
    JobLost,
    MovaError,
    RequestRefused,
    ServerAnswerUnclear,
    ServerError,
    ServerSilent,
    ServerUnreachable,
    StorageError,
    StoreError,
    SubmissionNotTaken,
    SubmissionUnclear,
    VideoUnplayable,
)
from core.messages import Message, gettext_noop, message
from jobs.execution.automatic_retry import AnotherSeed
from jobs.execution.ends import record_end
from jobs.execution.finalize import FinalizeStage, Saved
from jobs.execution.needed_later import import_what_follows
from jobs.execution.prepare import Interruptibly, Persist
from jobs.model.records import JobRecord, StepRecord, StoredError
from jobs.model.states import LISTENING, JobState
from jobs.plan.cautions import description_cautions
from jobs.servers.pool import UNWELL, ServerPool
from jobs.store.folders import Folders
from jobs.store.orders import JobCreation
from jobs.store.response_cache import clear_responses
from jobs.store.run_records import prompt_of
from jobs.store.writes import SENDING
from pipeline import KEPT_DRAFTS_NOTE, OFFLINE_MESSAGE, PREVIEW_MESSAGE
from providers import choose
from providers.offline import NAME as OFFLINE
from record.folder import VIDEO
from render.waiting import Waiting
from sglang_client import SGLangClient

if TYPE_CHECKING:
    from config import Settings
    from jobs.model.own_jobs import OwnJobs
    from jobs.store.store import Store
    from render.answers import VideoJob

# A job that was being sent when we died is looked for this long before it counts as never taken. SGLang 0.5.23 listed
# jobs 0.01 s after the end of their POST, 0.03 s after its start with a frame of ours and 0.5 s with one of 25 MB.
SETTLE_SECONDS = 10.0
_GIVEN_UP: frozenset[JobState] = frozenset(("abandoned",))
_SAVING: frozenset[JobState] = frozenset(("saving",))
# Each holds two threads and some 10 MB of a film, and more than there are cores only wait for each other.
SAVED_AT_ONCE = max(6, os.cpu_count() or 1)
_DOWNLOADS, _DOWNLOAD_PAUSE = 3, 1.0
QUALITY_REFUSED = message(
    gettext_noop(
        "The server does not know the output quality that was asked for; it encoded the picture in its own way."
    )
)


class _Ended(Exception):
    """The job ended while it was being followed: a person stopped waiting."""


@dataclass(frozen=True)
class RenderStage:
    """``pause`` waits some seconds, and raises where this process stops; ``changed`` wakes the dispatcher.

    ``sent`` is called once a server has a job, which is then followed without a run of its own.

    ``cut_off``: by job, since when every attempt to send it has been cut off (monotonic seconds). ``saving``: the jobs
    whose video is being fetched or checked here.
    """

    store: Store
    folders: Folders
    pool: ServerPool
    settings: Settings
    interruptibly: Interruptibly
    pause: Callable[[float], None]
    persist: Persist
    changed: Event
    own: OwnJobs | None = None
    cut_off: dict[str, float] = field(default_factory=dict)
    saving: set[str] = field(default_factory=set)
    turned_away: set[str] = field(default_factory=set)  # as there was no room to save them
    keys: Callable[[JobRecord], Mapping[str, str | None]] = lambda _: {}
    sent: Callable[[], None] = lambda: None

    @property
    def room_to_save(self) -> int:
        """How many more videos may be fetched and checked at once; a job without room has no run until there is."""
        return max(0, SAVED_AT_ONCE - len(self.saving))

    def advance(self, job_id: str) -> bool:
        """Take a claimed job one stage further; False where there is none left."""
        job = self.store.jobs.get(job_id)
        stage = {"submitted": self._send, "saving": self._fetch}.get(job.state if job else "")
        if job is None or stage is None:
            return False
        if job.state == "saving":
            if not self.room_to_save:
                self.turned_away.add(job_id)
                return False
            self.turned_away.discard(job_id)
            self.saving.add(job_id)
        try:
            return stage(job)
        except (StoreError, StorageError):
            raise
        except _Ended:
            return False
        except MovaError as problem:
            record_end(self.store, job, problem)
        except Exception as problem:  # a fault of ours must not leave the job on its way for ever
            record_end(self.store, job, MovaError(type(problem).__name__))
        finally:
            self.saving.discard(job_id)
            self.changed.set()
        return False

    # ---- send --------------------------------------------------------------------------------------------------

    def _send(self, job: JobRecord) -> bool:
        client, tag = self.pool.client(job), self.pool.tag(job)
        try:
            taken = self._search(client, job, tag) if job.stage == SENDING else None
            taken = taken or self._post(client, job, tag)
        except UNWELL as error:  # at this point the server certainly does not have the job
            self.pool.record_error(job, error)
            self.store.queue.requeue(job.id)
            return False
        self.cut_off.pop(tag, None)
        self.persist(lambda: self._sent(job, taken))
        self.sent()
        import_what_follows()
        return False

    def _sent(self, job: JobRecord, taken: VideoJob) -> None:
        if not self.store.jobs.move_to(
            *(job.id, "rendering"),
            server_job_id=taken.id,
            stage=taken.status,
            progress=taken.progress,
            moved=datetime.now(UTC),
        ):  # no longer waited for: its id tells when the GPU is free
            self.store.jobs.update(job.id, only_in=_GIVEN_UP, server_job_id=taken.id)
        if sent := self.store.jobs.get(job.id):
            self.folders.write_record(sent)

    def _post(self, client: SGLangClient, job: JobRecord, tag: str) -> VideoJob:
        """Send the job; ServerUnreachable means that it certainly did not arrive."""
        steps = self.store.steps.chosen(job.id)
        frame = self.folders.first_frame(job, steps.get("first_frame"))
        self._still_wanted(job)
        self._begin(job, client, steps.values())
        try:
            prompt, render = prompt_of(job, steps.values()), job.render
            taken = self.interruptibly(lambda: client.submit(prompt, frame, render, tag=tag))
        except (ServerSilent, ServerAnswerUnclear) as lost:  # the server may have taken it nevertheless
            if found := self._search(client, job, tag):
                return found
            if isinstance(lost, ServerAnswerUnclear):
                raise
            self._bear_with(client, tag)
            raise ServerUnreachable(server=client.name, reason=gettext_noop("the job did not arrive")) from None
        if taken.left_out:
            self._warn(job.id, QUALITY_REFUSED)
        return taken

    def _warn(self, job_id: str, words: Message) -> None:
        job = self.store.jobs.get(job_id)
        if job and words not in job.warnings:
            self.store.jobs.update(job_id, warnings=(*job.warnings, words))

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
        except JobLost:  # with a preview engine of our own
            raise
        except ServerError as error:
            raise SubmissionUnclear(error.message(), server=client.name) from None

    def _looked_for(self, client: SGLangClient, job: JobRecord, tag: str) -> VideoJob | None:
        waiting = Waiting(started=time.monotonic(), patience=self.settings.server_patience)
        healthy_since: float | None = None
        while True:
            now, recorded = time.monotonic(), self._still_wanted(job)
            try:
                if found := client.find(tag):
                    return found
                healthy_since = healthy_since or now
                self._record_error(recorded, None)
            except ServerError as error:
                healthy_since = None
                self._record_error(recorded, error)
                self.pool.check_own_preview(job)
                waiting.error(error, now)
            if healthy_since and now - healthy_since >= SETTLE_SECONDS:
                return None
            self.pause(0.5)

    def _begin(self, job: JobRecord, client: SGLangClient, steps: Collection[StepRecord]) -> None:
        """Record that the job may be on the server from now on, and what is to be known before it goes there."""
        try:
            server = client.info()
        except ServerAnswerUnclear as unclear:  # nothing is sent to a server that does not say what it is
            raise ServerSilent(unclear.raw, server=client.name) from None
        except RequestRefused as gate:  # a login or a redirect is in front of it: the job waits for the server
            raise ServerUnreachable(gate.raw, server=client.name, reason=gate.phrase()) from None
        offline = any(step.provider == OFFLINE for step in steps)
        drafts = OFFLINE_MESSAGE if choose(self.settings, "text").name == OFFLINE else KEPT_DRAFTS_NOTE
        notes: tuple[Message, ...] = (PREVIEW_MESSAGE,) if server.preview else (drafts,) if offline else ()
        notes = (*notes, *description_cautions(job.request, steps))  # what is sent although its check found something
        warnings = (*job.warnings, *(one for one in notes if one not in job.warnings))
        address = self.pool.server(job).base_url
        self.store.jobs.update(
            job.id,
            stage=SENDING,
            server_url=address,
            server_version=server.version,
            is_preview=server.preview,
            warnings=warnings,
        )

    def _still_wanted(self, job: JobRecord) -> JobRecord:
        now = self.store.jobs.get(job.id)
        if now is None or now.state != job.state:
            raise _Ended
        return now

    def _record_error(self, recorded: JobRecord, error: ServerError | None) -> None:
        """Keep since when the server does not answer, and why; nothing is written where nothing changed."""
        if error and recorded.unreachable_since is None:
            self.store.jobs.update(recorded.id, unreachable_since=datetime.now(UTC), error=StoredError.of(error))
        elif not error and recorded.unreachable_since is not None:
            self.store.jobs.update(recorded.id, unreachable_since=None, error=None)

    # ---- fetch -------------------------------------------------------------------------------------------------

    def _fetch(self, job: JobRecord) -> bool:
        client, path = self.pool.client(job), self.folders.of(job).path / VIDEO
        creation = JobCreation(self.settings, self.store, self.folders)
        another = AnotherSeed(creation, self.settings.look_retries, self.own)
        saving = FinalizeStage(self.store, self.folders, self.settings, another, self.keys)
        saved: Saved | None = None
        if job.stage == LISTENING:
            self.folders.work_on(job.id, VIDEO)
        if job.stage != LISTENING or not path.is_file():
            left = saving.left_here(job, path) if path.is_file() else None
            saved = fetched = left or self._downloaded(client, job, path, lambda part: saving.described(job, part))
            self._still_wanted(job)
            self.persist(lambda: saving.recorded(fetched))  # nothing is fetched again while that is not possible
            if not (job.is_preview or fetched.report or self.room_to_save):
                return False  # a service is to hear it: that waits until what others have rendered is safe
        now = self._still_wanted(job)
        done = self.interruptibly(lambda: saving.reported(now, saved))
        self._still_wanted(job)
        self.folders.of(job).clear_parts()
        self.store.jobs.move_to(
            job.id,
            "completed",
            only_from=_SAVING,
            stage="completed",
            finished=done.finished,
            warnings=done.warnings,
            bookkeeping={"next_try": done.bookkeeping.next_try, "video": done.bookkeeping.video},
            look=done.look,
            heard=done.heard,
            report=done.report,
            takes=done.takes,
        )
        clear_responses(self.folders.of(job), self.folders.storage)  # only now: until here a kill would ask again
        self.folders.make_ahead(job)
        return False

    def _downloaded(
        self,
        client: SGLangClient,
        job: JobRecord,
        path: Path,
        check: Callable[[Path], Saved],
    ) -> Saved:
        """Fetch the file, in several attempts if the connection fails: the GPU's work must not be lost."""
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
                self._record_error(recorded, None)
                return found
            except (DownloadBroken, VideoUnplayable):
                broken += 1
                if broken == _DOWNLOADS:
                    raise
            except JobLost:
                raise
            except ServerError as error:
                self.saving.discard(job.id)  # it waits for its server, which is to hold up nobody else
                waiting.error(error, time.monotonic())
                self._record_error(recorded, error)
            self.pause(_DOWNLOAD_PAUSE)
