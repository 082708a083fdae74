"""What a process takes: seconds of CPU, memory and threads, as the kernel counts them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.jobs.load.workers import WorkerProcess


@dataclass(frozen=True)
class Taken:
    """``share`` of one core, resident ``memory`` in MB, ``threads``: over one window."""

    share: float
    memory: float
    threads: int


def watched(worker: WorkerProcess, windows: int, seconds: float) -> list[Taken]:
    """Look on for some windows of time, one after the other."""
    return [_window(worker, seconds) for _ in range(windows)]


def _window(worker: WorkerProcess, seconds: float) -> Taken:
    cpu, began = worker.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    share = (worker.cpu_seconds() - cpu) / (time.monotonic() - began)
    threads, kib = worker.status()
    return Taken(share, kib / 1024, threads)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def plain_environment(**variables: str) -> dict[str, str]:
    """Nothing of this machine but where programs are."""
    return {"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull, **variables}
