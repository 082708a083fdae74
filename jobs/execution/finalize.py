"""What happens to a downloaded video before its job is completed: it is checked, recorded and given its provenance."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from core.errors import FileMissing, KeyGone, StorageError, StoreError, VideoUnplayable
from core.files import atomic_file
from core.messages import Message
from description.quotations import spoken_lines
from jobs.execution.film_voices import speakers_of
from jobs.model.records import JobRecord, StepRecord
from jobs.model.states import LISTENING
from jobs.store.response_cache import CachingProvider, ResponseCache
from jobs.store.run_records import prompt_of
from pipeline import PREVIEW_MESSAGE
from record.folder import FIRST_FRAME, VIDEO

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from av.audio.frame import AudioFrame
    from av.video.frame import VideoFrame

    from config import Settings
    from jobs.execution.automatic_retry import AnotherSeed
    from jobs.store.folders import Folders
    from jobs.store.store import Store
    from listening.report import Measured, TakeReport
    from media.tags import Film
    from media.videos import OnFrame, VideoFacts
    from providers.base import Provider


@dataclass(frozen=True)
class Saved:
    """The ``job`` as it will be completed, its last ``step``, and what the finished file holds: ``film`` by packets.

    ``measured``: what needs no service to be heard in it, None for a preview or where that failed. ``report``: the
    whole of it, where no service has to hear it; then it is in the file.
    """

    job: JobRecord
    step: StepRecord
    video: VideoFacts
    film: Film
    measured: Measured | None
    report: TakeReport | None


@dataclass(frozen=True)
class FinalizeStage:
    """First the file is made safe and recorded, then it is listened to, then the job is completed.

    Each part is repeated from its start if it was interrupted. ``keys`` are those of a session that pays for the job.
    """

    store: Store
    folders: Folders
    settings: Settings
    another: AnotherSeed
    keys: Callable[[JobRecord], Mapping[str, str | None]] = lambda _: {}

    def described(self, job: JobRecord, part: Path) -> Saved:
        """Check the downloaded file, and write its provenance into it before it is renamed to its final name.

        Raises:
            FileMissing, VideoUnplayable: as ``media.videos.check``.
        """
        from media.decoding import DECODING
        from media.quality_check import QualityCheck
        from media.tags import FilmPackets
        from media.videos import Onlooker, check
        from record.provenance import embed, frame_of

        with DECODING:
            look, packets = QualityCheck(), FilmPackets()
            found = measured = report = None
            if job.is_preview:  # it is not made by MOVA: it is not checked for failures
                facts, deviations = check(part, job.render, Onlooker(packet=packets.add))
            else:
                take = _Take(partial(self._lines, job), off=self.settings.listen == "off")
                both = _both(look.add, take.frames.add)
                facts, deviations = check(part, job.render, Onlooker(both, packets.add, take.measure))
                found, measured = look.findings(facts, job.render), take.measured()
                report = self._settled(job, measured) if measured else None
            step = self._step(job, deviations)
            done = _reported(replace(job, state="completed", finished=datetime.now(UTC), look=found), report)
            self.folders.work_on(job.id, FIRST_FRAME)
            record, frame = self.folders.record_of(done, self._steps(step), facts), frame_of(self.folders.of(job).path)
            error = embed(part, record, frame, prompts=self.settings.provenance_prompts, film=packets.film)
            facts = replace(facts, bytes=part.stat().st_size)
            return Saved(_warned(done, error), step, facts, packets.film, measured, report)

    def _settled(self, job: JobRecord, measured: Measured) -> TakeReport | None:
        """The report of a video that no service has to hear; a fault of ours in it must not cost the video."""
        from listening.report import settled
        from providers import listener

        try:
            if (report := settled(measured, off=self.settings.listen == "off")) is not None:
                return report
            if listener(self.settings, self._overrides(job)) or speakers_of(self.store, job, self._lines(job)):
                return None
            return settled(measured, nobody_hears=True)
        except (StoreError, StorageError):
            raise
        except Exception:  # it is asked for once more when the video is safe
            return None

    def left_here(self, job: JobRecord, video: Path) -> Saved | None:
        """The video of this very render that was fetched here before this process began, checked again."""
        from media.tags import read_tags

        try:
            inside = json.loads(read_tags(video).words["comment"])
            if (inside["id"], inside["server_job_id"]) != (job.id, job.server_job_id):
                return None
            with atomic_file(video) as part:
                shutil.copyfile(video, part)
                return self.described(job, part)
        except (VideoUnplayable, FileMissing, OSError, ValueError, KeyError, TypeError):
            return None

    def recorded(self, saved: Saved) -> None:
        """Record the file that is in its place: from here on it is not fetched again."""
        self.store.steps.save(saved.step)
        self.folders.record_file(saved.job, "video", VIDEO)
        self.folders.write_record(saved.job, saved.video)
        self.store.jobs.update(
            saved.job.id,
            stage=LISTENING,
            finished=saved.job.finished,
            warnings=saved.job.warnings,
            look=saved.job.look,
        )

    def reported(self, job: JobRecord, saved: Saved | None = None) -> JobRecord:
        """Listen to the recorded file, and order another take where one is due.

        Args:
            saved: what this process found out while it saved the file; without it the file is read again.

        Returns:
            The job as it will be completed; all but its final state is recorded.
        """
        from media.videos import probe
        from record.provenance import check_pair

        folder, prompts = self.folders.of(job).path, self.settings.provenance_prompts
        self.folders.work_on(job.id, FIRST_FRAME)
        report = saved.report if saved else None
        if not report and not job.is_preview:
            report = self._heard(job, folder / VIDEO, saved)
        facts = saved.video if saved else probe(folder / VIDEO)
        done = self.another.recorded(_reported(replace(job, state="completed"), report))
        inside = (saved.job.report, None, saved.job.warnings) if saved else (None, None, job.warnings)
        is_inside = (done.report, done.takes, done.warnings) == inside
        if not is_inside:
            done, facts = self._written_inside(done, facts, saved)
        self.folders.write_record(done, facts)
        self.another.start(done)
        error = check_pair(folder, prompts=prompts)
        if error is not None and is_inside and error.template not in _templates(done):  # it has changed since
            done, facts = self._written_inside(done, facts, saved)
            self.folders.write_record(done, facts)
            error = check_pair(folder, prompts=prompts)
        if error is not None and error.template not in _templates(done):
            done = _warned(done, error)
            self.folders.write_record(done, facts)
        return replace(done, bookkeeping=replace(done.bookkeeping, video=asdict(facts)))

    def _written_inside(self, done: JobRecord, facts: VideoFacts, saved: Saved | None) -> tuple[JobRecord, VideoFacts]:
        """Write the job's record into its recorded video; returns both as they are then."""
        from record.provenance import embed, frame_of

        folder, prompts = self.folders.of(done).path, self.settings.provenance_prompts
        record, film = self.folders.record_of(done, self._chosen(done), facts), saved.film if saved else None
        done = _warned(done, embed(folder / VIDEO, record, frame_of(folder), prompts=prompts, film=film))
        self.folders.record_file(done, "video", VIDEO)
        return done, replace(facts, bytes=(folder / VIDEO).stat().st_size)  # of the film every packet was compared

    def _chosen(self, job: JobRecord) -> Collection[StepRecord]:
        return self.store.steps.chosen(job.id).values()

    def _lines(self, job: JobRecord) -> list[str]:
        return spoken_lines(prompt_of(job, self._chosen(job)), job.request.text)

    def _heard(self, job: JobRecord, video: Path, saved: Saved | None) -> TakeReport | None:
        """The report; a fault of ours in it must not cost the video."""
        from listening.report import take_report
        from providers import listener

        answers = ResponseCache(self.folders.of(job), "heard", job.attempts + 1, self.folders.storage)

        def service() -> Provider | None:
            found = listener(self.settings, self._overrides(job))
            return CachingProvider(found, answers) if found else None

        lines, off = self._lines(job), self.settings.listen == "off"
        try:
            speakers = speakers_of(self.store, job, lines)
            before = saved.measured if saved else None
            return take_report(video, lines, service, off=off, speakers=speakers, before=before)
        except (StoreError, StorageError):
            raise
        except Exception:
            return None

    def _overrides(self, job: JobRecord) -> Mapping[str, str | None]:
        """A session's key pays for the listening as for the steps; where it is gone, the server's own do."""
        try:
            return self.keys(job)
        except KeyGone:
            return {}

    def _steps(self, step: StepRecord) -> list[StepRecord]:
        return [*{**self.store.steps.chosen(step.job_id), "render": step}.values()]

    def _step(self, job: JobRecord, deviations: list[Message]) -> StepRecord:
        """The render as a step; the same one where it was recorded before a crash."""
        version = job.attempts + 1
        for one in self.store.steps.of(job.id):
            if (one.step, one.version, one.state) == ("render", version, "done"):
                return one
        return StepRecord(
            job_id=job.id,
            step="render",
            version=version,
            state="done",
            output=VIDEO,
            provider="preview" if job.is_preview else "sglang",
            model=job.model,
            seconds=seconds_since(job.sent) if job.sent else None,
            warnings=(*deviations, *((PREVIEW_MESSAGE,) if job.is_preview else ())),
        )


class _Take:
    """What is heard in a video without a service, while it is decoded: ``measure`` once its ``frames`` have all sound.

    A fault in it must not cost the video: then nothing is ``measured``.
    """

    def __init__(self, lines: Callable[[], list[str]], *, off: bool) -> None:
        from listening.take_frames import TakeFrames

        self.frames, self._lines, self._off = TakeFrames(), lines, off
        self._found: Future[Measured] = Future()

    def measure(self) -> None:
        """Begin, in a thread of its own."""
        Thread(target=self._measure, name="measuring", daemon=True).start()

    def _measure(self) -> None:
        from listening.report import sound_measured

        try:
            self._found.set_result(sound_measured(self.frames, self._lines(), off=self._off))
        except Exception as problem:
            self._found.set_exception(problem)

    def measured(self) -> Measured | None:
        """Wait for it; asked once all frames were seen."""
        from listening.report import ended

        try:
            return None if self.frames.failed else ended(self._found.result(), self.frames)
        except Exception:
            return None


def _both(one: OnFrame, other: OnFrame) -> OnFrame:
    def both(frame: VideoFrame | AudioFrame) -> None:
        one(frame)
        other(frame)

    return both


def seconds_since(moment: datetime) -> float | None:
    """Seconds between two times; None if the clock was set back, as processes share no other clock."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return seconds if seconds > 0 else None


def _reported(job: JobRecord, report: TakeReport | None) -> JobRecord:
    return replace(job, report=report.as_json() if report else None, heard=report.verdict if report else None)


def _templates(job: JobRecord) -> list[str]:
    return [words.template for words in job.warnings]


def _warned(job: JobRecord, error: Message | None) -> JobRecord:
    return replace(job, warnings=(*job.warnings, error)) if error else job
