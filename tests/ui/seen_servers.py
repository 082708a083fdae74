"""What was seen of the servers, as a test says it."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import ServerError
from jobs.servers.monitor import ServerMonitor
from jobs.servers.status import ServerStatus
from ui.app_context import AppContext


@dataclass
class Seen(ServerMonitor):
    """A watch that has seen this and looks at nothing; ``patience`` costs no time."""

    known: ServerStatus | None = None

    def server_status(self, *, patience: float = 0.0) -> ServerStatus | None:
        return self.known


def see(app_context: AppContext, *, preview: bool = False, unknown: bool = False, **errors: ServerError | None) -> None:
    """Let pages see the servers of the settings: well, unless their model's short name says a trouble (``p720=``)."""
    servers = app_context.worker.registry.servers
    found = {server.name: errors.get(f"p{server.model[5:8]}") for server in servers}
    app_context.worker.monitor = Seen(
        app_context.worker.registry, known=None if unknown else ServerStatus(servers, found, preview)
    )
