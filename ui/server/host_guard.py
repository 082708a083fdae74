"""Which host names the app answers to without a login: another site must not reach it under a name of its own.

A name that an attacker lets point to this machine (DNS rebinding) would otherwise make their page and ours one origin.
An address in digits cannot be let point elsewhere, and this machine's own name is not theirs to give.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ui.app_context import app_context
from ui.server.visitor import has_login

_REFUSED = "This program does not answer under this name. Name it in ALLOWED_HOSTS."


def listens_on() -> str:
    """The address that the server listens on; without one it listens on all."""
    return str(st.get_option("server.address") or os.environ.get("MOVA_HOST") or "0.0.0.0")  # noqa: S104


def is_loopback(host: str) -> bool:
    """Whether it is this machine's name or one of its addresses for itself, all of 127.0.0.0/8 among them."""
    name = _name(host)
    address = _address(name)
    return name == "localhost" or (address is not None and address.is_loopback)


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
    settings = app_context().settings
    if is_loopback(name):
        return True
    if settings.allowed_hosts:
        return name in map(_name, settings.allowed_hosts)
    return has_login(settings) or (not is_loopback(listens_on()) and _is_own(name))


def _is_own(name: str) -> bool:
    return _address(name) is not None or name in (_name(listens_on()), _machine())


@cache
def _machine() -> str:
    return _name(socket.gethostname())


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def _name(host: str) -> str:
    """``localhost`` of ``LocalHost.:8500``, ``::1`` of ``[::1]:8500`` and of ``::1``."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].split("]")[0]
    return (host if host.count(":") > 1 else host.split(":")[0]).rstrip(".")
