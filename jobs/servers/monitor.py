"""The last health check of each server, made in the background, so that nobody who asks waits for a server."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import TYPE_CHECKING

from core.errors import ServerError
from jobs.servers.health import HealthCheck, check_server
from jobs.servers.status import ServerStatus, preview_stands_in

if TYPE_CHECKING:
    from config import Server
    from jobs.servers.registry import ServerRegistry

HOLDS = 10.0  # seconds for which a health check is recent enough while no job waits for the server
_WELL_FOR, _ILL_FOR = 5.0, 3.0  # the same while one does
_AT_ONCE, _A_SECOND = 8, 20  # checks
_LOG = logging.getLogger("mova.worker")
_STILL_WELL_FOR = 15.0  # a server that was ready is still sent to while the next check is under way


@dataclass
class ServerMonitor:
    """Thread-safe. Checks run in threads, some at once and one a server; ``looked`` is called after each."""

    registry: ServerRegistry
    looked: Callable[[], None] = lambda: None
    _looks: dict[Server, HealthCheck] = field(default_factory=dict)
    _looking: set[Server] = field(default_factory=set)
    _due: deque[Server] = field(default_factory=deque)
    _threads: int = 0
    _changed: Condition = field(default_factory=Condition)

    def ask(self, *, older_than: float = 0.0, name: str | None = None) -> None:
        """Start a check of the configured servers, or of the named one, if the last one is older (seconds).

        Of very many servers each is checked less often, unless it is to be checked now.
        """
        older_than = older_than and max(older_than, len(self.registry.servers) / _A_SECOND)
        for server in self.registry.servers:
            if name in (None, server.name):
                self._ask(server, older_than)

    def last(self, server: Server) -> HealthCheck | None:
        """The last finished health check; None before the first."""
        return self._looks.get(server)

    def is_looking(self, server: Server | None = None) -> bool:
        """Whether a check of this server, or of any, is under way."""
        return bool(self._looking) if server is None else server in self._looking

    def seems_well(self, server: Server) -> bool:
        """Whether a job can be sent to a server, by its last check; an old one is renewed in the background."""
        look = self._looks.get(server)
        self._ask(server, _ILL_FOR if look and look.error else _WELL_FOR)
        return look is not None and look.error is None and look.age < _STILL_WELL_FOR

    def record_error(self, server: Server, error: ServerError) -> None:
        """An error met while working with a server counts as a health check, unless the last check knew of it."""
        last = self._looks.get(server)
        if last is None or type(last.error) is not type(error):
            self._looks[server] = HealthCheck(error=error, at=time.monotonic())

    def server_status(self, *, patience: float = 0.0) -> ServerStatus | None:
        """The status of all configured servers; None if that takes longer than ``patience`` (seconds)."""
        self.ask(older_than=HOLDS)
        settings = self.registry.settings
        with self._changed:
            self._changed.wait_for(lambda: all(one in self._looks for one in settings.sglang_servers), patience)
        looks = {one.name: self._looks.get(one) for one in settings.sglang_servers}
        if any(look is None for look in looks.values()):
            return None
        errors = {name: look.error for name, look in looks.items() if look}
        return ServerStatus(settings.sglang_servers, errors, preview_stands_in(settings, errors.values()))

    def _ask(self, server: Server, older_than: float) -> None:
        with self._changed:
            last = self._looks.get(server)
            if server in self._looking or (last and last.age < older_than):
                return
            self._looking.add(server)
            self._due.append(server)
            if self._threads == _AT_ONCE:  # one of them takes it
                return
            self._threads += 1
        Thread(target=self._look_at_due, daemon=True, name="server-look").start()

    def _look_at_due(self) -> None:
        while True:
            with self._changed:
                if not self._due:
                    self._threads -= 1
                    return
                server = self._due.popleft()
            try:
                self._look(server)
            except Exception:  # the thread must outlive it: there are few
                _LOG.exception("a fault in the check of a server")

    def _look(self, server: Server) -> None:
        try:
            self._looks[server] = check_server(server, self._looks.get(server))
        finally:
            with self._changed:
                self._looking.discard(server)
                self._changed.notify_all()
            self.looked()
