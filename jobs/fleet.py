"""The servers as the engine sees them: which lines they serve, who is well, and the preview engine in their place."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Lock
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


@dataclass
class _Look:
    at: float
    trouble: MovaError | None


@dataclass
class Fleet:
    """Thread-safe. ``name`` is this process's own, so that two preview engines are two servers."""

    settings: Settings
    name: str
    _looks: dict[str, _Look] = field(default_factory=dict)
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
        if look and time.monotonic() - look.at < (_ILL_FOR if look.trouble else _WELL_FOR):
            return look.trouble is None
        trouble: MovaError | None = None
        try:
            client = self.client_of(server)
            client.check_health(2.0)
            client.check_model(server.model)
        except ServerError as problem:
            trouble = problem
        self._looks[server.base_url] = _Look(time.monotonic(), trouble)
        return trouble is None

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
