"""Whom the app answers where there is no login: a page of elsewhere must not reach it under a name of its own.

A name that an attacker lets point to 127.0.0.1 (DNS rebinding) would otherwise make their page and ours one origin.
"""

from __future__ import annotations

import os

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ui.office import office
from ui.visitor import has_login

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_REFUSED = "This program does not answer under this name. Name it in ALLOWED_HOSTS."


def listens_on() -> str:
    """The address that the server listens on; without one it listens on all."""
    return str(st.get_option("server.address") or os.environ.get("MOVA_HOST") or "0.0.0.0")  # noqa: S104


def is_loopback(host: str) -> bool:
    return host in (*_LOOPBACK, "[::1]") or host.startswith("127.")


class HostGuard:
    """Refuses what is asked for under a name that is not ours; with a login its cookie or header decides instead."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or answers_to(_name(Headers(scope=scope).get("host", ""))):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008)(scope, receive, send)
        else:
            await PlainTextResponse(_REFUSED, status_code=421)(scope, receive, send)


def answers_to(name: str) -> bool:
    """Whether the app answers under a name, given without its port."""
    settings = office().settings
    if settings.allowed_hosts:
        return name in settings.allowed_hosts or name in _LOOPBACK
    return has_login(settings) or not is_loopback(listens_on()) or name in _LOOPBACK


def _name(host: str) -> str:
    """``localhost`` of ``localhost:8500``, ``::1`` of ``[::1]:8500``."""
    if host.startswith("["):
        return host[1:].split("]")[0]
    return host.rsplit(":", 1)[0].lower().rstrip(".")
