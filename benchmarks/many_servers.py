"""A thousand renders on five hundred servers, followed by one worker: CPU, memory, threads, how late ends are noticed.

The servers are ports of one event loop in a process of its own. They hold their jobs until all have been sent, and end
them evenly over ``_SPREAD`` seconds, each at a moment of its own.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.material import RENDER
from benchmarks.processes import Taken, plain_environment, watched
from jobs.model.request import JobRequest
from jobs.model.states import ON_SERVER, JobState
from jobs.store.orders import Order
from tests.jobs.load.form_data import form_fields
from tests.jobs.load.tiny_video import tiny_video
from tests.jobs.load.workers import service_at, settings_of, worker
from tests.waiting import until

_SERVERS, _AHEAD = 500, 2
_CALM, _FIRST, _SPREAD = 30.0, 45.0, 100.0  # seconds: watched in between, the first end, and until the last one
_SHORT = replace(RENDER, num_frames=25)  # of each video, so that checking them weighs little here
_COMPLETED: tuple[JobState, ...] = ("completed",)
_AIMS = {"CPU": 25.0, "memory": 300.0, "threads": 40.0, "p95": 1.0}


def many_servers(rounds: int) -> Iterable[Figure]:
    """Five minutes a round."""
    runs = [_run() for _ in range(rounds)]
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


def _run() -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    with tempfile.TemporaryDirectory(prefix="many-servers-") as made:
        try:
            return _measured(Path(made), ours)
        finally:
            ours.close()
            process.join(10)


def _measured(folder: Path, servers: Connection) -> dict[str, float]:
    alike = {"model": "mova-360p", "jobs_sent_ahead": _AHEAD}
    listed = [{"name": f"gpu-{n}", "base_url": url, **alike} for n, url in enumerate(servers.recv())]
    own = {"OUTPUT_DIR": str(folder / "outputs"), "HOME": str(folder), "SGLANG_SERVERS": json.dumps(listed)}
    variables, jobs = plain_environment(**own), _SERVERS * _AHEAD
    with service_at(settings_of(variables)) as (service, store):
        for n in range(jobs):
            request = JobRequest(mode="simple", text=f"A cat purrs, take {n}.", white_frame=True, render=_SHORT)
            service.start(service.create(Order(request=request, owner=f"owner-{n % 20}")).id)
        with worker(folder, variables) as working:
            began = time.monotonic()
            until(lambda: _asked(servers, "sent") >= jobs, 600, every=1.0)
            sending = time.monotonic() - began
            last_end = _asked(servers, "begin")
            time.sleep(12.0)  # the first seconds of a render are looked at more often
            calm = watched(working, 1, _CALM)
            time.sleep(max(0.0, last_end - _SPREAD - time.monotonic()))
            ending = watched(working, 4, _SPREAD / 4)
            until(lambda: not store.jobs.in_states(ON_SERVER), 300, every=1.0)
            after = time.monotonic() - last_end
        completed = len(store.jobs.in_states(_COMPLETED))
    noticed, fetched = sorted(_asked(servers, "noticed")), sorted(_asked(servers, "fetched"))
    windows: list[Taken] = [*calm, *ending]
    return {
        "CPU while all are rendered": 100 * calm[0].share,
        "CPU while they end, checks included": 100 * sum(one.share for one in ending) / len(ending),
        "memory at most": max(one.memory for one in windows),
        "threads while all are rendered": calm[0].threads,
        "threads while they end": max(one.threads for one in ending),
        "an end is noticed after, median": noticed[len(noticed) // 2],
        "an end is noticed after, p95": noticed[int(0.95 * len(noticed))],
        "its file is asked for after, median": fetched[len(fetched) // 2],
        "completed after the last end": after,
        "completed": completed,
        "sent": _asked(servers, "sent"),
        "sent a second": jobs / sending,
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
    video: bytes
    starts: float = 0.0
    jobs: list[dict[str, _Job]] = field(default_factory=lambda: [{} for _ in range(_SERVERS)])

    @property
    def all_jobs(self) -> list[_Job]:
        return [job for server in self.jobs for job in server.values()]

    def begin(self) -> float:
        """Every job gets its end; returns the last one."""
        self.starts, chance = time.monotonic(), random.Random(1)  # noqa: S311
        jobs = self.all_jobs
        for n, job in enumerate(chance.sample(jobs, len(jobs))):
            job.ends = self.starts + _FIRST + _SPREAD * n / len(jobs)
        return self.starts + _FIRST + _SPREAD

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


def _serve(pipe: Connection) -> None:
    asyncio.run(_serving(pipe))


async def _serving(pipe: Connection) -> None:
    servers = _Servers(tiny_video(_SHORT.width, _SHORT.height, _SHORT.num_frames, _SHORT.fps))
    listening = [
        await asyncio.start_server(lambda i, o, n=n: _connected(servers, n, i, o), "127.0.0.1", 0)  # type: ignore[misc]
        for n in range(_SERVERS)
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
