"""The engine by itself: jobs a second on both databases, how soon a job starts, what it takes when nothing is to do."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.material import RENDER
from benchmarks.processes import plain_environment, watched
from benchmarks.stand_ins import StandIns, stand_ins
from jobs.model.request import JobRequest
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.worker import working
from tests.jobs.load.load_run import run_load
from tests.jobs.load.workers import service_at, settings_of, worker
from tests.postgres import WHY_MISSING, Postgres, programs, throwaway_postgres
from tests.waiting import until

_WORKERS = (1, 2, 4)
_JOBS, _OWNERS, _SERVERS = 100, 20, 8
_IDLE_SECONDS = 10.0  # also what a worker that has just started is left alone for


def engine(rounds: int) -> Iterable[Figure]:
    """Both databases and all numbers of workers in every round."""
    binaries = programs()
    if binaries is None:
        print(WHY_MISSING)
    with ExitStack() as stack:
        server = stack.enter_context(throwaway_postgres(binaries)) if binaries else None
        for name, address in {"SQLite": "", **({"PostgreSQL": _empty(server, "idle")} if server else {})}.items():
            yield from _starts(rounds, name, address)
            yield Figure("engine", f"{name}: idle CPU", "% of a core", _idle(rounds, address), aim=1.0)
        yield from _speeds(rounds, server)


def _speeds(rounds: int, server: Postgres | None) -> Iterable[Figure]:
    names = ("SQLite", "PostgreSQL") if server else ("SQLite",)
    speeds: dict[tuple[str, int], list[float]] = {(name, n): [] for name in names for n in _WORKERS}
    for turn in range(rounds):
        for name, workers in speeds:
            address = _empty(server, f"speed_{turn}_{workers}") if server and name == "PostgreSQL" else ""
            speeds[name, workers].append(_jobs_a_second(workers, address))
    for (name, workers), found in speeds.items():
        yield Figure(
            "engine", f"{name}, {workers} {'worker' if workers == 1 else 'workers'}: jobs a second", "", tuple(found)
        )


def _jobs_a_second(workers: int, database: str) -> float:
    """Renders take no time, so that the engine is what is measured, from when the last worker has started."""
    with tempfile.TemporaryDirectory(prefix="engine-") as folder:
        seen = run_load(
            Path(folder), jobs=_JOBS, owners=_OWNERS, servers=_SERVERS, workers=workers, seconds=0.0, database=database
        )
    if seen.states != {"completed": _JOBS}:
        raise RuntimeError(f"not all jobs are completed: {seen.states}")
    return seen.a_second


def _starts(rounds: int, name: str, database: str) -> Iterable[Figure]:
    """From "start" until the server has the job."""
    with tempfile.TemporaryDirectory(prefix="starts-") as made, stand_ins(render=0.1) as there:
        variables = plain_environment(**there.environment(Path(made), DATABASE_URL=database))
        with working(settings_of(variables)) as service:
            inside = _until_sent(service, there, rounds)
        with service_at(settings_of(variables)) as (service, _), worker(Path(made), variables):
            beside = _until_sent(service, there, rounds)
    yield Figure("engine", f"{name}: start to sent, worker in the app", "s", inside, aim=0.1)
    yield Figure("engine", f"{name}: start to sent, worker of its own", "s", beside, aim=0.1)


def _until_sent(service: JobService, there: StandIns, rounds: int) -> tuple[float, ...]:
    found = []
    for turn in range(rounds + 1):
        request = JobRequest(mode="simple", text=f"A cat purrs, take {turn}.", white_frame=True, render=RENDER)
        job = service.create(Order(request=request))
        before, began = len(there.rendered()), time.monotonic()
        service.start(job.id)
        until(_more(there, before), 30, every=0.02)
        found.append(there.rendered()[-1].arrived - began)
        until(lambda job=job: service.get(job.id).final, 30)  # type: ignore[misc]
    return tuple(found[1:])  # at the first one the server was not looked at yet


def _more(there: StandIns, before: int) -> Callable[[], bool]:
    return lambda: len(there.rendered()) > before


def _idle(rounds: int, database: str) -> tuple[float, ...]:
    with tempfile.TemporaryDirectory(prefix="idle-") as made, stand_ins() as there:
        variables = plain_environment(**there.environment(Path(made), DATABASE_URL=database))
        with worker(Path(made), variables) as nothing_to_do:
            time.sleep(_IDLE_SECONDS)
            return tuple(100 * one.share for one in watched(nothing_to_do, rounds, _IDLE_SECONDS))


def _empty(server: Postgres | None, name: str) -> str:
    if server is None:
        return ""
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    return server.url_of(name)
