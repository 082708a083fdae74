"""The tiny MOVA behind ``launch_sglang_server.sh`` and SGLang's own command: started, lost, ended, started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests

from tests.real_sglang.ports import free_block
from tests.real_sglang.real_server import HERE, PYTHON

SCRIPT = HERE.parents[1] / "launch_sglang_server.sh"
MODEL = "mova-360p"
_SECONDS = 600
_WORKER = b"sgl_diffusion::scheduler"  # the name that SGLang gives its process
# One small render; with what the launcher would warm up for, a start takes minutes on a CPU.
_SMALL = ("--warmup-resolutions", "640x352", "--warmup-num-frames", "5")


class LaunchedServer:
    """One address and, one after the other, as many launches as the tests end.

    Args:
        folder: for the checkpoint, which is made in it, the logs and SGLang's files.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_block()
        self.address = f"http://127.0.0.1:{self.port}"
        self._folder, self._logs = folder, 0
        self._launcher: subprocess.Popen[bytes] | None = None
        self._session = 0

    def start(self) -> None:
        """See that it is ready; one that runs stays as it is."""
        if self._launcher is None or self._launcher.poll() is not None:
            self.launch(*_SMALL)
        self.waits_for("ready after")

    def launch(self, *passed_on: str) -> None:
        """Call the launcher; it is loading when this returns."""
        checkpoint = self._folder / "MOVA-360p"
        if not checkpoint.exists():
            subprocess.run([PYTHON, "-W", "ignore", HERE / "tiny_mova.py", checkpoint], check=True)
        self._logs += 1
        machine = ("--num-gpus", "1", "--gpu-memory", "80")
        files = ("--output-path", self._folder / "out", "--input-save-path", self._folder / "in")
        words = (SCRIPT, "--model-path", checkpoint, "--port", str(self.port), *machine, *files)
        own = {"MOVA_LANGUAGE": "en", "PYTHON": sys.executable, "PATH": f"{PYTHON.parent}:{os.environ['PATH']}"}
        own["OMP_NUM_THREADS"] = "1"  # the layers are so small that two threads mostly wait for each other
        with self._log.open("wb") as log:
            self._launcher = subprocess.Popen(
                [*words, "--", "--sleep-on-idle", *passed_on],
                cwd=self._folder,
                env={**os.environ, **own},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.waits_for("loading the weights")
        self._session = next(pid for pid, found in _processes().items() if found == (self.pid, pid))

    @property
    def _log(self) -> Path:
        return self._folder / f"launcher-{self._logs}.log"

    @property
    def pid(self) -> int:
        """Of the launcher."""
        assert self._launcher
        return self._launcher.pid

    @property
    def said(self) -> str:
        """What the launcher and SGLang have said since the last start."""
        return self._log.read_text(errors="replace")

    def waits_for(self, text: str) -> None:
        assert self._launcher
        ends = time.monotonic() + _SECONDS
        while text not in self.said:
            assert time.monotonic() < ends, self.said[-3000:]
            assert self._launcher.poll() is None or text in self.said, self.said[-3000:]
            time.sleep(0.2)

    def ends(self) -> int:
        """Its exit status, once it has ended."""
        assert self._launcher
        return self._launcher.wait(_SECONDS)

    @property
    def left(self) -> list[int]:
        """The processes of SGLang: its HTTP side, and its worker."""
        return [pid for pid, (_, session) in _processes().items() if session == self._session]

    def waits_until_rendering(self, steps: int = 1) -> None:
        """Wait until a job has made so many per cent."""
        self.waits_until(lambda: any(steps <= int(str(job["progress"])) < 100 for job in self.jobs))

    def waits_until(self, happened: Callable[[], object]) -> None:
        ends = time.monotonic() + _SECONDS
        while not happened():
            assert time.monotonic() < ends, self.said[-3000:]
            time.sleep(0.2)

    @property
    def jobs(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = requests.get(f"{self.address}/v1/videos", timeout=30).json()["data"]
        return found

    def interrupt(self) -> None:
        """Ctrl-C at the launcher."""
        os.kill(self.pid, signal.SIGINT)

    def lose_worker(self) -> None:
        (worker,) = (pid for pid in self.left if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(_WORKER))
        os.kill(worker, signal.SIGKILL)

    def lose_server(self) -> None:
        os.kill(self._session, signal.SIGKILL)

    def stop(self) -> None:
        """End it, and all that is left of it; does nothing where it has not been started."""
        if self._launcher is None:
            return
        self._launcher.terminate()
        try:
            self._launcher.wait(60)
        finally:
            self._launcher.kill()
            for pid in self.left:
                os.kill(pid, signal.SIGKILL)


def _processes() -> dict[int, tuple[int, int]]:
    """Parent and session of every process that runs."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, _, session, *_ = path.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended meanwhile
            continue
        if state != "Z":
            found[int(path.parent.name)] = (int(parent), int(session))
    return found
