"""Follows every render in one event loop: one question a server answers for all of its jobs.

What is seen is written by one thread beside the loop, so that neither a database nor a server that hangs holds up the
others. A server that is not well is asked once more by the plain client, in one of a few threads, which says why.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from core.bounded_http import EnvironmentUnusable, KeptOpen
from core.errors import ServerError
from jobs.servers.pool import UNWELL
from render.pace import CALM

if TYPE_CHECKING:
    from config import Server
    from jobs.execution.followed import Followed, FollowedRenders
    from jobs.execution.prepare import Persist
    from render.answers import VideoJob

T = TypeVar("T")

_LOOK, _LOOK_IDLE = 1.0, 2.0  # seconds between questions to the database about what is still wanted
_TOGETHER = 0.3  # seconds for which progress is collected; a beginning and an end are written at once
_IN_TROUBLE = 12  # servers that are not well and are asked at the same time
_A_CROWD = 50  # servers; with more of them each is asked less often


class Poller:
    """``persist`` repeats what the database refuses until it succeeds; ``stopping`` says that this process stops."""

    def __init__(self, renders: FollowedRenders, persist: Persist, stopping: Callable[[], bool]) -> None:
        self._renders, self._persist, self._stopping = renders, persist, stopping
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        """Follow until this process stops."""
        self._renders.forget()
        asyncio.run(self._run())

    def wake(self) -> None:
        """Say that there is another render to follow, or that this process stops; thread-safe."""
        if loop := self._loop:
            with suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(self._woken.set)

    async def _run(self) -> None:
        self._woken, self._dirty, self._urgent = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._servers: dict[Server, list[Followed]] = {}
        self._watches: dict[Server, tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._loop = asyncio.get_running_loop()
        self._database = ThreadPoolExecutor(1, "renders-record")
        self._slow = ThreadPoolExecutor(_IN_TROUBLE, "renders-trouble")
        writer = asyncio.create_task(self._write_again_and_again())
        try:
            while not self._stopping() and not writer.done():
                self._woken.clear()
                await self._refresh()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK if self._servers else _LOOK_IDLE):
                        await self._woken.wait()
            if writer.done():
                writer.result()
        finally:
            self._loop = None
            tasks = [writer, *(task for task, _ in self._watches.values())]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for pool in (self._database, self._slow):
                pool.shutdown(wait=False, cancel_futures=True)

    async def _refresh(self) -> None:
        followed = await self._in_database(self._renders.refresh)
        servers: dict[Server, list[Followed]] = {}
        for one in followed.values():
            if not one.is_over:
                servers.setdefault(one.server, []).append(one)
        before = {id(one) for jobs in self._servers.values() for one in jobs}
        self._servers = servers
        self._dirty.set()
        for server, jobs in servers.items():
            task, news = self._watches.get(server, (None, None))
            if task is None or news is None or task.done():
                news = asyncio.Event()
                self._watches[server] = asyncio.create_task(self._watch(server, news)), news
            elif any(id(one) not in before for one in jobs):  # also one in the place of another that ended
                news.set()
        self._watches = {one: watch for one, watch in self._watches.items() if one in servers or not watch[0].done()}

    async def _in_database(self, work: Callable[[], T]) -> T:
        found: list[T] = []
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._database, self._persist, lambda: found.append(work()))
        return found[0]

    async def _write_again_and_again(self) -> None:
        while True:
            await self._dirty.wait()
            if not self._renders.is_urgent:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TOGETHER):
                        await self._urgent.wait()
            self._dirty.clear()
            self._urgent.clear()
            if write := self._renders.taken():
                await self._in_database(write)

    # ---- one server --------------------------------------------------------------------------------------------

    async def _watch(self, server: Server, news: asyncio.Event) -> None:
        """Ask a server about its jobs for as long as it has any."""
        kept = None
        try:
            while True:
                news.clear()
                jobs = [one for one in self._servers.get(server, ()) if not one.is_over]
                if not jobs:
                    return
                if kept is None:
                    kept = _kept_open(server)
                await self._ask(kept, server, jobs)
                now, crowd = time.monotonic(), max(1.0, len(self._servers) / _A_CROWD)
                pauses = [one.waiting.pause(now, crowd) for one in jobs if not one.is_over]
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(pauses, default=CALM)):
                        await news.wait()
        finally:
            if kept is not None:
                await kept.close()

    async def _ask(self, kept: KeptOpen | None, server: Server, jobs: list[Followed]) -> None:
        client = self._renders.pool.client_of(server)
        seen: dict[str, VideoJob] = {}
        with suppress(Exception):  # the plain client says what the matter is
            seen = await client.seen(kept, [one.server_job_id for one in jobs]) if kept else {}
        trouble: ServerError | None = None
        for one in jobs:
            try:
                try:
                    found = seen.get(one.server_job_id)
                    if found is None and trouble is not None:  # it has just been waited for
                        raise trouble
                    if found is None:
                        found = await self._plainly(partial(client.retrieve, one.server_job_id))
                except ServerError as error:
                    trouble = error if isinstance(error, UNWELL) else trouble
                    self._renders.met(one, error, time.monotonic())
                else:
                    self._renders.saw(one, found, time.monotonic())
            except Exception as fault:
                self._renders.broke(one, fault)
        self._dirty.set()
        if self._renders.is_urgent:
            self._urgent.set()

    async def _plainly(self, ask: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._slow, ask)


def _kept_open(server: Server) -> KeptOpen | None:
    try:
        return KeptOpen(server.base_url)
    except EnvironmentUnusable:  # the plain client says what is wrong with it
        return None
