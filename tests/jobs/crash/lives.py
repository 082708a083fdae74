"""Processes that work on jobs, seen from the test: started from a nursery, killed, waited for."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from tests.conftest import REPO
from tests.waiting import PATIENCE


@dataclass(frozen=True)
class Life:
    """A running process; ``ended`` becomes its exit status, -9 after SIGKILL."""

    pid: int
    ended: Future[int]

    def kill(self) -> None:
        """SIGKILL; returns when the process is gone."""
        if not self.ended.done():
            os.kill(self.pid, signal.SIGKILL)
        self.ended.result(PATIENCE)

    def wait(self) -> int:
        """Its exit status; a process that hangs is killed."""
        try:
            return self.ended.result(PATIENCE)
        except TimeoutError:
            self.kill()
            raise


class Nursery:
    """Where lives come from; they all end with it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.jobs.crash.nursery"]
        environment = {"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull}
        self._process = subprocess.Popen(
            command, cwd=REPO, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self._process.stdout
        assert self._process.stdout.readline(), "the nursery broke down"
        self._born: queue.SimpleQueue[Life] = queue.SimpleQueue()
        self._alive: dict[int, Life] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, life: dict[str, Any]) -> Life:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(life) + "\n")
        return self._born.get(timeout=PATIENCE)

    def close(self) -> None:
        for life in list(self._alive.values()):
            life.kill()
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            words = json.loads(line)
            if "pid" in words:
                life = Life(words["pid"], Future())
                self._alive[life.pid] = life
                self._born.put(life)
            else:
                self._alive.pop(words["ended"]).ended.set_result(words["status"])
