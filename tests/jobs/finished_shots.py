"""Finished shots without a server: each with a small film of its own in its folder."""

from __future__ import annotations

from typing import Any

from jobs.model.records import JobRecord
from jobs.model.states import JobState
from jobs.service.service import JobService
from jobs.store.store import Store
from record.folder import VIDEO
from tests.jobs.load.workers import white_order
from tests.media.films import film, tone


def shot(
    service: JobService,
    store: Store,
    *,
    after: JobRecord | None = None,
    state: JobState = "completed",
    num_frames: int = 9,
    first: int = 0,
    order: dict[str, Any] | None = None,
    **how: Any,
) -> JobRecord:
    """A job that goes on from another, brought to this state."""
    extends = {"parent": after.id, "extends": after.id} if after else {}
    job = service.create(white_order(**{**extends, **(order or {})}))
    if state == "draft":
        return job
    service.approve(job.id)
    assert store.queue.claim(f"gpu-{job.id}", job.queue_key, 1) == job.id
    for one in ("rendering", "saving", state):
        store.jobs.move_to(job.id, one)
    if state == "completed":
        film(service.files.folder(job.id) / VIDEO, num_frames=num_frames, first=first, sound=tone(480.0), **how)
    return service.get(job.id)
