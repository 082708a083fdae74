"""One look at a server, and what it comes to in one word."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from errors import ServerDead, ServerError, ServerMismatch, ServerSilent, ServerUnreachable, ServerWarmingUp
from notes import N_
from render.servers import open_client

if TYPE_CHECKING:
    from config import Server

Health = Literal["unknown", "ready", "warming", "dead", "unreachable", "mismatch", "unclear"]
HEALTH_WORDS: dict[Health, str] = {
    "unknown": N_("Not looked at yet"),
    "ready": N_("Ready"),
    "warming": N_("Warming up"),
    "dead": N_("Its worker has exited"),
    "unreachable": N_("Not reachable"),
    "mismatch": N_("Serves another model"),
    "unclear": N_("Not an SGLang server"),
}
_TROUBLES: tuple[tuple[type[ServerError], Health], ...] = (
    (ServerWarmingUp, "warming"),
    (ServerDead, "dead"),
    (ServerUnreachable, "unreachable"),
    (ServerSilent, "unreachable"),
    (ServerMismatch, "mismatch"),
)
_HEALTH_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class ServerLook:
    """``trouble`` is None where the server is ready; ``seconds`` is how long the look took, ``at`` a monotonic time."""

    trouble: ServerError | None
    version: str = ""
    preview: bool = False
    seconds: float = 0.0
    at: float = 0.0

    @property
    def age(self) -> float:
        """In seconds."""
        return time.monotonic() - self.at


def health_of(look: ServerLook | None) -> Health:
    """A look in one word."""
    return "unknown" if look is None else health_word(look.trouble)


def health_word(trouble: ServerError | None) -> Health:
    """A server's trouble in one word; ``ready`` where it has none."""
    if trouble is None:
        return "ready"
    return next((health for kind, health in _TROUBLES if isinstance(trouble, kind)), "unclear")


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
