"""Whom the engine answers: programs, and pages of its own; no page of elsewhere that a browser here has open.

A page reaches a server on its visitor's machine by a form of its own, which names the page as ``Origin``, or under a
name that its author lets point there (DNS rebinding), which stands in ``Host``.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Door:
    """Refuses what is asked for under a name of somebody else, or by a page of elsewhere.

    Args:
        names: under which the engine answers beside ``localhost``, this machine's name, and every address in numbers.
    """

    def __init__(self, app: ASGIApp, names: Collection[str] = ()) -> None:
        self._app = app
        self._names = {"localhost", socket.gethostname().lower(), *(name.lower().rstrip(".") for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._answers(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        words = "The preview engine does not answer this name or page; --allowed-host lets a name in."
        await JSONResponse({"detail": words}, status_code=421)(scope, receive, send)

    def _answers(self, headers: Headers) -> bool:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        return len(hosts) == 1 and self._is_ours(hosts[0]) and all(_is_same(origin, hosts[0]) for origin in origins)

    def _is_ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return name in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    """No name server has a say in an address in numbers."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_same(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False
