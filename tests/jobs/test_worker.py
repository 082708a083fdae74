"""A web process that only records jobs, and a worker of its own that does them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import config
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from jobs.worker import Worker
from tests.renders import landscape
from tests.waiting import until

pytestmark = pytest.mark.long

REPO = Path(config.__file__).parent


def _order() -> Order:
    render = landscape(num_frames=5, num_inference_steps=2)
    return Order(
        request=JobRequest(mode="simple", text="cat", white_frame=True, render=render, wanted_server="preview")
    )


def test_the_web_process_only_records_and_a_worker_does_the_job(tmp_path: Path) -> None:
    settings = config.fresh().model_copy(update={"output_dir": tmp_path})
    web = Worker(settings)
    web.start(working=False)
    try:
        job = web.service.create(_order())
        assert web.service.start(job.id)
        time.sleep(0.5)
        assert web._wake.is_set()  # a dispatcher would have taken it up at once
        assert web.service.get(job.id).state == "queued"
        environment = {**os.environ, "OUTPUT_DIR": str(tmp_path)}
        worker = subprocess.Popen([sys.executable, "-m", "jobs.worker"], cwd=REPO, env=environment)
        try:
            until(lambda: web.service.get(job.id).state == "completed")
        finally:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0
        assert web.service.get(job.id).state == "completed"
        assert (web.service.files.folder(job.id) / "video.mp4").stat().st_size > 1000
    finally:
        web.stop()
