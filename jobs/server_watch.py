"""What the configured servers say of themselves, looked at beside everything else: who asks never waits."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING

from errors import ServerError, ServerSilent, ServerUnreachable
from servers import open_client

if TYPE_CHECKING:
    from config import Server, Settings

_HEALTH_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class ServerLook:
    """One look at a server: ``trouble`` is None where it is ready; ``seconds`` is how long the look took."""

    trouble: ServerError | None
    version: str = ""
    preview: bool = False
    seconds: float = 0.0
    at: float = 0.0  # a monotonic clock's


@dataclass
class ServerWatch:
    """Thread-safe. A look runs in a thread of its own, at most one a server."""

    settings: Settings
    _looks: dict[str, ServerLook] = field(default_factory=dict)
    _looking: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, *, older_than: float = 0.0, name: str | None = None) -> None:
        """Have the servers, or the one of this name, looked at where the last look is older (seconds)."""
        for server in self.settings.sglang_servers:
            if name in (None, server.name) and self._begin(server.name, older_than):
                Thread(target=self._look, args=(server,), daemon=True, name="server-look").start()

    def last(self, name: str) -> ServerLook | None:
        """The last finished look."""
        return self._looks.get(name)

    def is_looking(self, name: str | None = None) -> bool:
        """Whether a look at this server, or at any, is under way."""
        return bool(self._looking) if name is None else name in self._looking

    def _begin(self, name: str, older_than: float) -> bool:
        with self._lock:
            last = self._looks.get(name)
            if name in self._looking or (last and time.monotonic() - last.at < older_than):
                return False
            self._looking.add(name)
            return True

    def _look(self, server: Server) -> None:
        try:
            self._looks[server.name] = look_at(server)
        finally:
            with self._lock:
                self._looking.discard(server.name)


def look_at(server: Server) -> ServerLook:
    """Ask a server for its health, its version and its model; takes seconds at most."""
    client, started, trouble = open_client(server), time.monotonic(), None
    version, preview = "", False
    try:
        client.check_health(_HEALTH_SECONDS)
    except ServerError as problem:
        trouble = problem
    try:
        if not isinstance(trouble, ServerUnreachable | ServerSilent):
            info = client.info()  # answers in warm-up too
            version, preview = info.version, info.preview
            client.check_model(server.model)
    except ServerError as problem:
        trouble = trouble or problem
    finally:
        client.close()
    now = time.monotonic()
    return ServerLook(trouble=trouble, version=version, preview=preview, seconds=now - started, at=now)
