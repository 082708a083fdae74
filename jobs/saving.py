"""What is done with a video that has come, before its job is completed: looked at, described, given its provenance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.records import JobRecord, StepRecord
from jobs.wish import model_of, render_of
from notes import Note
from pipeline import PREVIEW_NOTE
from record.folder import VIDEO

if TYPE_CHECKING:
    from config import Settings
    from jobs.another_seed import AnotherSeed
    from jobs.folders import Folders
    from jobs.store import Store
    from media.videos import VideoFacts


@dataclass(frozen=True)
class Saved:
    """The ``job`` as it will be completed, its last ``step``, and what the finished file holds."""

    job: JobRecord
    step: StepRecord
    video: VideoFacts


@dataclass(frozen=True)
class Saving:
    """Done again from the start where it was cut off: nothing of it is on record before all of it is."""

    store: Store
    folders: Folders
    settings: Settings
    another: AnotherSeed

    def described(self, job: JobRecord, part: Path) -> Saved:
        """Check the file that came, and write its provenance into it before it gets its name.

        Raises:
            FileMissing, VideoUnplayable: as ``media.videos.check``.
        """
        from media.look import Look
        from media.videos import check
        from record.provenance import embed, frame_of

        seen = Look()
        facts, deviations = check(part, render_of(job), seen.add)
        # A preview is not MOVA's work: it is not judged.
        look = None if job.preview else seen.findings(facts, render_of(job))
        step, told = self._step(job, deviations), self.another.recorded(job, look)
        done = replace(told, state="completed", finished=datetime.now(UTC), look=look)
        steps = {**self.store.steps.chosen(job.id), "render": step}
        record = self.folders.record_of(done, steps.values(), facts)
        trouble = embed(part, record, frame_of(self.folders.of(job).path), prompts=self.settings.provenance_prompts)
        return Saved(_warned(done, trouble), step, replace(facts, bytes=part.stat().st_size))

    def recorded(self, saved: Saved) -> JobRecord:
        """Put everything on record but the end itself; returns the job as it is to be completed."""
        from record.provenance import check_pair

        job, folder = saved.job, self.folders.of(saved.job).path
        self.store.steps.save(saved.step)
        self.folders.record_file(job, "video", VIDEO)
        self.folders.write_record(job, saved.video)
        self.another.start(job)
        trouble = check_pair(folder, prompts=self.settings.provenance_prompts)
        if trouble is None or trouble.template in [words.template for words in job.warnings]:
            return job
        warned = _warned(job, trouble)
        self.folders.write_record(warned, saved.video)
        return warned

    def _step(self, job: JobRecord, deviations: list[Note]) -> StepRecord:
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
            provider="preview" if job.preview else "sglang",
            model=model_of(job.model),
            seconds=(datetime.now(UTC) - job.sent).total_seconds() if job.sent else None,
            warnings=(*deviations, *((PREVIEW_NOTE,) if job.preview else ())),
        )


def _warned(job: JobRecord, trouble: Note | None) -> JobRecord:
    return replace(job, warnings=(*job.warnings, trouble)) if trouble else job
