"""A thousand jobs of twenty owners on eight servers: does every one end, fairly, and at what price.

The servers are stand-ins in this process (1 s a render, two jobs each at most); a worker is a process as
``python -m jobs.worker`` starts it. All jobs wait in the queue before it starts. Once it is one worker with SQLite and
a folder, once two that share nothing but PostgreSQL and a bucket.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from benchmarks.figures import Figure
from tests.jobs.load.load_run import Seen, run_load
from tests.jobs.storage.buckets import database_and_bucket

_JOBS, _OWNERS, _SERVERS = 1000, 20, 8


PARTS = ("folder", "bucket")


def thousand_jobs(rounds: int, only: Collection[str] = PARTS) -> Iterable[Figure]:
    """Some minutes a round and part."""
    for part, run in (("folder", _over_a_folder), ("bucket", _over_a_bucket)):
        if part in only:
            runs = [_measures(run()) for _ in range(rounds)]
            for name, (unit, _) in runs[0].items():
                yield Figure("thousand_jobs", f"{part}: {name}", unit, tuple(run[name][1] for run in runs))


def _over_a_folder() -> Seen:
    with tempfile.TemporaryDirectory(prefix="thousand-") as folder:
        return run_load(Path(folder), jobs=_JOBS, owners=_OWNERS, servers=_SERVERS, seconds=1.0)


def _over_a_bucket() -> Seen:
    with tempfile.TemporaryDirectory(prefix="thousand-") as folder, database_and_bucket() as (database, bucket):
        return run_load(
            Path(folder),
            jobs=_JOBS,
            owners=_OWNERS,
            servers=_SERVERS,
            workers=2,
            seconds=1.0,
            database=database,
            bucket=bucket,
        )


def _measures(seen: Seen) -> dict[str, tuple[str, float]]:
    faults = seen.words.count("Traceback") + seen.words.count("locked")
    return {
        "completed": ("", seen.states.get("completed", 0)),
        "sent": ("", seen.posts.total()),
        "videos that can be read": ("", seen.readable),
        "created and queued, a job": ("ms", 1000 * seen.create_seconds / _JOBS),
        "jobs a second": ("", _JOBS / seen.run_seconds),
        "CPU of the workers, a job": ("ms", 1000 * seen.cpu_seconds / _JOBS),
        "most on one server": ("", max(seen.most_at_once)),
        "largest lead of one owner over another": ("jobs", seen.spread),
        "threads at most": ("", seen.most_threads),
        "memory at most": ("MB", seen.memory_kib[1] / 1024),
        "requests a job": ("", seen.requests.total() / _JOBS),
        "faults and locked databases": ("", faults),
    }
