"""Many renders on many servers, followed by one worker: CPU, memory, threads, how late ends are noticed and checked.

The servers are ports of one event loop in a process of its own. They hold their jobs until all have been sent, and end
them evenly over some seconds, each at a moment of its own, or all in the same instant.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.material import RENDER, film
from benchmarks.processes import Taken, plain_environment, watched
from core.render_settings import RenderSettings
from jobs.model.request import JobRequest
from jobs.model.states import LISTENING, ON_SERVER, JobState
from jobs.store.orders import Order
from jobs.store.store import Store
from tests.jobs.load.form_data import form_fields
from tests.jobs.load.tiny_video import tiny_video
from tests.jobs.load.workers import service_at, settings_of, worker
from tests.waiting import until

_COMPLETED: tuple[JobState, ...] = ("completed",)
_AIMS = {"CPU": 25.0, "memory": 300.0, "threads": 40.0, "p95": 1.0}


@dataclass(frozen=True)
class _Crowd:
    """``first``: seconds from the moment when all are sent to the first end; ``spread``: from there to the last."""

    servers: int
    ahead: int
    first: float
    spread: float
    render: RenderSettings = RENDER
    films: bool = False  # in which something moves and sounds, instead of one colour and silence

    @property
    def jobs(self) -> int:
        return self.servers * self.ahead


# Videos of a second, so that checking them weighs little in what the crowd takes.
_THOUSAND = _Crowd(500, 2, first=45.0, spread=100.0, render=replace(RENDER, num_frames=25))
_AT_ONCE = _Crowd(32, 2, first=15.0, spread=0.0, films=True)
_SETTLED, _CALM = 12.0, 30.0  # the first seconds of a render are looked at more often; then it is watched for so long


PARTS = ("spread", "instant")


def many_servers(rounds: int, only: Collection[str] = PARTS) -> Iterable[Figure]:
    """Seven minutes a round: 1,000 short videos whose ends are spread, 64 of eight seconds that end in one instant."""
    if "spread" in only:
        yield from _spread(rounds)
    if "instant" in only:
        yield from _instant(rounds)


def _spread(rounds: int) -> Iterable[Figure]:
    runs = [_run(_THOUSAND, _thousand) for _ in range(rounds)]
    for name, unit, aim in (
        ("CPU while all are rendered", "% of a core", _AIMS["CPU"]),
        ("CPU while they end, checks included", "% of a core", None),
        ("memory at most", "MB", _AIMS["memory"]),
        ("threads while all are rendered", "", _AIMS["threads"]),
        ("threads while they end", "", None),
        ("an end is noticed after, median", "s", None),
        ("an end is noticed after, p95", "s", _AIMS["p95"]),
        ("its file is asked for after, median", "s", None),
        ("completed after the last end", "s", None),
        ("completed", "", None),
        ("sent", "", None),
        ("sent a second", "", None),
    ):
        yield Figure("many_servers", name, unit, tuple(run[name] for run in runs), aim=aim)


def _instant(rounds: int) -> Iterable[Figure]:
    runs = [_run(_AT_ONCE, _at_once) for _ in range(rounds)]
    for name, unit, aim in (
        ("the last one is checked after", "s", 6.0),
        ("the last one is listened to after", "s", None),
        ("CPU of the worker a video", "ms", None),
        ("memory at most", "MB", None),
        ("completed", "", None),
        ("sent", "", None),
    ):
        yield Figure(
            "many_servers", f"64 on 32 in one instant: {name}", unit, tuple(run[name] for run in runs), aim=aim
        )


@dataclass(frozen=True)
class _Scene:
    """Jobs that wait in a database, and the servers that a worker will find."""

    crowd: _Crowd
    servers: Connection
    folder: Path
    variables: dict[str, str]
    store: Store

    def all_sent(self) -> None:
        until(lambda: _asked(self.servers, "sent") >= self.crowd.jobs, 600, every=1.0)

    def completed_after(self, moment: float, jobs: int) -> float:
        """Wait until so many are completed; seconds since ``moment``."""
        until(lambda: len(self.store.jobs.in_states(ON_SERVER)) <= self.crowd.jobs - jobs, 300, every=0.25)
        return time.monotonic() - moment

    def safe_after(self, moment: float, jobs: int) -> float:
        """Wait until the files of so many are checked and recorded; seconds since ``moment``."""

        def safe() -> int:
            on_server = self.store.jobs.in_states(ON_SERVER)
            return self.crowd.jobs - sum(job.stage != LISTENING for job in on_server)

        until(lambda: safe() >= jobs, 300, every=0.25)
        return time.monotonic() - moment

    def counted(self) -> dict[str, float]:
        return {"completed": len(self.store.jobs.in_states(_COMPLETED)), "sent": _asked(self.servers, "sent")}


def _run(crowd: _Crowd, measure: Callable[[_Scene], dict[str, float]]) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, crowd), daemon=True)
    process.start()
    theirs.close()
    with tempfile.TemporaryDirectory(prefix="many-servers-") as made:
        try:
            with _scene(crowd, Path(made), ours) as scene:
                return measure(scene)
        finally:
            ours.close()
            process.join(10)


@contextmanager
def _scene(crowd: _Crowd, folder: Path, servers: Connection) -> Iterator[_Scene]:
    alike = {"model": "mova-360p", "jobs_sent_ahead": crowd.ahead}
    listed = [{"name": f"gpu-{n}", "base_url": url, **alike} for n, url in enumerate(servers.recv())]
    own = {"OUTPUT_DIR": str(folder / "outputs"), "HOME": str(folder), "SGLANG_SERVERS": json.dumps(listed)}
    variables = plain_environment(**own)
    with service_at(settings_of(variables)) as (service, store):
        for n in range(crowd.jobs):
            request = JobRequest(mode="simple", text=f"A cat purrs, take {n}.", white_frame=True, render=crowd.render)
            service.start(service.create(Order(request=request, owner=f"owner-{n % 20}")).id)
        yield _Scene(crowd, servers, folder, variables, store)


def _thousand(scene: _Scene) -> dict[str, float]:
    crowd, servers = scene.crowd, scene.servers
    with worker(scene.folder, scene.variables) as working:
        began = time.monotonic()
        scene.all_sent()
        sending = time.monotonic() - began
        last_end = _asked(servers, "begin")
        time.sleep(_SETTLED)
        calm = watched(working, 1, _CALM)
        time.sleep(max(0.0, last_end - crowd.spread - time.monotonic()))
        ending = watched(working, 4, crowd.spread / 4)
        after = scene.completed_after(last_end, crowd.jobs)
    noticed, fetched = sorted(_asked(servers, "noticed")), sorted(_asked(servers, "fetched"))
    windows: list[Taken] = [*calm, *ending]
    return scene.counted() | {
        "CPU while all are rendered": 100 * calm[0].share,
        "CPU while they end, checks included": 100 * sum(one.share for one in ending) / len(ending),
        "memory at most": max(one.memory for one in windows),
        "threads while all are rendered": calm[0].threads,
        "threads while they end": max(one.threads for one in ending),
        "an end is noticed after, median": noticed[len(noticed) // 2],
        "an end is noticed after, p95": noticed[int(0.95 * len(noticed))],
        "its file is asked for after, median": fetched[len(fetched) // 2],
        "completed after the last end": after,
        "sent a second": crowd.jobs / sending,
    }


def _at_once(scene: _Scene) -> dict[str, float]:
    with worker(scene.folder, scene.variables) as working:
        scene.all_sent()
        end = _asked(scene.servers, "begin")
        time.sleep(max(0.0, end - time.monotonic()))
        cpu = working.cpu_seconds()
        checked = scene.safe_after(end, scene.crowd.jobs)
        completed = scene.completed_after(end, scene.crowd.jobs)
        taken, memory = working.cpu_seconds() - cpu, working.status()[1] / 1024
    return scene.counted() | {
        "the last one is checked after": checked,
        "the last one is listened to after": completed,
        "CPU of the worker a video": 1000 * taken / scene.crowd.jobs,
        "memory at most": memory,
    }


def _asked(servers: Connection, what: str) -> Any:
    servers.send(what)
    return servers.recv()


# ---- the servers, in their own process -----------------------------------------------------------------------------


@dataclass
class _Job:
    id: str
    tag: str
    ends: float | None = None
    noticed: float | None = None
    fetched: float | None = None


@dataclass
class _Servers:
    crowd: _Crowd
    video: bytes
    jobs: list[dict[str, _Job]]
    starts: float = 0.0

    @property
    def all_jobs(self) -> list[_Job]:
        return [job for server in self.jobs for job in server.values()]

    def begin(self) -> float:
        """Every job gets its end; returns the last one."""
        self.starts, chance = time.monotonic(), random.Random(1)  # noqa: S311
        jobs = self.all_jobs
        for n, job in enumerate(chance.sample(jobs, len(jobs))):
            job.ends = self.starts + self.crowd.first + self.crowd.spread * n / len(jobs)
        return self.starts + self.crowd.first + self.crowd.spread

    def shown(self, job: _Job) -> dict[str, Any]:
        now, status, percent = time.monotonic(), "queued", 0
        if job.ends is not None:
            done = (now - self.starts) / (job.ends - self.starts)
            if now >= job.ends and job.noticed is None:
                job.noticed = now - job.ends
            status, percent = ("completed", 100) if now >= job.ends else ("in_progress", min(99, int(50 * done) * 2))
        return {"id": job.id, "object": "video", "model": job.tag, "status": status, "progress": percent}

    def answer(self, server: int, method: str, path: str, kind: str, body: bytes) -> tuple[int, Any]:
        jobs, parts = self.jobs[server], path.partition("?")[0].split("/")
        if path == "/health":
            return 200, {"status": "ok"}
        if path == "/server_info":
            return 200, {"model_path": "/m/mova-360p", "served_model_name": "mova-360p", "version": "0.5.23"}
        if method == "POST":
            job = _Job(f"{server}-{len(jobs)}", form_fields(body, kind).get("model", ""))
            jobs[job.id] = job
            return 200, self.shown(job)
        if len(parts) == 3 and parts[2] == "videos":
            return 200, {"object": "list", "data": [self.shown(job) for job in reversed(jobs.values())]}
        if len(parts) > 3 and (found := jobs.get(parts[3])):
            if parts[-1] != "content":
                return 200, self.shown(found)
            if found.fetched is None and found.ends is not None:
                found.fetched = time.monotonic() - found.ends
            return 200, self.video
        return 404, {"detail": "Not Found"}


def _serve(pipe: Connection, crowd: _Crowd) -> None:
    asyncio.run(_serving(pipe, crowd))


async def _serving(pipe: Connection, crowd: _Crowd) -> None:
    size = crowd.render
    video = film() if crowd.films else tiny_video(size.width, size.height, size.num_frames, size.fps)
    servers = _Servers(crowd, video, [{} for _ in range(crowd.servers)])
    listening = [
        await asyncio.start_server(lambda i, o, n=n: _connected(servers, n, i, o), "127.0.0.1", 0)  # type: ignore[misc]
        for n in range(crowd.servers)
    ]
    pipe.send([f"http://127.0.0.1:{one.sockets[0].getsockname()[1]}" for one in listening])
    loop, gone = asyncio.get_running_loop(), asyncio.Event()

    def asked() -> None:
        try:
            what = pipe.recv()
        except EOFError:
            loop.remove_reader(pipe.fileno())
            gone.set()
            return
        if what == "begin":
            pipe.send(servers.begin())
        elif what == "sent":
            pipe.send(len(servers.all_jobs))
        else:
            pipe.send([getattr(job, what) or 0.0 for job in servers.all_jobs])

    loop.add_reader(pipe.fileno(), asked)
    await gone.wait()
    os._exit(0)  # connections that are kept open would be waited for


async def _connected(servers: _Servers, n: int, asked: asyncio.StreamReader, said: asyncio.StreamWriter) -> None:
    """One connection, kept open as SGLang keeps it."""
    try:
        while head := await asked.readuntil(b"\r\n\r\n"):
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
            body = await asked.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = first.split(" ", 2)
            status, answer = servers.answer(n, method, path, headers.get("content-type", ""), body)
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            said.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(data)) + data)
            await said.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        said.close()
