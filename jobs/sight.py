"""What the last looks at the configured servers come to, for whoever wants to send a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from errors import MovaError, ServerError, ServerUnreachable, UnknownServer
from jobs.wish import model_of, server_of
from render.servers import PREVIEW

if TYPE_CHECKING:
    from config import Model, Server

MODELS: tuple[Model, ...] = ("mova-360p", "mova-720p")


@dataclass(frozen=True)
class Sight:
    """``troubles`` by server name, None where a server is well.

    ``preview`` where nobody configured a server and every default refuses the connection.
    """

    servers: tuple[Server, ...]
    troubles: Mapping[str, ServerError | None]
    preview: bool

    @property
    def models(self) -> tuple[Model, ...]:
        """What can be rendered: by servers that are well, else by those that jobs would wait for."""
        if self.preview:
            return MODELS
        well = {server.model for server in self.servers if self.troubles[server.name] is None}
        return tuple(model for model in MODELS if model in (well or {server.model for server in self.servers}))

    def line(self, model: str) -> str:
        """The line that a job of this model waits in."""
        return f"{model}@{PREVIEW}" if self.preview else model

    def of_model(self, model: str) -> tuple[Server, ...]:
        """The servers of a model, those that are well first."""
        fitting = (server for server in self.servers if server.model == model)
        return tuple(sorted(fitting, key=lambda server: self.troubles[server.name] is not None))

    def holds_up(self, line: str) -> MovaError | None:
        """Why nothing of a line can be sent at present; None where a server of it is well."""
        only = server_of(line)
        if only == PREVIEW or (only and "://" in only):
            return None
        servers = [one for one in self.of_model(model_of(line)) if only in (None, one.name)]
        if only and not servers:
            return UnknownServer(value=only, known=", ".join(one.name for one in self.servers))
        return self.troubles[servers[0].name] if servers else None

    def other(self, model: str, name: str | None) -> Server | None:
        """A server of this model that is well, where the one of this name is not, or is no longer there."""
        if name is None or "://" in name or (name in self.troubles and self.troubles[name] is None):
            return None
        first = next(iter(self.of_model(model)), None)
        return first if first and self.troubles[first.name] is None else None


def refuses(trouble: MovaError | None) -> bool:
    """Whether nothing listens at a server's address."""
    return isinstance(trouble, ServerUnreachable) and trouble.facts.get("reason") == "refused"
