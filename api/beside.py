"""The way into the API beside the pages. Nothing of it is loaded until it is asked for, or there is time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_PREFIXES = ("/v1", "/api", "/mcp")


class MadeLate:
    """An app that is made by its first request, unless ``made`` was called before. Thread-safe."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make, self._lock = make, Lock()
        self._app: ASGIApp | None = None

    def made(self) -> ASGIApp:
        with self._lock:
            if self._app is None:
                self._app = self._make()
            return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app if self._app is not None else await asyncio.to_thread(self.made)
        await app(scope, receive, send)


class BesideThePages:
    """Middleware that gives the API what is asked for at its addresses, and the pages the rest."""

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._app, self._api = app, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] == "http" and any(
            scope["path"] == prefix or scope["path"].startswith(f"{prefix}/") for prefix in _PREFIXES
        )
        await (self._api if is_ours else self._app)(scope, receive, send)
