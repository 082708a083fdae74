"""Jobs and steps to test with."""

from __future__ import annotations

from typing import Any

from jobs.records import JobRecord, NewJob, StepRecord
from jobs.store import Store
from step_result import Step


def new_job(**changes: Any) -> NewJob:
    inputs = {"text": "a harbour at dusk"}
    plain: dict[str, Any] = {"owner": "ann", "mode": "full", "model": "mova-360p", "inputs": inputs, "settings": {}}
    return NewJob(**plain | changes)


def queued_job(store: Store, **changes: Any) -> JobRecord:
    """A job that waits in the line."""
    job = store.jobs.create(new_job(state="waiting", **changes))
    assert store.line.enqueue(job.id)
    return recorded(store, job.id)


def recorded(store: Store, job_id: str) -> JobRecord:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def done_step(job_id: str, step: Step, output: str, **changes: Any) -> StepRecord:
    plain: dict[str, Any] = {"job_id": job_id, "step": step, "state": "done", "output": output}
    return StepRecord(**plain | changes)
