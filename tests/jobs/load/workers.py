"""Workers as processes of their own, as ``python -m jobs.worker`` starts them, and a desk beside them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import config
from config import Settings
from jobs.desk import Desk, Order
from jobs.folders import Folders
from jobs.records import JobRecord
from jobs.store import Store, open_store
from jobs.wish import Wish
from render_settings import RenderSettings
from tests.jobs.load.video_server import VideoServer

REPO = Path(__file__).resolve().parents[3]
SMALL = RenderSettings(width=640, height=352, num_frames=17, fps=24, guidance_scale=5.0, num_inference_steps=4, seed=7)


def environment(
    folder: Path, servers: Sequence[VideoServer], *, ahead: int = 1, tagged: bool = True, **more: str
) -> dict[str, str]:
    """Settings for the servers, each under the name ``gpu-N``."""
    alike = {"model": "mova-360p", "jobs_sent_ahead": ahead, "tag_jobs": tagged}
    described = [{"name": f"gpu-{n}", "base_url": one.url, **alike} for n, one in enumerate(servers)]
    ours = {"OUTPUT_DIR": str(folder), "SGLANG_SERVERS": json.dumps(described), "MOVA_ENV_FILE": os.devnull}
    return ours | more


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
def desk_at(settings: Settings) -> Iterator[tuple[Desk, Store]]:
    """A desk without a worker in this process."""
    settings.output_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_address)
    yield Desk(settings, store, Folders(settings, store), threading.Event()), store
    store.close()


def white_order(
    owner: str | None = "ann", text: str = "A cat purrs.", line: str = "mova-360p", **more: object
) -> Order:
    """A small Simple Mode job from a white frame."""
    wish = Wish(text=text, white_frame=True)
    return Order(mode="simple", wish=wish, render=SMALL, line=line, owner=owner, **more)  # type: ignore[arg-type]


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
def worker(folder: Path, variables: dict[str, str]) -> Iterator[WorkerProcess]:
    """A worker that works; stopped at the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"worker-{len(list(folder.glob('worker-*.log')))}.log"
    command = [sys.executable, "-m", "jobs.worker"]
    with log.open("wb") as words:
        process = subprocess.Popen(
            command, cwd=REPO, env={"PATH": os.environ["PATH"], **variables}, stderr=words, stdout=words
        )
    running = WorkerProcess(process, log)
    try:
        until(lambda: "working" in running.words or process.poll() is not None, 30)
        assert process.poll() is None, running.words
        yield running
    finally:
        if process.poll() is None:
            running.stop()


def until(happened: Callable[[], object], seconds: float, every: float = 0.05) -> None:
    """Wait for something; fail where it does not come."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(every)


def in_state(desk: Desk, job_id: str, *states: str, seconds: float = 30) -> JobRecord:
    """The job once it is in one of the states."""
    until(lambda: desk.get(job_id).state in states, seconds)
    return desk.get(job_id)
