"""Workers as processes of their own, as ``python -m jobs.worker`` starts them, and a service beside them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import config
from config import Settings
from core.render_settings import RenderSettings
from jobs.database.wake_up import WakeUp
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.service.context import ServiceContext
from jobs.service.service import JobService
from jobs.store.bucket_folders import folders_of
from jobs.store.orders import Order
from jobs.store.store import Store, open_store
from tests.jobs.load.video_server import VideoServer
from tests.waiting import PATIENCE, until

REPO = Path(__file__).resolve().parents[3]
SMALL = RenderSettings(width=640, height=352, num_frames=17, fps=24, guidance_scale=5.0, num_inference_steps=4, seed=7)


def environment(
    folder: Path, servers: Sequence[VideoServer], *, ahead: int = 1, tagged: bool = True, **more: str
) -> dict[str, str]:
    """Settings for the servers, each under the name ``gpu-N``."""
    alike = {"model": "mova-360p", "jobs_sent_ahead": ahead, "tag_jobs": tagged}
    described = [{"name": f"gpu-{n}", "base_url": one.url, **alike} for n, one in enumerate(servers)]
    ours = {"OUTPUT_DIR": str(folder), "SGLANG_SERVERS": json.dumps(described), "MOVA_ENV_FILE": os.devnull}
    return ours | {"LISTEN": "off"} | more  # the models of hearing take a second to load


def settings_of(variables: dict[str, str]) -> Settings:
    """The same settings in this process."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        return config.fresh()
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def service_at(settings: Settings) -> Iterator[tuple[JobService, Store]]:
    """A service without a worker in this process."""
    settings.output_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_address)
    yield service_over(settings, store), store
    store.close()


def service_over(settings: Settings, store: Store) -> JobService:
    folders = folders_of(settings, store)
    return JobService(ServiceContext(settings=settings, store=store, folders=folders, wake=WakeUp(store.database)))


def white_order(
    owner: str | None = "ann", text: str = "A cat purrs.", server: str | None = None, **more: object
) -> Order:
    """A small Simple Mode job from a white frame."""
    request = JobRequest(mode="simple", text=text, white_frame=True, render=SMALL, wanted_server=server)
    return Order(request=request, owner=owner, **more)  # type: ignore[arg-type]


@dataclass
class WorkerProcess:
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def words(self) -> str:
        return self.log.read_text()

    def status(self) -> tuple[int, int]:
        """Threads, and resident memory in KiB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        found = dict(re.findall(r"^(Threads|VmRSS):\s+(\d+)", text, re.MULTILINE))
        return int(found["Threads"]), int(found["VmRSS"])

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(30)


@contextmanager
def worker(
    folder: Path, variables: dict[str, str], begin: type[subprocess.Popen[Any]] = subprocess.Popen
) -> Iterator[WorkerProcess]:
    """A worker that works; stopped at the end of the block. ``begin`` may be Forked where no memory is measured."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"worker-{len(list(folder.glob('worker-*.log')))}.log"
    command = [sys.executable, "-m", "jobs.worker"]
    with log.open("wb") as words:
        process = begin(command, cwd=REPO, env={"PATH": os.environ["PATH"], **variables}, stderr=words, stdout=words)
    running = WorkerProcess(process, log)
    try:
        until(lambda: "working" in running.words or process.poll() is not None, 30)
        assert process.poll() is None, running.words
        yield running
    finally:
        if process.poll() is None:
            running.stop()


def in_state(
    service: JobService, job_id: str, *states: str, seconds: float = PATIENCE, every: float = 0.05
) -> JobRecord:
    """The job once it is in one of the states."""
    until(lambda: service.get(job_id).state in states, seconds, every)
    return service.get(job_id)
