"""What the routes work with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import Request

from preview.animatic import render
from preview.jobs import JobStore
from preview.sizes import Model
from preview.worker import Worker


@dataclass(frozen=True)
class Engine:
    """One model's jobs and the worker that renders them: pictures wait in ``inputs``, videos go to ``outputs``."""

    model: Model
    store: JobStore
    worker: Worker
    inputs: Path
    outputs: Path


@contextmanager
def running(model: Model, output_path: Path | None) -> Iterator[Engine]:
    """A working engine. Without ``output_path`` its videos are gone when it ends."""
    with TemporaryDirectory(prefix="preview-") as folder:
        inputs, outputs = Path(folder, "inputs"), (output_path or Path(folder, "outputs")).resolve()
        inputs.mkdir()
        outputs.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = JobStore()
        worker = Worker(store, render)
        worker.start()
        try:
            yield Engine(model, store, worker, inputs, outputs)
        finally:
            worker.stop()


def engine_of(request: Request) -> Engine:
    """The engine that answers a request."""
    engine: Engine = request.app.state.engine
    return engine
