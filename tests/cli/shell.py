"""Run the command line as its user does: a process of its own, in a folder of its own.

The process is a forked copy of one that has done the imports (``tests/forked.py``), which take most of a short run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forked import Forked, run

REPO = Path(__file__).resolve().parent.parent.parent
TINY = ("--num-frames", "17", "--num-inference-steps", "4")


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The last line of stdout."""
        document: dict[str, Any] = json.loads(self.stdout.splitlines()[-1])
        return document


@dataclass(frozen=True)
class Shell:
    """Runs ``python workflow.py ARGUMENTS`` with an environment that holds nothing of this machine's settings."""

    folder: Path
    variables: dict[str, str]

    def command(self, *arguments: str, script: str = "workflow.py") -> list[str]:
        return [sys.executable, str(REPO / script), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        # Not listened to: the models for it take a second to load.
        own = {"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull, "LISTEN": "off"}
        return {**own, **self.variables, **more}

    def __call__(self, *arguments: str, script: str = "workflow.py", **more: str) -> Done:
        command = self.command(*arguments, script=script)
        done = run(command, cwd=self.folder, env=self.environment(**more))
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def engine(model: str = "mova-360p", port: int = 0) -> Iterator[str]:
    """A preview engine as a server of its own."""
    process = Forked(
        [sys.executable, "-m", "preview", "--port", str(port), "--model", model, "--stop-with-parent"],
        cwd=REPO,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdin
    try:
        yield process.stdout.readline().rsplit(" ", 1)[-1].strip()
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
