"""The servers as the engine sees them: which lines they serve, and the preview engine in their place."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from config import Server, checked_address
from errors import ServerError, UnknownServer
from jobs.wish import model_of, server_of
from render.client import SGLangClient
from render.preview_process import preview_engine
from render.servers import PREVIEW, name_for, open_client, plain_name

if TYPE_CHECKING:
    from jobs.records import JobRecord
    from jobs.roster import Roster
    from jobs.server_watch import ServerWatch


@dataclass
class Fleet:
    """Thread-safe. ``name`` is this process's own, so that two preview engines are two servers."""

    roster: Roster
    watch: ServerWatch
    name: str
    _clients: dict[Server, SGLangClient] = field(default_factory=dict)
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
        servers = [one for one in self.roster.servers if one.model == model and only in (None, one.name)]
        if only and not servers:
            raise UnknownServer(value=only, known=self._known())
        return servers

    def server(self, job: JobRecord) -> Server:
        """The server that has a claimed job."""
        if job.server and job.server.startswith(PREVIEW):
            address = job.server_url or self._preview(model_of(job.model)).base_url
            return Server.model_validate(
                {"name": plain_name(job.server), "base_url": address, "model": model_of(job.model)}
            )
        name = str(job.server)
        for one in (*self.roster.servers, *self._by_address(job.model)):
            if one.name == name and job.server_url in (None, one.base_url):
                return one
        if job.server_url is None:
            raise UnknownServer(value=name, known=self._known())
        # Taken off the configuration, or given another address there, while the job was on it.
        return self.roster.former(name, job.server_url) or Server.model_validate(
            {"name": plain_name(name), "base_url": job.server_url, "model": model_of(job.model)}
        )

    def _by_address(self, line: str) -> list[Server]:
        return self.for_line(line) if "://" in (server_of(line) or "") else []

    def _known(self) -> str:
        return ", ".join(one.name for one in self.roster.servers)

    def client(self, job: JobRecord) -> SGLangClient:
        return self.client_of(self.server(job))

    def client_of(self, server: Server) -> SGLangClient:
        with self._lock:
            if server not in self._clients:
                self._clients[server] = open_client(server)
            return self._clients[server]

    def note_trouble(self, job: JobRecord, trouble: ServerError) -> None:
        """What was met on a job's server: nothing new is sent there before it was looked at again."""
        self.watch.note(self.server(job), trouble)

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
