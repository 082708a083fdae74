"""Which servers answer, for pages: what was seen last is told at once, and looked at again beside them."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from errors import MovaError, ServerUnreachable
from jobs.fleet import Fleet
from servers import PREVIEW

if TYPE_CHECKING:
    from config import Model, Server, Settings

HOLDS_SECONDS = 10.0
MODELS: tuple[Model, ...] = ("mova-360p", "mova-720p")


@dataclass(frozen=True)
class Sight:
    """The last look at the configured servers: ``troubles`` by name, None where a server is well.

    ``preview`` where nobody configured a server and every default refuses the connection.
    """

    servers: tuple[Server, ...]
    troubles: Mapping[str, MovaError | None]
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


@dataclass
class Lookout:
    """Thread-safe; nobody who reads waits for a server."""

    settings: Settings
    fleet: Fleet
    _sight: Sight | None = None
    _at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looked: threading.Event = field(default_factory=threading.Event)
    _looking: bool = False

    def sight(self, *, patience: float = 0.0) -> Sight | None:
        """What was seen last, None before the first look ended; ``patience`` are seconds to wait for that one."""
        with self._lock:
            due = not self._looking and (self._sight is None or time.monotonic() - self._at > HOLDS_SECONDS)
            self._looking = self._looking or due
        if due:
            threading.Thread(target=self._look, name="lookout", daemon=True).start()
        self._looked.wait(patience)
        return self._sight

    def _look(self) -> None:
        try:
            troubles = {server.name: self._trouble(server) for server in self.settings.sglang_servers}
            refused = all(_refuses(trouble) for trouble in troubles.values())
            preview = self.settings.servers_are_defaults and refused
            self._sight = Sight(self.settings.sglang_servers, troubles, preview)
            self._at = time.monotonic()
        finally:
            self._looking = False
            self._looked.set()

    def _trouble(self, server: Server) -> MovaError | None:
        return None if self.fleet.is_well(server) else self.fleet.trouble_of(f"{server.model}@{server.name}")


def _refuses(trouble: MovaError | None) -> bool:
    return isinstance(trouble, ServerUnreachable) and trouble.facts.get("reason") == "refused"
