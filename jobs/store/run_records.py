"""What the store has of a job as the content of its job.json, and the text that goes to MOVA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.steps import StepResult
from core.version import VERSION
from jobs.model.makers import YOURS
from record.folder import FIRST_FRAME, RunRecord

if TYPE_CHECKING:
    from collections.abc import Collection

    from jobs.model.records import JobRecord, StepRecord


def run_record(job: JobRecord, steps: Collection[StepRecord]) -> RunRecord:
    """The store's records of a job as the content of its job.json."""
    request = job.request
    record = RunRecord(id=job.id, mode=job.mode, state=job.state, program=VERSION, parent=job.parent)
    record.extends = job.extends
    record.created = job.created.isoformat(timespec="seconds")
    record.submitted = job.sent.isoformat(timespec="seconds") if job.sent else None
    record.finished = job.finished.isoformat(timespec="seconds") if job.finished else None
    record.orientation, record.white_frame, record.options = request.orientation, request.white_frame, request.options
    record.crop = {"mode": request.crop_mode, "shift": request.crop_shift}
    record.source_picture = request.source_picture
    record.references = [one.model_dump() for one in request.references]
    record.description = request.text if job.mode == "full" else None
    record.take_settings(job.render)
    record.server, record.server_job_id, record.preview = job.shown_server, job.server_job_id, job.is_preview
    record.server_model, record.server_version = job.model, job.server_version
    record.inference_time_s = job.inference_time_s
    record.look = None if job.look is None else list(job.look)
    record.report, record.takes = job.report, job.takes
    record.warn(job.warnings)
    for step in steps:
        if step.state in ("done", "stale", "skipped"):
            _take_step(record, step)
            if record.references and step.step == "first_frame" and step.state == "done" and step.provider != YOURS:
                record.tell_of_step(step.step, references=record.references)
    if offered := job.bookkeeping.offered_negative_prompt:
        record.offer_negative_prompt(offered)
    record.prompt = prompt_of(job, steps)
    record.error = job.error.rebuilt().as_json() if job.error else None
    return record


def _take_step(record: RunRecord, step: StepRecord) -> None:
    """Add a step's record to the run record."""
    is_frame = step.step == "first_frame"
    result = StepResult(
        step=step.step,
        output=FIRST_FRAME if is_frame else step.output or "",
        provider=step.provider or "",
        model=step.model or "",
        seconds=step.seconds or 0.0,
        tokens=step.tokens,
        warnings=step.warnings,
    )
    record.take_step(result)
    record.tell_of_step(
        step.step,
        file=step.output if is_frame else None,
        state=step.state,
        version=step.version,
        edited=step.edited,
        input_hash=step.input_hash,
        maker=step.maker.as_json() if step.maker else None,
        kept=step.kept,
    )


def prompt_of(job: JobRecord, steps: Collection[StepRecord]) -> str:
    """The text that goes to MOVA."""
    if job.mode == "simple":
        return job.request.text
    described = [step for step in steps if step.step == "video_description"]
    return described[0].output or "" if described else ""
