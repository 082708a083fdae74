"""How far a render is, how long it still takes and whether it is stuck, by what its server says and what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jobs.model.states import JobState
from render.parts import Part, PartTimes, part_of

if TYPE_CHECKING:
    from jobs.model.records import Estimate, JobRecord
    from jobs.store.store import Store

_ON_A_SERVER: tuple[JobState, ...] = ("rendering", "abandoned")
# A part that shows no sign for so many times its usual length counts as stuck, but none before two minutes.
STUCK_STEPS, STUCK_PARTS, SOONEST = 6.0, 3.0, 120.0


@dataclass(frozen=True)
class Stall:
    """Nothing has moved for ``seconds``, where ``usual`` seconds are usual in this ``part``.

    ``asks`` is False for as long as its person has just chosen to wait on.
    """

    part: Part
    seconds: float
    usual: float
    asks: bool = True


@dataclass(frozen=True, kw_only=True)
class RenderProgress:
    """``part`` is None before its server has begun. ``percent`` is of the whole time where the parts of such renders
    were measured, else of the steps, as the server has it. ``step`` is the number of steps that are done, of ``steps``.
    ``seconds_left`` until the file is there, 0 where it takes longer than usual, None where none was measured.
    """

    part: Part | None
    percent: int
    step: int
    steps: int
    seconds_left: float | None = None
    stall: Stall | None = None


def render_progress(job: JobRecord, estimate: Estimate | None, now: datetime | None = None) -> RenderProgress:
    """Where a job on a server is; a job in any other state has its server's percentage and no part."""
    now = now or datetime.now(UTC)
    steps = job.render.num_inference_steps
    part = part_of(job.stage, job.progress) if job.state in _ON_A_SERVER else None
    step = round(job.progress * steps / 100) if part == "denoising" else steps if part == "decoding" else 0
    usual, waited = estimate.parts if estimate else None, _seconds(job.moved, now)
    percent, left = job.progress, _left_of_whole(job, estimate, now)
    if part and usual and job.moved:
        done = _done(part, usual, step / steps, min(waited, _longest(part, usual, steps)))
        percent, left = min(99, int(100 * done / max(usual.total, 0.001))), max(0.0, usual.total - done)
    return RenderProgress(
        part=part,
        percent=percent,
        step=step,
        steps=steps,
        seconds_left=left,
        stall=_stall(job, part, usual, now) if part else None,
    )


def _left_of_whole(job: JobRecord, estimate: Estimate | None, now: datetime) -> float | None:
    """By the whole time alone. What waits on its server for another job has not begun, and ends nobody knows when."""
    if estimate is None or job.sent is None:
        return None
    if job.state in _ON_A_SERVER and job.stage == "queued":
        return None
    return max(0.0, estimate.median - _seconds(job.sent, now))


def _done(part: Part, usual: PartTimes, share: float, waited: float) -> float:
    """Seconds of the usual time that are behind it; ``share`` of the steps is done."""
    if part == "encoding":
        return waited
    if part == "denoising":
        return usual.encoding + usual.denoising * share + waited
    return usual.encoding + usual.denoising + waited


def _longest(part: Part, usual: PartTimes, steps: int) -> float:
    """Seconds that usually pass between two signs of life in this part."""
    step = usual.denoising / min(steps, 100)  # of more than a hundred, several are one percent
    return {"encoding": usual.encoding + step, "denoising": step, "decoding": usual.decoding}[part]


def _stall(job: JobRecord, part: Part, usual: PartTimes | None, now: datetime) -> Stall | None:
    """Nothing is said of a preview engine of ours, nor while the server does not answer at all."""
    if job.moved is None or job.on_own_preview or job.unreachable_since:
        return None
    steps = job.render.num_inference_steps
    length = _longest(part, usual, steps) if usual else _length_so_far(job, part)
    if length is None:
        return None
    seconds, limit = (
        _seconds(job.moved, now),
        max((STUCK_STEPS if part == "denoising" else STUCK_PARTS) * length, SOONEST),
    )
    asks = _seconds(max(job.moved, job.waits_on or job.moved), now) > limit
    return Stall(part, seconds, length, asks) if seconds > limit else None


def _length_so_far(job: JobRecord, part: Part) -> float | None:
    """Where nothing was measured yet: what this job's own steps took, its encoding included, so rather too long."""
    if job.sent is None or job.moved is None or part == "encoding":
        return None
    so_far = _seconds(job.sent, job.moved)
    done = round(job.progress * job.render.num_inference_steps / 100)
    return so_far if part == "decoding" else so_far / max(done, 1)


def _seconds(since: datetime | None, now: datetime) -> float:
    """Never below 0: a clock may be set back."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def stall_on(store: Store, server: str) -> Stall | None:
    """How long a job has stood still on a server, where one does: nothing new is sent there meanwhile."""
    now = datetime.now(UTC)
    for slot in store.queue.occupied():
        job = store.jobs.get(slot.job_id) if slot.server == server else None
        if job is None or _seconds(job.moved, now) <= SOONEST:
            continue
        if stall := render_progress(job, store.times.estimate_of(job.request, server=server), now).stall:
            return stall
    return None
