"""The jobs, in memory only, as SGLang keeps them: a restart forgets them all."""

from __future__ import annotations

import threading
from typing import Any, Literal

from protocol.video_answers import VideoListResponse, VideoResponse


class JobStore:
    """Jobs by id. Every answer is a copy, so that the worker's thread never changes one being sent."""

    def __init__(self) -> None:
        self._jobs: dict[str, VideoResponse] = {}
        self._lock = threading.Lock()

    def add(self, job: VideoResponse) -> None:
        with self._lock:
            self._jobs[job.id] = job.model_copy()

    def get(self, job_id: str) -> VideoResponse | None:
        with self._lock:
            job = self._jobs.get(job_id)
            return job and job.model_copy()

    def remove(self, job_id: str) -> VideoResponse | None:
        with self._lock:
            return self._jobs.pop(job_id, None)

    def change(self, job_id: str, **fields: Any) -> None:
        """Set fields of a job; nothing happens to one that was deleted meanwhile."""
        with self._lock:
            if job := self._jobs.get(job_id):
                self._jobs[job_id] = job.model_copy(update=fields)

    def page(self, *, after: str | None, limit: int, order: Literal["asc", "desc"]) -> VideoListResponse:
        """A page by second of creation; within one second in order of creation, even descending.

        An unknown ``after`` gives an empty page. Both as SGLang 0.5.23 does.
        """
        with self._lock:
            jobs = sorted(self._jobs.values(), key=lambda job: job.created_at, reverse=order == "desc")
        if after is not None:
            ids = [job.id for job in jobs]
            jobs = jobs[ids.index(after) + 1 :] if after in ids else []
        page = jobs[:limit]
        return VideoListResponse(
            data=page,
            first_id=page[0].id if page else None,
            last_id=page[-1].id if page else None,
            has_more=len(jobs) > limit,
        )
