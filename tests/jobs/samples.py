"""Jobs and steps to test with."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from core.render_settings import RenderSettings
from core.steps import Step
from jobs.model.records import JobRecord, NewJob, StepRecord
from jobs.model.request import JobRequest
from jobs.store.store import Store

_RENDER = tuple(one.name for one in fields(RenderSettings))
RENDER = RenderSettings(
    width=640, height=352, num_frames=193, fps=24, guidance_scale=5.0, num_inference_steps=50, seed=4711
)


def a_request(**changes: Any) -> JobRequest:
    """A request with these values; nothing is checked, so that the store is tried with anything."""
    plain: dict[str, Any] = {"mode": "full", "text": "a harbour at dusk", "render": RENDER}
    return JobRequest.model_construct(None, **plain | changes)


def new_job(**changes: Any) -> NewJob:
    """A new job; values of its request are given beside its own, and so are those of its render."""
    of_render = {name: changes.pop(name) for name in _RENDER if name in changes}
    of_request = {name: changes.pop(name) for name in JobRequest.model_fields if name in changes}
    request = a_request(render=replace(RENDER, **of_render), **of_request)
    return NewJob(**{"owner": "ann", "request": request, **changes})


def queued_job(store: Store, **changes: Any) -> JobRecord:
    """A job that waits in the line."""
    job = store.jobs.create(new_job(state="waiting", **changes))
    assert store.queue.enqueue(job.id)
    return recorded(store, job.id)


def recorded(store: Store, job_id: str) -> JobRecord:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def done_step(job_id: str, step: Step, output: str, **changes: Any) -> StepRecord:
    plain: dict[str, Any] = {"job_id": job_id, "step": step, "state": "done", "output": output}
    return StepRecord(**plain | changes)
