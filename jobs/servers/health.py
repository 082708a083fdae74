"""One health check of a server, and its result in one word."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.errors import (
    ServerDead,
    ServerError,
    ServerMismatch,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
    WarmUpFailed,
)
from core.messages import gettext_noop
from jobs.servers.selection import open_client

if TYPE_CHECKING:
    from config import Server

Health = Literal["unknown", "ready", "warming", "unfit", "dead", "unreachable", "mismatch", "unclear"]
HEALTH_WORDS: dict[Health, str] = {
    "unknown": gettext_noop("Not checked yet"),
    "ready": gettext_noop("Ready"),
    "warming": gettext_noop("Warming up"),
    "unfit": gettext_noop("Its warm-up failed"),
    "dead": gettext_noop("Its worker has exited"),
    "unreachable": gettext_noop("Not reachable"),
    "mismatch": gettext_noop("Serves another model"),
    "unclear": gettext_noop("Not an SGLang server"),
}
_TROUBLES: tuple[tuple[type[ServerError], Health], ...] = (
    (ServerWarmingUp, "warming"),
    (WarmUpFailed, "unfit"),
    (ServerDead, "dead"),
    (ServerUnreachable, "unreachable"),
    (ServerSilent, "unreachable"),
    (ServerMismatch, "mismatch"),
)
_HEALTH_SECONDS = 2.0
_NO_RESTART_WITHIN = 60.0  # seconds: nobody who loads MOVA anew is ready again by then


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """``error`` is None where the server is ready; ``seconds`` is how long the check took, ``at`` a monotonic time."""

    error: ServerError | None
    version: str = ""
    preview: bool = False
    seconds: float = 0.0
    at: float = 0.0

    @property
    def age(self) -> float:
        """Seconds since the check."""
        return time.monotonic() - self.at


def health_of(look: HealthCheck | None) -> Health:
    """A health check's result in one word."""
    return "unknown" if look is None else health_word(look.error)


def health_word(error: ServerError | None) -> Health:
    """A server's error in one word; ``ready`` if there is none."""
    if error is None:
        return "ready"
    return next((health for kind, health in _TROUBLES if isinstance(error, kind)), "unclear")


def check_server(server: Server, before: HealthCheck | None = None) -> HealthCheck:
    """Ask a server for its health, its version, its model, and how its warm-up went; takes seconds at most.

    The last is not asked again where it was ready ``before``, and that is not long ago.
    """
    client, started, error = open_client(server), time.monotonic(), None
    version, preview = "", False
    try:
        client.check_health(_HEALTH_SECONDS)
    except ServerError as problem:
        error = problem
    try:
        if not isinstance(error, ServerUnreachable | ServerSilent):
            info = client.info()  # answers during warm-up, too
            version, preview = info.version, info.preview
            client.check_model(server.model, info)
            if not error and not preview and not _was_ready(before):
                client.check_warm_up(_HEALTH_SECONDS)
    except ServerError as problem:
        error = error or problem
    now = time.monotonic()
    return HealthCheck(error=error, version=version, preview=preview, seconds=now - started, at=now)


def _was_ready(before: HealthCheck | None) -> bool:
    return before is not None and before.error is None and before.age < _NO_RESTART_WITHIN
