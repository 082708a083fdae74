"""The launcher starting a real SGLang server: states as they are, nothing left behind, a death reported."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.launcher.made_up import checkpoint
from tests.launcher.test_launch import SCRIPT
from tests.real_sglang.ports import free_block
from tests.real_sglang.real_server import HERE, PYTHON

_SECONDS = 240


class Launch:
    """``launch_sglang_server.sh`` with the stand-in for the command ``sglang`` that runs serve.py."""

    def __init__(self, folder: Path, port: int) -> None:
        checkpoint(folder / "MOVA-360p")
        self.port, self._log = port, folder / "launcher.log"
        machine = ["--num-gpus", "1", "--gpu-memory", "80"]
        files = ["--output-path", f"{folder}/out", "--input-save-path", f"{folder}/in"]
        own = {"MOVA_LANGUAGE": "en", "STAND_IN": "--load-delay 2 --warmup-time 4", "SGLANG_PYTHON": str(PYTHON)}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [SCRIPT, "--model-path", "MOVA-360p", "--port", str(port), *machine, *files],
                cwd=folder,
                env={**os.environ, **own, "PATH": f"{HERE / 'bin'}:{os.environ['PATH']}"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def waits_for(self, text: str) -> None:
        ends = time.monotonic() + _SECONDS
        while text not in self.said:
            assert time.monotonic() < ends, self.said[-3000:]
            assert self.process.poll() is None or text in self.said, self.said[-3000:]
            time.sleep(0.1)

    def health(self) -> int:
        """The status of /health; 0 while the port is closed."""
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/health", timeout=2).status_code
        except requests.ConnectionError:
            return 0

    def pids(self) -> list[int]:
        """Every process whose environment or command names our port."""
        mark = f"\0--port\0{self.port}\0".encode()
        found = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if mark in _bytes_of(path)]
        worker = re.findall(r"worker pid=(\d+)", self.said)
        return [*found, *(int(pid) for pid in worker if Path(f"/proc/{pid}").exists() and not _is_zombie(int(pid)))]


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _is_zombie(pid: int) -> bool:
    return b") Z " in _bytes_of(Path(f"/proc/{pid}/stat"))


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    started = Launch(tmp_path, free_block())
    yield started
    for pid in started.pids():
        os.kill(pid, signal.SIGKILL)
    started.process.wait(30)


def test_from_loading_to_ctrl_c(launch: Launch) -> None:
    launch.waits_for("loading the weights")
    assert launch.health() == 0
    launch.waits_for("warming up")
    assert "ready after" not in launch.said
    launch.waits_for("ready after")
    assert launch.health() == 200
    info = requests.get(f"http://127.0.0.1:{launch.port}/server_info", timeout=10).json()
    assert info["served_model_name"] == "mova-360p"
    assert "! this SGLang does not know" not in launch.said
    assert len(launch.pids()) >= 2
    launch.process.send_signal(signal.SIGINT)
    launch.process.wait(60)
    assert "mova-360p: stopped" in launch.said
    assert launch.pids() == []


def test_a_worker_that_dies(launch: Launch) -> None:
    launch.waits_for("ready after")
    os.kill(int(re.findall(r"worker pid=(\d+)", launch.said)[-1]), signal.SIGKILL)
    assert launch.process.wait(90) != 0
    assert "mova-360p: its worker has died; the server is stopped" in launch.said
    last = launch.said[launch.said.index("Its last lines:") :]
    assert len(last.splitlines()) > 2
    assert launch.pids() == []
