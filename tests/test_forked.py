"""A forked copy is like a process of its own in all that a caller sees; what sets its interpreter gets a fresh one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.forked import REPO, Forked, run

HELP = [sys.executable, str(REPO / "workflow.py"), "--help"]
ENGINE = [sys.executable, "-m", "preview", "--port", "0", "--stop-with-parent"]


def test_it_says_and_ends_as_a_fresh_one(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull}
    for words in (HELP, [*HELP[:2], "jobs", "--json"], [*HELP[:2], "jobs", "--limit", "0"], [*HELP[:2], "nothing"]):
        fresh = subprocess.run(words, cwd=tmp_path, env=bare, capture_output=True, text=True)
        forked = run(words, cwd=tmp_path, env=bare)
        assert (forked.returncode, forked.stdout, forked.stderr) == (fresh.returncode, fresh.stdout, fresh.stderr)


def test_a_signal_reaches_it_and_its_end_is_told() -> None:
    with Forked(ENGINE, cwd=REPO, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout
        assert "ready" in engine.stdout.readline()
        assert engine.poll() is None
        engine.send_signal(signal.SIGKILL)
        assert engine.wait(30) == -signal.SIGKILL


def test_what_sets_its_interpreter_is_fresh() -> None:
    for variables in ({"PYTHONIOENCODING": "gbk"}, {"LC_ALL": "C"}, {"LANG": "zh_CN.GBK"}):
        with Forked(HELP, env=variables, stdout=subprocess.DEVNULL) as process:
            assert process._line is None
