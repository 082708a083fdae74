"""What the program adds to the services' own times, from "start" to "file checked and saved"."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.material import RENDER
from benchmarks.original_way import make_video
from benchmarks.pieces import Passage, pieces, read, watched
from benchmarks.stand_ins import StandIns, stand_ins
from jobs.model.request import JobRequest
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.worker import working
from tests.jobs.load.workers import REPO, settings_of

WISH = "An orange cat on a quay in the rain, take {}."


PARTS = ("runs", "pieces")


def overhead(rounds: int, only: Collection[str] = PARTS) -> Iterable[Figure]:
    """Both ways of working beside the original's, and where their time goes.

    Args:
        only: what is measured, of ``PARTS``.
    """
    if "runs" in only:
        yield from _runs(rounds)
    if "pieces" in only:
        yield from _pieces(rounds)


def _runs(rounds: int) -> Iterable[Figure]:
    """Warm, cold and the original's way, one after the other in every round."""
    with tempfile.TemporaryDirectory(prefix="overhead-") as made, stand_ins() as there:
        folder = Path(made)
        environment = {"PATH": os.environ["PATH"], **there.environment(folder)}
        with working(settings_of(environment)) as service:
            _full_workflow(service, 0)  # the SDK is loaded by the first job, and the server has been looked at
            warm, cold, original = [], [], []
            for n in range(1, rounds + 1):
                warm.append(_added(there, partial(_full_workflow, service, n)))
                cold.append(_added(there, partial(_command_line, environment, n)))
                original.append(_added(there, partial(_original_way, there, folder, n)))
        late = [one.noticed for one in there.rendered() if one.noticed is not None and "#" in one.tag]
    yield Figure("overhead", "running app", "s", tuple(warm), aim=0.35)
    yield Figure("overhead", "command line, cold", "s", tuple(cold), aim=1.2)
    yield Figure("overhead", "original's way", "s", tuple(original))
    yield Figure("overhead", "running app / original's way", "", _ratios(warm, original), aim=0.05)
    yield Figure("overhead", "command line / original's way", "", _ratios(cold, original))
    yield Figure("overhead", "end of a render noticed after", "s", tuple(late))


def _pieces(rounds: int) -> Iterable[Figure]:
    """The same two, their seams watched."""
    warm, cold = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    with tempfile.TemporaryDirectory(prefix="overhead-") as made, stand_ins() as there:
        folder = Path(made)
        environment = {"PATH": os.environ["PATH"], **there.environment(folder)}
        with watched() as seen, working(settings_of(environment)) as service:
            _full_workflow(service, 0)
            for n in range(1, rounds + 1):
                path = folder / f"seams-{n}.json"
                _add(warm, there, partial(_full_workflow, service, n), lambda: seen)
                _add(cold, there, partial(_command_line, environment, n, path), partial(read, path))
    for way, found in (("running app", warm), ("command line", cold)):
        for name, seconds in found.items():
            yield Figure("overhead", f"{way}: {name}", "s", tuple(seconds))


def _add(
    to: dict[str, list[float]], there: StandIns, make: Callable[[], object], seen: Callable[[], list[Passage]]
) -> None:
    began = time.monotonic()
    make()
    ended = time.monotonic()
    for name, seconds in pieces(seen(), began, ended, there.rendered()[-1].ends).items():
        to[name].append(seconds)


def _added(there: StandIns, make: Callable[[], object]) -> float:
    """The seconds that were not the services' own."""
    there.busy()
    started = time.monotonic()
    make()
    return time.monotonic() - started - there.busy()


def _ratios(ours: list[float], theirs: list[float]) -> tuple[float, ...]:
    return tuple(one / other for one, other in zip(ours, theirs, strict=True))


def _full_workflow(service: JobService, n: int) -> None:
    """One job of a new owner, since nobody buys twice what he has."""
    order = Order(request=JobRequest(mode="full", text=WISH.format(n), render=RENDER), owner=f"owner-{n}")
    job = service.create(order)
    service.start(job.id)
    while not (seen := service.get(job.id)).final:
        time.sleep(0.01)
    if seen.state != "completed":
        raise RuntimeError(f"the job has {seen.state}: {seen.error}")


def _original_way(there: StandIns, folder: Path, n: int) -> None:
    services = there.services | {"PATH": os.environ["PATH"]}
    make_video(folder / f"original-{n}", services, there.video_server, WISH.format(n))


def _command_line(environment: dict[str, str], n: int, seams: Path | None = None) -> None:
    # A folder of its own: the running app must not take the job.
    own = environment | {"OUTPUT_DIR": str(Path(environment["OUTPUT_DIR"]).with_name(f"cold-{n}"))}
    program = ["-m", "benchmarks.pieces", str(seams)] if seams else ["workflow.py"]
    command = [sys.executable, *program, "full", "--description", WISH.format(n), "--server", "gpu-0", "--json"]
    done = subprocess.run(command, cwd=REPO, env=own, check=True, capture_output=True, text=True)
    if json.loads(done.stdout)["state"] != "completed":
        raise RuntimeError(done.stdout)
