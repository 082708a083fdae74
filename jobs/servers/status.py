"""The status of all configured servers, from their last health checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import MovaError, ServerError, ServerUnreachable, UnknownServer
from jobs.model.request import PREVIEW, QueueKey

if TYPE_CHECKING:
    from config import Model, Server, Settings

MODELS: tuple[Model, ...] = ("mova-360p", "mova-720p")


@dataclass(frozen=True)
class ServerStatus:
    """``errors`` by server name, None if a server is ready.

    ``preview`` where nobody configured a server and every default refuses the connection.
    """

    servers: tuple[Server, ...]
    errors: Mapping[str, ServerError | None]
    preview: bool

    @property
    def models(self) -> tuple[Model, ...]:
        """The models that can be rendered: those of ready servers, else those of all that jobs would wait for."""
        if self.preview:
            return MODELS
        well = {server.model for server in self.servers if self.errors[server.name] is None}
        return tuple(model for model in MODELS if model in (well or {server.model for server in self.servers}))

    def previews(self, key: QueueKey, *, may_preview: bool = True) -> bool:
        """Whether what goes to this queue now is rendered by the preview engine.

        Args:
            may_preview: a job that goes to the preview engine where that stands in.
        """
        return key.wanted_server == PREVIEW or (may_preview and self.preview and key.wanted_server is None)

    def of_model(self, model: str) -> tuple[Server, ...]:
        """The servers of a model, ready ones first."""
        fitting = (server for server in self.servers if server.model == model)
        return tuple(sorted(fitting, key=lambda server: self.errors[server.name] is not None))

    def of_key(self, key: QueueKey) -> tuple[Server, ...]:
        """The configured servers that may have the jobs of a queue, ready ones first."""
        return tuple(one for one in self.of_model(key.model) if key.wanted_server in (None, one.name))

    def ready(self, key: QueueKey) -> tuple[Server, ...]:
        """Those of them that are ready."""
        return tuple(one for one in self.of_key(key) if self.errors[one.name] is None)

    def holds_up(self, key: QueueKey, *, may_preview: bool = False) -> MovaError | None:
        """Why nothing of a queue can be sent at present; None if one of its servers is ready.

        ``may_preview`` is as in ``previews``.
        """
        only, servers = key.wanted_server, self.of_key(key)
        if self.previews(key, may_preview=may_preview) or (only and "://" in only):
            return None
        if only and not servers:
            return UnknownServer(value=only, known=", ".join(one.name for one in self.servers))
        return self.errors[servers[0].name] if servers else None

    def other(self, model: str, name: str | None) -> Server | None:
        """Another ready server of this model, if the named one is not ready or no longer exists; else None."""
        if name is None or "://" in name or (name in self.errors and self.errors[name] is None):
            return None
        first = next(iter(self.of_model(model)), None)
        return first if first and self.errors[first.name] is None else None


def preview_stands_in(settings: Settings, errors: Iterable[MovaError | None]) -> bool:
    """Whether the preview engine may take the place of the servers: nobody configured any, and each default refuses."""
    return settings.servers_are_defaults and all(map(refuses, errors))


def refuses(error: MovaError | None) -> bool:
    """Whether nothing listens at a server's address."""
    return isinstance(error, ServerUnreachable) and error.facts.get("reason") == "refused"
