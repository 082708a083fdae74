"""A web process that only records jobs, and a worker of its own that does them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import config
from jobs.desk import Order
from jobs.wish import Wish
from jobs.worker import Worker
from tests.renders import landscape

REPO = Path(config.__file__).parent


def _order() -> Order:
    render = landscape(num_frames=5, num_inference_steps=2)
    return Order(mode="simple", wish=Wish(text="cat", white_frame=True), render=render, line="mova-360p@preview")


def test_the_web_process_only_records_and_a_worker_does_the_job(tmp_path: Path) -> None:
    settings = config.fresh().model_copy(update={"output_dir": tmp_path})
    web = Worker(settings)
    web.start(working=False)
    try:
        job = web.desk.create(_order())
        assert web.desk.start(job.id)
        time.sleep(1.5)  # longer than a turn of a dispatcher
        assert web.desk.get(job.id).state == "queued"
        environment = {**os.environ, "OUTPUT_DIR": str(tmp_path)}
        worker = subprocess.Popen([sys.executable, "-m", "jobs.worker"], cwd=REPO, env=environment)
        try:
            deadline = time.monotonic() + 60
            while web.desk.get(job.id).state != "completed" and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0
        assert web.desk.get(job.id).state == "completed"
        assert (web.desk.folder(job.id) / "video.mp4").stat().st_size > 1000
    finally:
        web.stop()
