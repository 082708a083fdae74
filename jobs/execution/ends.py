"""How a job on its way to a video ends that has none: its true state, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import JobFailed, JobLost, MovaError, ServerError, SubmissionUnclear
from jobs.model.records import JobRecord, StoredError
from jobs.store.writes import SENDING

if TYPE_CHECKING:
    from jobs.store.store import Store


def record_end(store: Store, job: JobRecord, problem: MovaError) -> None:
    """Record how a job ended. It is as it was when the problem was met; one that moved on since stays as it is."""
    error, met_in = StoredError.of(problem), frozenset((job.state,))
    if isinstance(problem, JobLost) and job.on_own_preview:
        # It took no GPU time. In one write: a process killed in between must not leave the job lost.
        store.queue.requeue(job.id, lost=True)
    elif isinstance(problem, JobLost):
        store.jobs.move_to(job.id, "lost", only_from=met_in, error=error)
    elif job.state == "submitted" and _may_be_there(store, job, problem):
        store.jobs.move_to(job.id, "unclear", only_from=met_in, stage="render", error=error)
    elif job.state == "rendering" and not isinstance(problem, JobFailed):
        # The server may still be rendering: the slot stays taken until that is known.
        store.jobs.move_to(job.id, "abandoned", only_from=met_in, error=error)
    else:
        store.jobs.move_to(job.id, "failed", only_from=met_in, error=error)


def _may_be_there(store: Store, job: JobRecord, problem: MovaError) -> bool:
    """Whether a job that was on its way may have arrived; every other server error means that it has not."""
    if isinstance(problem, ServerError):
        return isinstance(problem, SubmissionUnclear)
    now = store.jobs.get(job.id)
    return now is not None and now.stage == SENDING
