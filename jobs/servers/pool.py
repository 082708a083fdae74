"""The servers as the engine sees them: which queues they serve, and the preview engine in their place."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from config import Server
from core.errors import (
    MovaError,
    PreviewError,
    ServerDead,
    ServerError,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
    UnknownServer,
)
from core.setting_values import checked_address
from jobs.model.request import PREVIEW, QueueKey
from jobs.servers.preview_process import preview_engine
from jobs.servers.selection import name_for, open_client, plain_name
from jobs.servers.status import refuses
from sglang_client import SGLangClient

if TYPE_CHECKING:
    from jobs.model.records import JobRecord
    from jobs.servers.monitor import ServerMonitor
    from jobs.servers.registry import ServerRegistry


UNWELL = (ServerUnreachable, ServerSilent, ServerWarmingUp, ServerDead)  # nothing more is sent there for a while
_STARTS, _FIRST_REST = 5, 2.0  # how often a preview engine is started before its jobs fail; seconds after the first
_FORGOTTEN_AFTER = 600.0  # an engine that dies occasionally is simply started again


@dataclass(frozen=True)
class _FailedStart:
    """``starts`` is how many went wrong; ``again`` is when the next one is due, in monotonic seconds."""

    problem: PreviewError
    starts: int
    again: float


@dataclass
class ServerPool:
    """Thread-safe. ``name`` is this process's own, so that two preview engines are two servers."""

    registry: ServerRegistry
    monitor: ServerMonitor
    name: str = ""
    _clients: dict[Server, SGLangClient] = field(default_factory=dict)
    _previews: dict[str, Server] = field(default_factory=dict)
    _failed: dict[str, _FailedStart] = field(default_factory=dict)
    _running: ExitStack = field(default_factory=ExitStack)
    _lock: Lock = field(default_factory=Lock)

    def close(self) -> None:
        """Stop the preview engines of this process."""
        self._running.close()

    def servers_of(self, key: QueueKey) -> list[Server]:
        """The servers that may take jobs of a queue: in place of servers that nobody configured the preview engine."""
        model, only = key
        if only == PREVIEW or self.preview_serves(key):
            return [self._preview(model)]
        if only and "://" in only:
            return [Server.model_validate({"name": name_for(checked_address(only)), "base_url": only, "model": model})]
        servers = [one for one in self.registry.servers if one.model == model and only in (None, one.name)]
        if only and not servers:
            raise UnknownServer(value=only, known=self._known())
        return servers

    def preview_serves(self, key: QueueKey) -> bool:
        """Whether the preview engine stands in for the servers of a queue."""
        status = self.monitor.server_status() if key.wanted_server is None else None
        return status is not None and status.preview

    def server(self, job: JobRecord) -> Server:
        """The server that a claimed job was sent to, or is to be sent to."""
        name = str(job.server)
        if job.on_own_preview:
            address = job.server_url or self._preview(job.model).base_url
            return Server.model_validate({"name": plain_name(name), "base_url": address, "model": job.model})
        for one in (*self.registry.servers, *self._by_address(job.queue_key)):
            if one.name == name and job.server_url in (None, one.base_url):
                return one
        if job.server_url is None:
            raise UnknownServer(value=name, known=self._known())
        # Taken off the configuration, or given another address there, while the job was on it.
        # Whether it tagged jobs is not known then: that it has none of this tag proves nothing.
        unknown = {"name": plain_name(name), "base_url": job.server_url, "model": job.model}
        return self.registry.former(name, job.server_url) or Server.model_validate(unknown | {"tag_jobs": False})

    def tag(self, job: JobRecord) -> str:
        """Our own id as the server's ``model``; with the attempt, so that a retry after a failure renders anew.

        Empty where the server does not tag jobs.
        """
        return f"{job.model}#{job.id}.{job.attempts}" if self.server(job).tag_jobs else ""

    def _by_address(self, key: QueueKey) -> list[Server]:
        return self.servers_of(key) if "://" in (key.wanted_server or "") else []

    def _known(self) -> str:
        return ", ".join(one.name for one in self.registry.servers)

    def client(self, job: JobRecord) -> SGLangClient:
        return self.client_of(self.server(job))

    def client_of(self, server: Server) -> SGLangClient:
        with self._lock:
            if server not in self._clients:
                self._clients[server] = open_client(server)
            return self._clients[server]

    def record_error(self, job: JobRecord, error: ServerError) -> None:
        """Record an error of a job's server: nothing new is sent there before its next health check."""
        self.monitor.record_error(self.server(job), error)

    def check_own_preview(self, job: JobRecord) -> None:
        """Raise if a job's preview engine died together with the process that ran it.

        Raises:
            JobLost
        """
        from core.errors import JobLost

        ours = [server.base_url for server in self._previews.values() if not self._is_dead(server)]
        if job.on_own_preview and job.server_url not in ours:
            raise JobLost(server=PREVIEW, job=job.id)

    def holds_up(self, key: QueueKey) -> MovaError | None:
        """Why nothing of a queue can be sent, by the last health checks; None if a server is ready or unchecked."""
        if key.wanted_server == PREVIEW or self.preview_serves(key):
            return None
        try:
            looks = [self.monitor.last(server) for server in self.servers_of(key)]
        except MovaError as problem:
            return problem
        errors = [look.error for look in looks if look and look.error]
        return errors[0] if errors and len(errors) == len(looks) else None

    def _preview(self, model: str) -> Server:
        with self._lock:
            if (known := self._previews.get(model)) and self._is_dead(known):
                del self._previews[model]
                raise self._not_running(model, PreviewError())
            if model not in self._previews:
                address = self._started(model)
                name = f"{PREVIEW}-{self.name}"
                self._previews[model] = Server.model_validate({"name": name, "base_url": address, "model": model})
            return self._previews[model]

    def _is_dead(self, server: Server) -> bool:
        """Whether nothing listens any more at the address of an engine that was started here."""
        look = self.monitor.last(server)
        return look is not None and refuses(look.error)

    def _started(self, model: str) -> str:
        """The address of a new engine; after a failure the next one waits, twice as long each time."""
        failed = self._failed.get(model)
        if failed and time.monotonic() < failed.again:
            raise failed.problem
        try:
            return self._running.enter_context(preview_engine(model))
        except PreviewError as problem:
            raise self._not_running(model, problem) from None

    def _not_running(self, model: str, problem: PreviewError) -> PreviewError:
        """Count that an engine did not start, or died; returns the error."""
        failed, now = self._failed.get(model), time.monotonic()
        starts = failed.starts + 1 if failed and now - failed.again < _FORGOTTEN_AFTER else 1
        self._failed[model] = _FailedStart(problem, starts, now + _FIRST_REST * 2 ** (starts - 1))
        return problem

    def gives_up(self, model: str) -> bool:
        """Whether a model's engine failed to start so often that its jobs are to fail; then it counts anew."""
        with self._lock:
            failed = self._failed.get(model)
            if failed is None or failed.starts < _STARTS:
                return False
            del self._failed[model]
            return True
