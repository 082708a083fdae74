"""Services and video servers on 127.0.0.1 in a process of their own, so that what they cost is not on our account.

    with stand_ins(video_servers=1, render=3.0) as there:
        settings = there.environment(folder)
        ...
        there.busy()        # seconds that each service and render took, since the last question

They speak the vendors' wire formats, as the tests' stand-ins do; each answer takes a set time.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.material import drawn, film
from benchmarks.takes import TAKES
from tests.jobs.load.video_server import FakeJob, VideoServer
from tests.providers.fake_services import FakeServices, Received

RENDER = 3.0
STEPS = 50
_IMAGE_PROMPT = "An orange cat sits on a wet quay at night, looking up; lamps are mirrored in puddles, boats behind it."
_ELEMENTS = "An orange cat on a wet quay at night. Behind it two fishing boats. Warm lamp light from the left."
_DESCRIPTION = (
    "An orange cat sits on a wet quay at night and looks up. Two fishing boats rock behind it, their ropes tighten and "
    "go slack again, and lamp light from the left trembles in the puddles. The cat turns its head, blinks, and lays "
    "its tail around its paws while the rain grows a little heavier. "
    "The audio has steady rain on stone, small waves against the hulls and a soft purr."
)


@dataclass(frozen=True)
class Rendered:
    """One job on a video server, all times of the monotonic clock; ``fetched`` is when its file was asked for."""

    tag: str
    arrived: float
    starts: float
    ends: float
    fetched: float | None

    @property
    def noticed(self) -> float | None:
        """Seconds from the end of the render until its file was asked for."""
        return None if self.fetched is None else self.fetched - self.ends


class StandIns:
    """The stand-ins as the benchmark sees them, over a pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._there: dict[str, Any] = pipe.recv()

    def environment(self, folder: Path, *, ahead: int = 1, **more: str) -> dict[str, str]:
        """Settings that know of these services and servers, and of nothing else."""
        alike = {"model": "mova-360p", "jobs_sent_ahead": ahead}
        servers = [{"name": f"gpu-{n}", "base_url": url, **alike} for n, url in enumerate(self._there["servers"])]
        own = {"OUTPUT_DIR": str(folder / "outputs"), "MOVA_ENV_FILE": os.devnull, "HOME": str(folder)}
        return own | self.services | {"SGLANG_SERVERS": json.dumps(servers)} | more

    @property
    def services(self) -> dict[str, str]:
        """The variables of the services alone."""
        there: dict[str, str] = self._there["services"]
        return there

    @property
    def video_server(self) -> str:
        """The address of the first one."""
        return str(self._there["servers"][0])

    def busy(self) -> float:
        """The sum of what all requests to services and all renders took, in seconds, since the last question."""
        return float(self._ask("busy"))

    def rendered(self) -> list[Rendered]:
        """Every job that was sent, in the order of their coming."""
        return list(self._ask("rendered"))

    def requests(self) -> int:
        """How many requests the video servers have had."""
        return int(self._ask("requests"))

    def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return self._pipe.recv()


@contextmanager
def stand_ins(*, video_servers: int = 1, render: float = RENDER) -> Iterator[StandIns]:
    """Run them for as long as the block lasts."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, video_servers, render), daemon=True)
    process.start()
    theirs.close()
    try:
        yield StandIns(ours)
    finally:
        ours.close()
        process.join(10)


# ---- in their own process ----------------------------------------------------------------------------------------


class _Services(FakeServices):
    """Answers after a while, and adds up how long that was."""

    def __init__(self) -> None:
        super().__init__()
        self.busy: list[float] = []
        self.script("gemini.text", self._slow(self._text))
        self.script("gemini.vision", self._slow(lambda call: _ELEMENTS))
        picture = drawn()
        self.script("gemini.image", self._slow(lambda call: picture))

    def _slow(self, answer: Callable[[Received], str | bytes]) -> Callable[[Received], str | bytes]:
        def reply(call: Received) -> str | bytes:
            started = time.monotonic()
            given = answer(call)
            time.sleep(max(0.0, started + TAKES[call.route] - time.monotonic()))
            self.busy.append(time.monotonic() - started)
            return given

        return reply

    def _text(self, call: Received) -> str:
        return _DESCRIPTION if "<first_frame>" in " ".join(call.texts) else _IMAGE_PROMPT


class _VideoServer(VideoServer):
    """Shows its progress by steps, as SGLang does, and notes when a file is asked for."""

    def __init__(self, video: bytes, seconds: float) -> None:
        super().__init__(seconds=seconds, video=lambda job: video, percent=_percent)
        self.fetched: dict[str, float] = {}

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes, kind: str) -> tuple[int, Any]:
        if path.endswith("/content"):
            self.fetched.setdefault(path.split("/")[3], time.monotonic())
        return super().answer(method, path, query, body, kind)


def _percent(job: FakeJob) -> int:
    if job.status == "completed":
        return 100
    if job.ends is None or job.status == "queued":
        return 0
    done = int(STEPS * (time.monotonic() - job.starts) / (job.ends - job.starts))
    return min(99, 100 * done // STEPS)


def _serve(pipe: Connection, video_servers: int, render: float) -> None:
    video = film()
    with ExitStack() as stack:
        services, servers = _Services(), [_VideoServer(video, render) for _ in range(video_servers)]
        for one in (services, *servers):
            stack.enter_context(one)  # type: ignore[arg-type]
        pipe.send({"services": services.environment("gemini"), "servers": [one.url for one in servers]})
        counted = 0
        while True:
            try:
                asked = pipe.recv()
            except EOFError:
                return
            jobs = [job for one in servers for job in one.accepted]
            if asked == "busy":
                pipe.send(sum(services.busy) + sum((job.ends or 0) - job.starts for job in jobs[counted:]))
                services.busy.clear()
                counted = len(jobs)
            elif asked == "rendered":
                pipe.send([_rendered(job, one) for one in servers for job in one.accepted])
            else:
                pipe.send(sum(one.requests.total() for one in servers))


def _rendered(job: FakeJob, server: _VideoServer) -> Rendered:
    return Rendered(job.tag, job.arrived, job.starts, job.ends or 0.0, server.fetched.get(job.id))
