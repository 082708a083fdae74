"""What a lookout has seen, as a test says it."""

from __future__ import annotations

from dataclasses import dataclass

from errors import MovaError
from jobs.lookout import Sight
from ui.office import Office


@dataclass
class Seen:
    """In the place of a Lookout; ``patience`` costs no time."""

    known: Sight | None

    def sight(self, *, patience: float = 0.0) -> Sight | None:
        return self.known


def see(office: Office, *, preview: bool = False, unknown: bool = False, **troubles: MovaError | None) -> None:
    """Let pages see the servers of the settings: well, unless their model's short name says a trouble (``p720=``)."""
    servers = office.settings.sglang_servers
    found = {server.name: troubles.get(f"p{server.model[5:8]}") for server in servers}
    office.worker.lookout = Seen(None if unknown else Sight(servers, found, preview))  # type: ignore[assignment]
