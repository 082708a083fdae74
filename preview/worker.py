"""One render at a time, first come first served, in one thread."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from preview.jobs import JobStore
from preview.pictures import PictureFailed
from preview.plan import Plan

logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
Render = Callable[[Plan, Path, Path, Progress], None]
SEED_LIMIT = 2**64
HIGHEST = 99  # until the file is there


@dataclass(frozen=True)
class Task:
    """One render to do: the picture's file is removed after it, ``video`` appears whole or not at all."""

    job_id: str
    plan: Plan
    picture: Path
    video: Path


class RenderFailed(Exception):
    """What MOVA's own pipeline fails on, after the request was taken."""


class Stopped(Exception):
    """The engine is going down in the middle of a render."""


class Worker:
    """Renders tasks in the order they come. A job that fails fails alone.

    Args:
        store: where status and progress are written.
        render: ``render(plan, picture, video, progress)``; ``progress(done, total)`` counts frames.
    """

    def __init__(self, store: JobStore, render: Render) -> None:
        self._store = store
        self._render = render
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="preview-worker")

    def start(self) -> None:
        self._thread.start()

    def submit(self, task: Task) -> None:
        self._tasks.put(task)

    def stop(self) -> None:
        """Stop within one frame and forget what waits."""
        self._stopping.set()
        self._tasks.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (task := self._tasks.get()) and not self._stopping.is_set():
            try:
                self._do(task)
            except Stopped:
                return
            except Exception as error:
                self._fail(task, error)
            finally:
                task.picture.unlink(missing_ok=True)

    def _do(self, task: Task) -> None:
        began = time.perf_counter()
        steps = task.plan.num_inference_steps

        def progress(done: int, total: int) -> None:
            if self._stopping.is_set():
                raise Stopped
            percent = 100 * (steps * done // total) // steps
            self._store.change(task.job_id, progress=min(percent, HIGHEST))

        self._store.change(task.job_id, status="in_progress")
        _check_before(task.plan)
        self._render(task.plan, task.picture, task.video, progress)
        self._store.change(
            task.job_id,
            status="completed",
            progress=100,
            completed_at=int(time.time()),
            urls=[None],
            num_outputs=1,
            file_path=str(task.video),
            file_paths=[str(task.video)],
            inference_time_s=time.perf_counter() - began,
        )

    def _fail(self, task: Task, error: Exception) -> None:
        if not isinstance(error, (PictureFailed, RenderFailed)):
            logger.exception("job %s failed", task.job_id)
        reason = getattr(error, "strerror", None) or str(error)  # an OSError's text would name a path
        message = f"Model generation failed. Error from scheduler: Error executing request {task.job_id}: {reason}"
        self._store.change(task.job_id, status="failed", error={"message": message}, file_path=None)


def _check_before(plan: Plan) -> None:
    """Fail where MOVA's pipeline fails, in its words.

    Raises:
        RenderFailed: several outputs, a seed over 64 bits, a size of which a side rounds to 0.
    """
    if len(plan.seeds) > 1:
        raise RenderFailed(f"seed list length must match num_outputs_per_prompt (1), got {len(plan.seeds)}")
    if plan.seed >= SEED_LIMIT:
        raise RenderFailed("Overflow when unpacking long long")
    if not plan.width or not plan.height:
        raise RenderFailed(f"Input and output sizes should be greater than 0, but got {plan.width}x{plan.height}")
    if plan.num_outputs > 1:
        raise RenderFailed(
            "Sizes of tensors must match except in dimension 1. "
            f"Expected size {plan.num_outputs} but got size 1 for tensor number 1 in the list."
        )
    if not 10 <= plan.output_compression <= 100:
        raise RenderFailed("video quality must be between 1 and 10")
