"""A thousand jobs of twenty owners on eight servers: does every one end, fairly, and at what price.

The servers are stand-ins in this process (1 s a render, two jobs each at most); the worker is a process as
``python -m jobs.worker`` starts it. All jobs wait in the queue before it starts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Figure
from tests.jobs.load.load_run import Seen, run_load

_JOBS, _OWNERS, _SERVERS = 1000, 20, 8


def thousand_jobs(rounds: int) -> Iterable[Figure]:
    """Some minutes a round."""
    runs = [_measures(_run()) for _ in range(rounds)]
    for name, (unit, _) in runs[0].items():
        yield Figure("thousand_jobs", name, unit, tuple(run[name][1] for run in runs))


def _run() -> Seen:
    with tempfile.TemporaryDirectory(prefix="thousand-") as folder:
        return run_load(Path(folder), jobs=_JOBS, owners=_OWNERS, servers=_SERVERS, seconds=1.0)


def _measures(seen: Seen) -> dict[str, tuple[str, float]]:
    faults = seen.words.count("Traceback") + seen.words.count("locked")
    return {
        "completed": ("", seen.states.get("completed", 0)),
        "sent": ("", seen.posts.total()),
        "created and queued, a job": ("ms", 1000 * seen.create_seconds / _JOBS),
        "jobs a second": ("", _JOBS / seen.run_seconds),
        "CPU of the worker, a job": ("ms", 1000 * seen.cpu_seconds / _JOBS),
        "most on one server": ("", max(seen.most_at_once)),
        "largest lead of one owner over another": ("jobs", seen.spread),
        "threads at most": ("", seen.most_threads),
        "memory at most": ("MB", seen.memory_kib[1] / 1024),
        "requests a job": ("", seen.requests.total() / _JOBS),
        "faults and locked databases": ("", faults),
    }
