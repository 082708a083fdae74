"""Measures the program: one table, and the same figures as JSON.

overhead        what we add to the services' own times, beside the original's way of working
inflight        1 to 1,000 jobs in line and 1 to 64 on servers: CPU, memory, threads, how late an end is noticed
history         the library with 100 to 100,000 jobs, asked of the store and in Chromium
start           from a process's start to healthy, to each page, to the first preview video; --help of scripts
preview         the preview engine's speed against real time, and its memory
engine          jobs a second on SQLite and PostgreSQL, how soon a job starts, CPU when nothing is to do

Only where they are named, for they take long and have no aim:
gpu             a running server, --server URL: seconds a render by steps, frames and size
store_at_100k   every question that pages ask of a store with 100,000 jobs
many_servers    a thousand renders on five hundred servers, and 64 on 32 that end at once, followed by one worker
thousand_jobs   a thousand jobs of twenty owners on eight servers
webhooks        10,000 messages to a receiver, and what a change of state costs with one
(and python -m benchmarks.soak: half an hour in which everything goes wrong at random)
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Benchmark, Figure, document, machine, read, table, write

# In the order of the table; each is the function of its name in the file of its name.
NAMES = ("overhead", "inflight", "history", "start", "preview", "engine")
MORE = ("many_servers", "store_at_100k", "thousand_jobs", "webhooks")
ON_A_SERVER = "gpu"
OUTPUTS = Path(__file__).resolve().parent.parent / "outputs" / "benchmarks"  # nothing below outputs is committed


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument(
        "names", nargs="*", choices=[*NAMES, *MORE, ON_A_SERVER, []], metavar="NAME", help="default: the first six"
    )
    found.add_argument("--rounds", type=int, default=5, metavar="N", help="default 5")
    found.add_argument("--json", type=Path, metavar="FILE", help="default: a new file in outputs/benchmarks")
    found.add_argument(
        "--beside", type=Path, nargs="+", default=[], metavar="FILE", help="JSON of runs before this one"
    )
    found.add_argument(
        "--only",
        type=_words,
        metavar="LIST",
        help="start: app,pages,video,modules,help; overhead: runs,pieces; many_servers: spread,instant",
    )
    found.add_argument("--server", metavar="URL", help="for gpu: the server, such as http://localhost:30000")
    found.add_argument("--steps", type=_numbers, metavar="LIST", help="for gpu: default 10,25,50")
    found.add_argument("--frames", type=_numbers, metavar="LIST", help="for gpu: default 49,97,193")
    return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def measured(
    names: list[str], rounds: int, find: Callable[[str], Benchmark], keep: Callable[[list[Figure]], None]
) -> list[Figure]:
    """All figures, kept after each benchmark; one that fails is told of, and costs the others nothing."""
    figures: list[Figure] = []
    for name in names:
        print(f"{name}…", file=sys.stderr, flush=True)
        try:
            figures += find(name)(rounds)
        except Exception:  # of many minutes of work nothing is to be lost
            traceback.print_exc()
            print(f"{name} failed: of its figures some are missing below.", file=sys.stderr)
        keep(figures)
    return figures


def _find(name: str, options: argparse.Namespace) -> Benchmark:
    if name == ON_A_SERVER:
        from benchmarks.gpu import FRAMES, STEPS, sweep

        return lambda rounds: sweep(options.server, rounds, options.steps or STEPS, options.frames or FRAMES)
    module = import_module(f"benchmarks.{name}")
    found: Callable[..., Iterable[Figure]] = getattr(module, name)
    return partial(found, only=options.only) if options.only and hasattr(module, "PARTS") else found


def main() -> None:
    read_by = parser()
    options = read_by.parse_args()
    if (ON_A_SERVER in options.names) != bool(options.server):
        read_by.error("gpu needs --server URL, and nothing else takes it")
    if options.server and (reason := import_module("benchmarks.gpu").why_not(options.server)):
        read_by.error(reason)
    path = options.json or OUTPUTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    before = os.getloadavg()[0]

    def keep(figures: list[Figure]) -> None:
        write(path, document(figures, machine(), (before, os.getloadavg()[0])))

    figures = measured(options.names or list(NAMES), options.rounds, partial(_find, options=options), keep)
    print(table(*map(read, options.beside), figures))
    print(f"\n{machine()}; load average {before:.1f} before, {os.getloadavg()[0]:.1f} after. {path}")


if __name__ == "__main__":
    main()
