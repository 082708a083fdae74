"""What was seen of the servers, as a test says it."""

from __future__ import annotations

from dataclasses import dataclass

from errors import ServerError
from jobs.server_watch import ServerWatch
from jobs.sight import Sight
from ui.office import Office


@dataclass
class Seen(ServerWatch):
    """A watch that has seen this and looks at nothing; ``patience`` costs no time."""

    known: Sight | None = None

    def sight(self, *, patience: float = 0.0) -> Sight | None:
        return self.known


def see(office: Office, *, preview: bool = False, unknown: bool = False, **troubles: ServerError | None) -> None:
    """Let pages see the servers of the settings: well, unless their model's short name says a trouble (``p720=``)."""
    servers = office.worker.roster.servers
    found = {server.name: troubles.get(f"p{server.model[5:8]}") for server in servers}
    office.worker.watch = Seen(office.worker.roster, known=None if unknown else Sight(servers, found, preview))
