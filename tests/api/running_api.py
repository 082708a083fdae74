"""``python -m api`` as its user starts it: a process of its own over a folder; ``restart`` keeps port and folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from tests.browser.running_app import free_port

REPO = Path(__file__).resolve().parents[2]
_SECONDS = 90


class RunningApi:
    """``variables`` are settings; ``key`` opens everything that a usual key does."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder, self.port, self._variables = folder, free_port(), variables
        self._process: subprocess.Popen[bytes] | None = None
        self.key = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def environment(self) -> dict[str, str]:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "MOVA_ENV_FILE": os.devnull}
        return {**own, "OUTPUT_DIR": str(self.folder), **self._variables}

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.key:
            self.key = self.new_key("tests")
        command = [sys.executable, "-m", "api", "--port", str(self.port)]
        with (self.folder / "api.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=REPO, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        ends = time.monotonic() + _SECONDS
        while time.monotonic() < ends and self._process.poll() is None:
            try:
                if requests.get(f"{self.address}/health", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError((self.folder / "api.log").read_text())

    def new_key(self, name: str, *options: str) -> str:
        command = [sys.executable, "workflow.py", "key", "create", name, *options, "--json"]
        done = subprocess.run(command, cwd=REPO, env=self.environment, capture_output=True, text=True, check=True)
        document: dict[str, Any] = json.loads(done.stdout)
        return str(document["key"])

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.wait(30)
            self._process = None
