"""From the start of a process until it is healthy, the first page is painted, and the first preview is there."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.browser import chromium
from benchmarks.figures import Figure
from benchmarks.processes import plain_environment, timed
from tests.browser.running_app import RunningApp
from tests.browser.samples import PROMPT
from tests.browser.visit import Visit
from tests.jobs.load.workers import REPO

SCRIPTS = ("workflow", "generate_first_frame", "qwen_vl_api", "prompt_rewriter_with_image", "sglang_client")
_FULL_LENGTH = {"NUM_FRAMES": "193", "NUM_INFERENCE_STEPS": "50"}
_IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)", re.MULTILINE)


def start(rounds: int) -> Iterable[Figure]:
    """A new process and an empty folder every round; files are in the system's cache, as they are on a warm machine."""
    healthy, painted, video = zip(*(_first_minutes() for _ in range(rounds)), strict=True)
    yield Figure("start", "app: healthy", "s", healthy, aim=2.0)
    yield Figure("start", "app: first page painted", "s", painted)
    yield Figure("start", "app: first preview video", "s", video)
    yield Figure("start", "app: modules imported until healthy", "", (float(_modules()),))
    for script in SCRIPTS:
        yield Figure("start", f"{script}.py --help", "s", tuple(_help(script) for _ in range(rounds)), aim=0.3)


def _first_minutes() -> tuple[float, float, float]:
    """Seconds since the start: healthy, the first page, the first video of 193 frames out of a text alone."""
    with tempfile.TemporaryDirectory(prefix="start-") as folder, chromium() as visitors:
        page = visitors.new_page()
        app = RunningApp(Path(folder), **_FULL_LENGTH)
        began = time.perf_counter()
        app.start()
        healthy = time.perf_counter() - began
        try:
            visit = Visit(page, app).open()
            painted = time.perf_counter() - began
            visit.choose("Without a picture").write("Prompt", PROMPT)
            visit.go("Render preview")
            visit.watch()
            return healthy, painted, time.perf_counter() - began
        finally:
            app.stop()


def _modules() -> int:
    with tempfile.TemporaryDirectory(prefix="start-") as folder:
        app = RunningApp(Path(folder), PYTHONPROFILEIMPORTTIME="1")
        app.start()
        words = app.words
        app.stop()
    return len(set(_IMPORTED.findall(words)))


def _help(script: str) -> float:
    command = [sys.executable, f"{script}.py", "--help"]
    return timed(lambda: subprocess.run(command, cwd=REPO, env=plain_environment(), check=True, capture_output=True))
