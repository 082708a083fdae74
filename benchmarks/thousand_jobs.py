"""A thousand jobs of twenty owners on eight servers: does every one end, fairly, and at what price.

    python -m benchmarks.thousand_jobs [--jobs 1000] [--owners 20] [--servers 8] [--workers 1] [--database sqlite]

The servers are stand-ins in this process (1 s a render, two jobs each at most); workers are processes as
``python -m jobs.worker`` starts them. All jobs wait in the line before the first worker starts.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.jobs.load.load_run import Seen, run_load
from tests.postgres import WHY_MISSING, programs, throwaway_postgres


def main() -> None:
    """Run once and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("jobs", 1000), ("owners", 20), ("servers", 8), ("workers", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thousand-")))
        address = ""
        if options.database == "postgres":
            binaries = programs()
            if binaries is None:
                parser.error(WHY_MISSING)
            address = stack.enter_context(throwaway_postgres(binaries)).url
        seen = run_load(
            folder,
            jobs=options.jobs,
            owners=options.owners,
            servers=options.servers,
            workers=options.workers,
            seconds=options.seconds,
            database=address,
        )
        show(seen, options.jobs)


def show(seen: Seen, jobs: int) -> None:
    """The figures, one a line."""
    print(f"ended: {seen.states}; submits {seen.posts.total()} of {len(seen.posts)} jobs")
    print(f"created and queued: {seen.create_seconds:.1f} s, {1000 * seen.create_seconds / jobs:.0f} ms a job")
    print(f"run: {seen.run_seconds:.1f} s, {jobs / seen.run_seconds:.1f} jobs a second")
    print(f"CPU of the workers: {seen.cpu_seconds:.1f} s, {1000 * seen.cpu_seconds / jobs:.0f} ms a job")
    print(f"most on one server: {max(seen.most_at_once)}; most rendering at once: {seen.most_rendering}")
    print(f"largest lead of one owner over another with jobs left: {seen.spread}")
    print(f"threads at most: {seen.most_threads}; memory: {seen.memory_kib[0] >> 10} to {seen.memory_kib[1] >> 10} MiB")
    print("requests a job: " + ", ".join(f"{what} {n / jobs:.1f}" for what, n in seen.requests.most_common()))
    print(f'"database is locked": {seen.words.count("locked")}; faults: {seen.words.count("Traceback")}')


if __name__ == "__main__":
    main()
