"""What happens to a downloaded video before its job is completed: it is checked, recorded and given its provenance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.messages import Message
from jobs.model.records import JobRecord, StepRecord
from pipeline import PREVIEW_MESSAGE
from record.folder import VIDEO

if TYPE_CHECKING:
    from config import Settings
    from jobs.execution.automatic_retry import AnotherSeed
    from jobs.store.folders import Folders
    from jobs.store.store import Store
    from media.videos import VideoFacts


@dataclass(frozen=True)
class Saved:
    """The ``job`` as it will be completed, its last ``step``, and what the finished file holds."""

    job: JobRecord
    step: StepRecord
    video: VideoFacts


@dataclass(frozen=True)
class FinalizeStage:
    """Repeated from the start if it was interrupted: nothing is recorded before all of it is done."""

    store: Store
    folders: Folders
    settings: Settings
    another: AnotherSeed

    def described(self, job: JobRecord, part: Path) -> Saved:
        """Check the downloaded file, and write its provenance into it before it is renamed to its final name.

        Raises:
            FileMissing, VideoUnplayable: as ``media.videos.check``.
        """
        from media.quality_check import QualityCheck
        from media.videos import check
        from record.provenance import embed, frame_of

        seen = QualityCheck()
        facts, deviations = check(part, job.render, seen.add)
        # A preview is not made by MOVA: it is not checked for failures.
        look = None if job.is_preview else seen.findings(facts, job.render)
        step, told = self._step(job, deviations), self.another.recorded(job, look)
        done = replace(told, state="completed", finished=datetime.now(UTC), look=look)
        steps = {**self.store.steps.chosen(job.id), "render": step}
        record = self.folders.record_of(done, steps.values(), facts)
        error = embed(part, record, frame_of(self.folders.of(job).path), prompts=self.settings.provenance_prompts)
        return Saved(_warned(done, error), step, replace(facts, bytes=part.stat().st_size))

    def recorded(self, saved: Saved) -> JobRecord:
        """Record everything except the final state; returns the job as it will be completed."""
        from record.provenance import check_pair

        job, folder = saved.job, self.folders.of(saved.job).path
        self.store.steps.save(saved.step)
        self.folders.record_file(job, "video", VIDEO)
        self.folders.write_record(job, saved.video)
        self.another.start(job)
        error = check_pair(folder, prompts=self.settings.provenance_prompts)
        if error is None or error.template in [words.template for words in job.warnings]:
            return job
        warned = _warned(job, error)
        self.folders.write_record(warned, saved.video)
        return warned

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


def seconds_since(moment: datetime) -> float | None:
    """Seconds between two times; None if the clock was set back, as processes share no other clock."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return seconds if seconds > 0 else None


def _warned(job: JobRecord, error: Message | None) -> JobRecord:
    return replace(job, warnings=(*job.warnings, error)) if error else job
