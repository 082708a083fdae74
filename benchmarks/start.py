"""From the start of a process until it is healthy, pages are painted, and the first preview is there."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from benchmarks.browser import chromium
from benchmarks.figures import Figure
from benchmarks.processes import plain_environment, timed
from tests.browser.running_app import RunningApp
from tests.browser.samples import PROMPT
from tests.browser.visit import Visit
from tests.jobs.load.workers import REPO

SCRIPTS = ("workflow", "generate_first_frame", "qwen_vl_api", "prompt_rewriter_with_image", "sglang_client")
PARTS = ("app", "pages", "video", "modules", "help")
# The links above every page, and the title of the page behind each.
_PAGES = (
    *(("Queue", "Queue"), ("Library", "Library"), ("Films", "Films"), ("Settings", "Settings")),
    ("Create", "What do you want to see and hear?"),
)
_FULL_LENGTH = {"NUM_FRAMES": "193", "NUM_INFERENCE_STEPS": "50"}
_IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)", re.MULTILINE)


def start(rounds: int, only: Collection[str] = PARTS) -> Iterable[Figure]:
    """A new process and an empty folder every round; files are in the system's cache, as they are on a warm machine.

    Args:
        only: what is measured, of ``PARTS``.
    """
    wants_pages, wants_video = "pages" in only, "video" in only
    if wants_pages or wants_video or "app" in only:
        seen = [_first_minutes(pages=wants_pages, video=wants_video) for _ in range(rounds)]
        yield Figure("start", "app: healthy", "s", tuple(one.healthy for one in seen), aim=1.2)
        yield Figure("start", "app: first page painted", "s", tuple(one.painted for one in seen), aim=2.5)
        if wants_pages:
            yield Figure("start", "app: page change painted", "s", tuple(s for one in seen for s in one.turns), aim=0.5)
        if wants_video:
            yield Figure("start", "app: first preview video", "s", tuple(s for one in seen for s in one.video))
    if "modules" in only:
        yield Figure("start", "app: modules imported until healthy", "", (float(_modules()),))
    for script in SCRIPTS if "help" in only else ():
        yield Figure("start", f"{script}.py --help", "s", tuple(_help(script) for _ in range(rounds)), aim=0.3)


@dataclass(frozen=True)
class _Seen:
    """Seconds since the process started; ``turns`` are those that each change of page took."""

    healthy: float
    painted: float
    turns: tuple[float, ...] = ()
    video: tuple[float, ...] = ()


def _first_minutes(*, pages: bool, video: bool) -> _Seen:
    """Healthy, the first page, every other page in turn, the first video of 193 frames out of a text alone."""
    with tempfile.TemporaryDirectory(prefix="start-") as folder, chromium() as visitors:
        page = visitors.new_page()
        app = RunningApp(Path(folder), **_FULL_LENGTH)
        began = time.perf_counter()
        app.start()
        healthy = time.perf_counter() - began
        try:
            visit = Visit(page, app).open()
            painted = time.perf_counter() - began
            turns = tuple(_turned(visit, *one) for one in _PAGES) if pages else ()
            if not video:
                return _Seen(healthy, painted, turns)
            began += sum(turns)
            visit.choose("Without a picture").write("Prompt", PROMPT)
            visit.go("Render preview")
            visit.watch()
            return _Seen(healthy, painted, turns, (time.perf_counter() - began,))
        finally:
            app.stop()


def _turned(visit: Visit, link: str, title: str) -> float:
    """Seconds from the press of a link above the page until the other page is drawn and its script has run."""
    began = time.perf_counter()
    visit.page.get_by_role("link", name=link, exact=True).first.click()
    expect(visit.page.get_by_role("heading", level=1, name=title)).to_be_visible()
    visit.settle()
    return time.perf_counter() - began


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
