"""The worker: one render at a time, in order; one failure is one job's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preview.jobs import JobStore
from preview.plan import Plan
from preview.worker import Progress, Task, Worker
from protocol.video_answers import VideoResponse
from tests.preview.preview_samples import plan
from tests.waiting import until


class WatchedStore(JobStore):
    """Remembers every progress that was written."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[int] = []

    def change(self, job_id: str, **fields: Any) -> None:
        super().change(job_id, **fields)
        self.shown += [fields["progress"]] if "progress" in fields else []


class JobQueue:
    """A worker whose renders wait for the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = WatchedStore()
        self.began: list[str] = []
        self.running = 0
        self.go = threading.Semaphore(0)
        self.step = threading.Semaphore(0)
        self.worker = Worker(self.store, self.render)
        self.worker.start()

    def render(self, asked: Plan, picture: Path, video: Path, progress: Progress) -> None:
        self.running += 1
        assert self.running == 1
        self.began.append(video.stem)
        self.step.release()
        self.go.acquire(timeout=10)
        progress(1, 3)
        if asked.prompt == "fail":
            self.running -= 1
            raise OSError(28, "No space left on device", str(video))
        progress(3, 3)
        self.running -= 1

    def submit(self, job_id: str, prompt: str = "a", **fields: Any) -> Path:
        picture = self.folder / job_id
        picture.write_bytes(b"")
        self.store.add(VideoResponse(id=job_id, model="m", size="640x352", seconds="1"))
        self.worker.submit(Task(job_id, plan(prompt=prompt, **fields), picture, self.folder / f"{job_id}.mp4"))
        return picture

    def job(self, job_id: str) -> VideoResponse:
        job = self.store.get(job_id)
        assert job
        return job

    def ended(self, job_id: str) -> VideoResponse:
        until(lambda: self.job(job_id).status not in ("queued", "in_progress"), every=0.001)
        return self.job(job_id)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[JobQueue]:
    made = JobQueue(tmp_path)
    yield made
    made.go.release(100)
    made.worker.stop()


def test_jobs_are_rendered_one_after_the_other(line: JobQueue) -> None:
    for job_id in "abc":
        line.submit(job_id)
    for number, job_id in enumerate("abc"):
        assert line.step.acquire(timeout=10)
        assert line.began == list("abc"[: number + 1])
        assert line.job(job_id).status == "in_progress"
        assert [line.job(later).status for later in "abc"[number + 1 :]] == ["queued"] * (2 - number)
        line.go.release()


def test_a_failed_job_keeps_its_progress_tells_no_path_and_lets_the_next_run(line: JobQueue) -> None:
    pictures = [line.submit("a", "fail", num_inference_steps=10), line.submit("b")]
    line.go.release(2)
    assert line.ended("b").status == "completed"
    failed = line.job("a")
    assert (failed.status, failed.progress) == ("failed", 30)
    assert failed.error == {
        "message": "Model generation failed. Error from scheduler: Error executing request a: No space left on device"
    }
    line.worker.stop()
    assert not any(picture.exists() for picture in pictures)


def test_progress_is_whole_steps_and_at_most_99_before_the_end(line: JobQueue) -> None:
    line.submit("a", num_inference_steps=2)
    line.go.release()
    assert (line.ended("a").status, line.job("a").progress) == ("completed", 100)
    assert line.store.shown == [0, 99, 100]


def test_stopping_does_not_wait_for_the_line(line: JobQueue) -> None:
    for job_id in "abc":
        line.submit(job_id)
    line.step.acquire(timeout=10)
    threading.Timer(0.05, line.go.release).start()
    line.worker.stop()
    assert line.began == ["a"]


def test_a_job_deleted_meanwhile_stays_deleted(line: JobQueue) -> None:
    line.submit("a")
    line.submit("b")
    line.step.acquire(timeout=10)
    line.store.remove("a")
    line.go.release(2)
    assert line.ended("b").status == "completed"
    assert line.store.get("a") is None
