"""The servers as the engine sees them: which lines they serve, who is well, and the preview engine in their place."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING

from config import Server, checked_address
from errors import MovaError, ServerError, ServerMismatch, UnknownServer
from jobs.wish import model_of, server_of
from preview_process import preview_engine
from servers import PREVIEW, name_for, open_client, plain_name
from sglang_client import SGLangClient

if TYPE_CHECKING:
    from config import Settings
    from jobs.records import JobRecord

_WELL_FOR, _ILL_FOR = 5.0, 3.0  # seconds for which a look at a server holds
_STILL_WELL_FOR = 15.0  # the same while the next look is on its way


@dataclass
class _Look:
    at: float
    trouble: MovaError | None

    @property
    def age(self) -> float:
        return time.monotonic() - self.at

    @property
    def holds(self) -> bool:
        return self.age < (_ILL_FOR if self.trouble else _WELL_FOR)


@dataclass
class Fleet:
    """Thread-safe. ``name`` is this process's own, so that two preview engines are two servers.

    ``looked`` is called after a look that nobody waited for.
    """

    settings: Settings
    name: str
    looked: Callable[[], None] = lambda: None
    _looks: dict[str, _Look] = field(default_factory=dict)
    _looking: set[str] = field(default_factory=set)
    _clients: dict[str, SGLangClient] = field(default_factory=dict)
    _previews: dict[str, Server] = field(default_factory=dict)
    _running: ExitStack = field(default_factory=ExitStack)
    _lock: Lock = field(default_factory=Lock)

    def close(self) -> None:
        """Stop the preview engines of this process."""
        for client in self._clients.values():
            client.close()
        self._running.close()

    def for_line(self, line: str) -> list[Server]:
        """The servers that may take jobs of a line."""
        only, model = server_of(line), model_of(line)
        if only == PREVIEW:
            return [self._preview(model)]
        if only and "://" in only:
            return [Server.model_validate({"name": name_for(checked_address(only)), "base_url": only, "model": model})]
        servers = [one for one in self.settings.sglang_servers if one.model == model and only in (None, one.name)]
        if only and not servers:
            raise UnknownServer(value=only, known=", ".join(one.name for one in self.settings.sglang_servers))
        return servers

    def server(self, job: JobRecord) -> Server:
        """The server that has a claimed job."""
        if job.server and job.server.startswith(PREVIEW):
            address = job.server_url or self._preview(model_of(job.model)).base_url
            return Server.model_validate(
                {"name": plain_name(job.server), "base_url": address, "model": model_of(job.model)}
            )
        known = [one for one in self.for_line(job.model) if one.name == job.server]
        if known:
            return known[0]
        if job.server_url:  # taken off the configuration while the job was on it
            return Server.model_validate(
                {"name": plain_name(str(job.server)), "base_url": job.server_url, "model": model_of(job.model)}
            )
        raise UnknownServer(value=str(job.server), known=", ".join(one.name for one in self.settings.sglang_servers))

    def client(self, job: JobRecord) -> SGLangClient:
        return self.client_of(self.server(job))

    def client_of(self, server: Server) -> SGLangClient:
        with self._lock:
            if server.base_url not in self._clients:
                self._clients[server.base_url] = open_client(server)
            return self._clients[server.base_url]

    def is_well(self, server: Server) -> bool:
        """Whether a server can be sent to: healthy, and of the right resolution. Looked at every few seconds."""
        look = self._looks.get(server.base_url)
        if look is None or not look.holds:
            look = self._look(server)
        return look.trouble is None

    def seems_well(self, server: Server) -> bool:
        """The same as it was seen last: a look that is due is taken beside us, for a server that hangs takes long."""
        look = self._looks.get(server.base_url)
        if (look is None or not look.holds) and server.base_url not in self._looking:
            self._looking.add(server.base_url)
            Thread(target=self._look_beside, args=(server,), name="look", daemon=True).start()
        return look is not None and look.trouble is None and look.age < _STILL_WELL_FOR

    def _look_beside(self, server: Server) -> None:
        try:
            self._look(server)
        finally:
            self._looking.discard(server.base_url)
            self.looked()

    def _look(self, server: Server) -> _Look:
        trouble: MovaError | None = None
        try:
            client = self.client_of(server)
            client.check_health(2.0)
            client.check_model(server.model)
        except ServerError as problem:
            trouble = problem
        look = self._looks[server.base_url] = _Look(time.monotonic(), trouble)
        return look

    def trouble_of(self, line: str) -> MovaError | None:
        """Why nothing of a line can be sent at present, where that was seen."""
        looks = [self._looks.get(server.base_url) for server in self.for_line(line)]
        troubles = [look.trouble for look in looks if look and look.trouble]
        mismatches = [one for one in troubles if isinstance(one, ServerMismatch)]
        return (mismatches or troubles or [None])[0] if len(troubles) == len(looks) else None

    def note_trouble(self, job: JobRecord, trouble: MovaError) -> None:
        self._looks[self.server(job).base_url] = _Look(time.monotonic(), trouble)

    def is_own_preview(self, job: JobRecord) -> bool:
        return bool(job.server and job.server.startswith(PREVIEW))

    def check_own_preview(self, job: JobRecord) -> None:
        """Say that a job is lost whose preview engine died with the process that had it.

        Raises:
            JobLost
        """
        from errors import JobLost

        ours = [server.base_url for server in self._previews.values()]
        if self.is_own_preview(job) and job.server_url not in ours:
            raise JobLost(server=PREVIEW, job=job.id)

    def _preview(self, model: str) -> Server:
        with self._lock:
            if model not in self._previews:
                address = self._running.enter_context(preview_engine(model))
                name = f"{PREVIEW}-{self.name}"
                self._previews[model] = Server.model_validate({"name": name, "base_url": address, "model": model})
            return self._previews[model]
