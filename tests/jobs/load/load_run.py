"""Many jobs of many owners on a few servers, and what was seen of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from jobs.model.states import FINAL, JobState
from jobs.service.service import JobService
from jobs.store.store import Store
from record.folder import VIDEO
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import WorkerProcess, environment, service_at, settings_of, white_order, worker
from tests.jobs.storage.buckets import Bucket

_COMPLETED: frozenset[JobState] = frozenset(("completed",))


@dataclass
class Seen:
    """``readable``: the videos that could be read afterwards. ``a_second``: jobs that ended while every worker worked.

    ``spread``: the largest lead, at any moment, of one owner over another with jobs left, in jobs sent."""

    create_seconds: float = 0.0
    run_seconds: float = 0.0
    a_second: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    posts: Counter[str] = field(default_factory=Counter)
    most_at_once: tuple[int, ...] = ()
    most_rendering: int = 0
    spread: int = 0
    most_threads: int = 0
    memory_kib: tuple[int, int] = (0, 0)
    cpu_seconds: float = 0.0
    requests: Counter[str] = field(default_factory=Counter)
    words: str = ""
    readable: int = 0


def run_load(
    folder: Path,
    *,
    jobs: int,
    owners: int,
    servers: int,
    workers: int = 1,
    seconds: float = 0.2,
    database: str = "",
    bucket: Bucket | None = None,
) -> Seen:
    """Let all jobs wait in the line, then start the workers and look on until every job has ended.

    With a ``bucket`` every process has a folder of its own, and in the end one without any files reads all videos.
    """
    with ExitStack() as stack:
        fakes = [stack.enter_context(VideoServer(seconds=seconds)) for _ in range(servers)]
        shared = {"DATABASE_URL": database} | (bucket.variables if bucket else {})

        def variables(machine: str) -> dict[str, str]:
            return environment(folder / machine if bucket else folder, fakes, ahead=2) | shared

        service, store = stack.enter_context(service_at(settings_of(variables("page"))))
        seen = Seen()
        _create(service, jobs, owners, seen)
        started = time.monotonic()
        processes = [stack.enter_context(worker(folder, variables(f"worker-{n}"))) for n in range(workers)]
        ended, all_there = _ended(store), time.monotonic()
        _look_on(store, fakes, processes, seen, jobs)
        seen.run_seconds = time.monotonic() - started
        seen.a_second = (jobs - ended) / (time.monotonic() - all_there)
        _sum_up(store, fakes, processes, seen)
        reader, _ = stack.enter_context(service_at(settings_of(variables("reader"))))
        seen.readable = sum(reader.files.path(job, VIDEO) is not None for job in store.jobs.in_states(_COMPLETED))
        return seen


def _create(service: JobService, jobs: int, owners: int, seen: Seen) -> None:
    """Owner after owner, each all of theirs at once: the order of arrival is as unfair as can be."""
    started = time.monotonic()
    for n in range(jobs):
        job = service.create(white_order(owner=f"owner-{n * owners // jobs}", text=f"A cat purrs, take {n}."))
        assert service.start(job.id)
    seen.create_seconds = time.monotonic() - started


def _look_on(store: Store, fakes: Sequence[VideoServer], workers: list[WorkerProcess], seen: Seen, jobs: int) -> None:
    first = max(one.status()[1] for one in workers)
    while _ended(store) < jobs:
        threads, memory = map(max, zip(*(one.status() for one in workers), strict=True))
        seen.most_threads = max(seen.most_threads, threads)
        seen.memory_kib = (first, max(seen.memory_kib[1], memory))
        seen.most_rendering = max(seen.most_rendering, sum(len(one.running) for one in fakes))
        assert all(one.process.poll() is None for one in workers)
        time.sleep(0.25)


def _ended(store: Store) -> int:
    return sum(count for state, count in store.pages.counts().items() if state in FINAL)


def _sum_up(store: Store, fakes: Sequence[VideoServer], workers: list[WorkerProcess], seen: Seen) -> None:
    seen.states = {state: count for state, count in store.pages.counts().items() if count}
    seen.posts = Counter(job.tag for fake in fakes for job in fake.accepted)
    seen.most_at_once = tuple(fake.most_at_once for fake in fakes)
    went = sorted((job for job in store.jobs.in_states(FINAL) if job.sent), key=lambda job: str(job.sent))
    seen.spread = _spread([job.owner for job in went])
    seen.cpu_seconds = sum(one.cpu_seconds() for one in workers)
    seen.requests = sum((fake.requests for fake in fakes), Counter())
    seen.words = "\n".join(one.words for one in workers)


def _spread(owners: Sequence[str]) -> int:
    whole, sent, worst = Counter(owners), Counter[str](), 0
    for owner in owners:
        sent[owner] += 1
        left = [sent[one] for one in whole if sent[one] < whole[one]]
        worst = max(worst, max(sent.values()) - min(left)) if left else worst
    return worst
