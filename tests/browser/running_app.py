"""The app as its user starts it: a process of its own, with an environment that holds nothing of this machine's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import requests

REPO = Path(__file__).resolve().parents[2]
# Small videos, so that a render takes a second.
SMALL = {"NUM_FRAMES": "17", "NUM_INFERENCE_STEPS": "4"}
_START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class RunningApp:
    """``streamlit run app.py`` over an output folder, up for as long as a ``with`` block lasts."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder, self._variables, self.port = folder, variables, free_port()
        self._log = folder / "app.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def words(self) -> str:
        """What the process has printed so far."""
        return self._log.read_text(errors="replace")

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        options = {"port": self.port, "address": "127.0.0.1", "fileWatcherType": "none"}
        named = [word for name, value in options.items() for word in (f"--server.{name}", str(value))]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", *named],
                cwd=REPO, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process
        self._process.kill()
        self._process.wait()
        self._process = None

    def _environment(self) -> dict[str, str]:
        own = {"MOVA_ENV_FILE": os.devnull, "OUTPUT_DIR": str(self.folder / "outputs"), "HOME": str(self.folder)}
        more = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
        return {"PATH": os.environ["PATH"], **more, **own, **SMALL, **self._variables}

    def _wait(self) -> None:
        ends = time.monotonic() + _START_SECONDS
        while time.monotonic() < ends:
            assert self._process
            assert self._process.poll() is None, self.words
            try:
                if requests.get(f"{self.address}/_stcore/health", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError(f"the app did not start:\n{self.words}")
