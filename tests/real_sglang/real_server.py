"""A real SGLang server as a process of a test: started, waited for, killed and started again at the same address."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import requests

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parents[1] / ".sglang-venv" / "bin" / "python"
WHY_NOT = "" if PYTHON.exists() else "the real SGLang server is not set up; do it and run these: ./run_tests.sh --real"
_START_SECONDS = 240
_STOP_SECONDS = 20


class RealServer:
    """``start`` returns once ``/health`` is 200. ``speeds`` are options of serve.py, such as ``step_time=0.2``."""

    def __init__(self, folder: Path, port: int, model: str = "mova-360p", **speeds: float) -> None:
        self.address, self.port = f"http://127.0.0.1:{port}", port
        self._folder, self._log = folder, folder / "sglang.log"
        paced = [word for name, value in speeds.items() for word in (f"--{name.replace('_', '-')}", str(value))]
        script = [str(PYTHON), str(HERE / "serve.py"), "--port", str(port), "--model", model]
        self._command = [*script, "--work-dir", str(folder), *paced]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> RealServer:
        self.spawn()
        self.waits_until_ready()
        return self

    def spawn(self) -> None:
        """Start it without waiting."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def revive(self) -> None:
        """See that it is ready: wait for it, or start it again where it is dead."""
        if self._process is None or "Scheduler worker exited" in self._health():
            self.kill()
            self.spawn()
        self.waits_until_ready()

    def __enter__(self) -> RealServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def waits_until_ready(self) -> None:
        ends = time.monotonic() + _START_SECONDS
        while not self.healthy:
            assert self._process
            assert self._process.poll() is None, self.words[-3000:]
            assert time.monotonic() < ends, self.words[-3000:]
            time.sleep(0.2)

    @property
    def healthy(self) -> bool:
        try:
            return requests.get(f"{self.address}/health", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def _health(self) -> str:
        try:
            return requests.get(f"{self.address}/health", timeout=2).text
        except requests.RequestException:
            return ""

    @property
    def words(self) -> str:
        """Its log so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def jobs(self) -> list[dict[str, object]]:
        answer = requests.get(f"{self.address}/v1/videos", timeout=10)
        found: list[dict[str, object]] = answer.json()["data"]
        return found

    def lose_worker(self) -> None:
        """Kill its worker; the HTTP side lives on."""
        os.kill(int(re.findall(r"worker pid=(\d+)", self.words)[-1]), signal.SIGKILL)

    def stop(self) -> None:
        """End it, the hard way where it takes too long; does nothing where it has not been started."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.kill()

    def kill(self) -> None:
        """End it and its worker as a power cut would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None
