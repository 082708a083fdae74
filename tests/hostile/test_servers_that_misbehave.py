"""SGLang × each way to misbehave, through the whole engine: the job's state, its words, and what was kept.

Every cell is a job of its own on a server of its own, all in one worker. Then the server is healed, and the job goes on
from what was kept: nothing is rendered twice that was rendered once.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

import jobs.execution.render
import jobs.worker
import render.http
import sglang_client
from core.messages import as_written
from core.translations import translator
from jobs.model.records import JobRecord
from jobs.model.states import FINAL
from jobs.service.service import JobService
from record.folder import FIRST_FRAME, VIDEO
from tests.hostile.faults import ELSEWHERE, FAULTS
from tests.hostile.faulty_server import FaultyServer, QueuePosition
from tests.hostile.odd_videos import DEVIATING, UNPLAYABLE
from tests.jobs.load.workers import in_state, white_order
from tests.jobs.running_service import RunningService, running_service
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.long

SILENT, UNCLEAR, REFUSED, MOVED = "ServerSilent", "ServerAnswerUnclear", "RequestRefused", "ServerMovedElsewhere"
BROKEN, TOO_LARGE, NO_VIDEO = "DownloadBroken", "VideoRefused", "VideoUnplayable"
# What the answer to a question is taken for. "other kind" is right in all but its name, and does no harm.
ANSWERS = {
    "closes": SILENT,
    "resets": SILENT,
    "silent": SILENT,
    "stalls": SILENT,
    "breaks off": SILENT,
    "drips": SILENT,
    "drips head": SILENT,
    "endless": UNCLEAR,
    "endless chunk size": SILENT,
    "endless head": SILENT,
    "10 GB announced": UNCLEAR,
    "10 GB unannounced": UNCLEAR,
    "gzip bomb": UNCLEAR,
    "no HTTP": SILENT,
    "page": UNCLEAR,
    "empty": UNCLEAR,
    "broken JSON": UNCLEAR,
    "deep JSON": UNCLEAR,
    "no UTF-8": UNCLEAR,
    "a list": UNCLEAR,
    "a number": UNCLEAR,
    "other shape": UNCLEAR,
    "bad length": SILENT,
    "redirects": MOVED,
    "refuses": REFUSED,
    "broken": REFUSED,
    "bad gateway": SILENT,
}
NO_FILE = ("page", "empty", "broken JSON", "deep JSON", "no UTF-8", "a list", "a number", "other shape")
LARGE = ("endless", "10 GB announced", "10 GB unannounced", "gzip bomb")
FETCHED = {fault: BROKEN for fault, answer in ANSWERS.items() if answer == SILENT}
FETCHED |= dict.fromkeys(NO_FILE, NO_VIDEO) | dict.fromkeys(LARGE, TOO_LARGE)
FETCHED |= dict.fromkeys(("refuses", "broken", "bad gateway"), REFUSED) | {"redirects": MOVED}
SOME = ("silent", "drips head", "no HTTP", "redirects", "broken", "bad gateway")
# What a server tells of its jobs that is not so, and what becomes of ours.
TOLD: dict[str, tuple[dict[str, Any], str, str]] = {
    "an id with slashes": ({"id": "../../etc/passwd"}, "abandoned", UNCLEAR),
    "an id that is a list": ({"id": ["a"]}, "abandoned", UNCLEAR),
    "another job's id": ({"id": "bd6839c2-faf7-47dd-b7ff-03280cb1a1b1"}, "lost", "JobLost"),
    "a state nobody knows": ({"status": "dreaming"}, "abandoned", UNCLEAR),
    "a deleted job": ({"status": "deleted"}, "lost", "JobLost"),
    "progress NaN": ({"progress": float("nan")}, "completed", ""),
    "progress without end": ({"progress": 10**400}, "completed", ""),
    "progress in words": ({"progress": "all", "model": 7}, "completed", ""),
    "a time of 1e308 s": ({"inference_time_s": 1e308}, "completed", ""),
    "an error of no shape": ({"error": [[{}], None, 1], "seconds": {}}, "completed", ""),
    "words of every kind": (
        {"status": "failed", "error": {"message": "\0\ud800\u202e" * 5_000}},
        "failed",
        "JobFailed",
    ),
}
LOOKED = ("silent", "redirects", "broken")
UNTOLD = (*LOOKED, "page", "a list")  # where more than the status is looked at
NO_FILE_TRIED = ("page", "empty", "deep JSON")  # bytes that are no video are all taken alike
# Answers to a submit are read as those to a question about the status, where each fault is tried.
SUBMITTED = (*SOME, "closes", "refuses", "page", "a list", "10 GB announced")
SUBMITTED_AND_TAKEN = ("closes", "silent", "drips", "page", "gzip bomb", "bad gateway")


@dataclass(frozen=True)
class Cell:
    """``state`` and ``kind`` of error at first; ``then`` is the state after the server was healed and asked again.

    ``posts`` is how often the job was rendered by then, and ``takes`` whether a misbehaving server took it.
    """

    place: QueuePosition
    fault: str
    state: str
    kind: str
    then: str = "completed"
    posts: int = 1
    takes: bool = False

    def __str__(self) -> str:
        return f"{self.place}{'-taken' if self.takes else ''}-{self.fault}"

    def server(self) -> FaultyServer:
        """A quick server with this fault; a list is only asked for where the answer to a submit was lost."""
        faults = {self.place: FAULTS[self.fault]} if self.fault in FAULTS else {}
        if self.place == "list":
            faults["submit"] = FAULTS["closes"]
        videos = {**UNPLAYABLE, **DEVIATING}
        video = videos[self.fault][0]() if self.fault in videos else None
        told = TOLD[self.fault][0] if self.fault in TOLD else {}
        return FaultyServer(seconds=0.05, faults=faults, takes=self.takes, file=video, shown=told)


def cells() -> Iterator[Cell]:
    """The table: its rows are places and faults."""
    for fault, kind in ANSWERS.items():
        yield Cell("status", fault, "abandoned", kind)
    for fault, kind in FETCHED.items():
        if fault in NO_FILE and fault not in NO_FILE_TRIED:
            continue
        yield Cell("content", fault, "failed", kind, posts=2 if kind == NO_VIDEO else 1)
    for fault in UNPLAYABLE:
        yield Cell("content", fault, "failed", NO_VIDEO, posts=2)
    for fault in (*DEVIATING, "other kind"):
        yield Cell("content", fault, "completed", "")
    for fault, (_, state, kind) in TOLD.items():
        then = "lost" if state == "lost" else "completed"
        yield Cell("status", fault, state, kind, then=then, posts=2 if state == "failed" else 1)
    for fault in LOOKED:
        yield Cell("health", fault, "queued", "")
    for fault in UNTOLD:
        yield Cell("info", fault, "queued", "")
        yield Cell("list", fault, "unclear", "SubmissionUnclear")
    for fault in SUBMITTED:
        kind = ANSWERS[fault]
        yield Cell("submit", fault, "failed", "SubmissionNotTaken" if kind == SILENT else kind)
    for fault in SUBMITTED_AND_TAKEN:
        yield Cell("submit", fault, "completed", "", takes=True)


TABLE = list(cells())
_LOOK = 0.3  # seconds between looks at a job: looking more often cost as much as all that is looked at


@dataclass(frozen=True)
class Outcome:
    first: JobRecord
    last: JobRecord
    files: frozenset[str]
    posts: int


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A worker that is quicker to give up, and takes videos of 1 MB at most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sglang_client, "_QUICK_SECONDS", 1.5)
        # So that an answer without end is too large long before it is too late, on a busy machine, too.
        patch.setattr(render.http, "_MAX_ANSWER", 2**20)
        patch.setattr(sglang_client, "_SUBMIT_SECONDS", 1.5)
        patch.setattr(jobs.execution.render, "_DOWNLOAD_PAUSE", 0.1)
        patch.setattr(jobs.worker, "_LOOK_AT_SLOTS", 0.3)
        patch.setattr(jobs.execution.render, "SETTLE_SECONDS", 1.0)
        folder = tmp_path_factory.mktemp("hostile") / "outputs"
        with running_service(
            folder, FaultyServer(), SERVER_PATIENCE="2", DOWNLOAD_TIMEOUT="2", MAX_VIDEO_MB="2"
        ) as opened:
            yield opened


def test_each_place_and_each_fault(running: RunningService, subtests: pytest.Subtests) -> None:
    """All cells at once: most of the time each waits for a limit to pass."""
    with ThreadPoolExecutor(16) as pool:
        outcomes = dict(zip(TABLE, pool.map(partial(_played, running), TABLE), strict=True))
    for cell, outcome in outcomes.items():
        with subtests.test(str(cell)):
            _check(cell, outcome)
            if cell.fault in DEVIATING:
                _check_deviation(running, outcome.last, DEVIATING[cell.fault][1])
    assert len(outcomes) >= 110
    assert not ELSEWHERE.visited


def _played(running: RunningService, cell: Cell) -> Outcome:
    """One job's way; where it does not come on, the outcome is as far as it came."""
    service = running.service
    with cell.server() as server:
        job = service.create(white_order(text=f"A cat meets {cell}.", server=server.url)).id
        assert service.start(job)
        with suppress(AssertionError):
            _settled(service, job, cell, server)
        first, files = service.get(job), frozenset(path.name for path in service.files.folder(job).iterdir())
        server.heal()
        if first.state == "failed":
            service.retry(job)
        with suppress(AssertionError):
            in_state(service, job, cell.then, seconds=PATIENCE, every=_LOOK)
            until(lambda: job not in running.occupied, PATIENCE, _LOOK)
        return Outcome(first, service.get(job), files, server.posts())


def _settled(service: JobService, job: str, cell: Cell, server: FaultyServer) -> None:
    if cell.state == "queued":
        until(lambda: server.seen[cell.place] >= 2, 30)
        in_state(service, job, "queued")
    else:
        in_state(service, job, *FINAL, "unclear", seconds=PATIENCE, every=_LOOK)


def _check(cell: Cell, outcome: Outcome) -> None:
    first, last = outcome.first, outcome.last
    said = (first.state, first.error.kind if first.error else "")
    assert said == (cell.state, cell.kind), first.error
    assert (last.state, outcome.posts) == (cell.then, cell.posts), last.error
    assert FIRST_FRAME in outcome.files
    assert (VIDEO in outcome.files) == (first.state == "completed")
    assert not [name for name in outcome.files if name.startswith(".video")]
    if first.error:
        problem = first.error.rebuilt()
        for translate in (as_written, translator("zh_CN")):
            words = f"{problem.message(translate)} {problem.next_step(translate)}"
            assert "{" not in words
        assert len(problem.raw) <= 2_000
        assert "Traceback" not in problem.raw
    if cell.fault in UNPLAYABLE:
        assert UNPLAYABLE[cell.fault][1] in str(problem)


def _check_deviation(running: RunningService, job: JobRecord, expected: str) -> None:
    """A video that is not the one asked for is kept, and said."""
    steps = [step for step in running.service.steps.of(job.id) if step.step == "render"]
    warnings = [str(words) for step in steps for words in step.warnings]
    assert any(words.startswith(expected) for words in warnings), warnings
