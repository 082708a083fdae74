"""Ports of a server on P: P itself, P+1 (SGLang's broker, always there), P+2 (scheduler) and P+3 (master)."""

from __future__ import annotations

import errno
import json
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from core.errors import BadHost, BadOption, LaunchError, PortTaken
from core.messages import Phrase, gettext_noop, phrase

DEFAULTS = {"mova-360p": 30000, "mova-720p": 30100}
_BLOCK = 4
_STEP = 10
_ANSWER_SECONDS = 2.0


@dataclass(frozen=True)
class Ports:
    """``error`` is what a start would meet."""

    http: int
    scheduler: int
    master: int
    error: LaunchError | None = None


def ports_for(model: str, host: str, wanted: int | None, taken: set[int]) -> Ports:
    """The ports of one server; they are added to ``taken``, which holds those of its companions.

    Their trouble is BadHost, or PortTaken where P or P+1 is in use: SGLang would never become healthy.

    Raises:
        BadOption: a number that is no port.
        PortTaken: the port of a companion.
    """
    first = _default(model, taken) if wanted is None else _checked(wanted, taken)
    error = _trouble(host, first) or _trouble(host, first + 1)
    taken.update((first, first + 1))
    return Ports(first, _inner(first + 2, taken), _inner(first + 3, taken), error)


def _default(model: str, taken: set[int]) -> int:
    port = DEFAULTS[model]
    while taken & set(range(port, port + _BLOCK)):
        port += _STEP
    return port


def _checked(port: int, taken: set[int]) -> int:
    if not 0 < port <= 65535 - _BLOCK:
        raise BadOption(option="--port", value=port, accepted=gettext_noop("a number from 1 to 65531"))
    if taken & {port, port + 1}:
        raise PortTaken(port=port, holder=phrase(gettext_noop("the other server of this command")), other=port + _STEP)
    return port


def _inner(port: int, taken: set[int]) -> int:
    """A free port for SGLang's own use, the first from here on."""
    while port in taken or _refused("", port):
        port = port + 1 if port < 65535 else 20_000
    taken.add(port)
    return port


def _trouble(host: str, port: int) -> LaunchError | None:
    number = _refused(host, port) or _refused("", port)
    if number in (errno.EADDRNOTAVAIL, socket.EAI_NONAME):
        return BadHost(host=host)
    return PortTaken(port=port, holder=_holder(port, number), other=_another(port)) if number else None


def _another(port: int) -> int:
    return next((other for other in range((port // 1000 + 1) * 1000, 65_000, 1000) if not _refused("", other)), 30000)


def _refused(host: str, port: int) -> int:
    """The error number that binding meets; 0 where the port is free."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except socket.gaierror:
        return int(socket.EAI_NONAME)
    except OSError as problem:
        return problem.errno or errno.EADDRINUSE
    return 0


def _holder(port: int, number: int) -> Phrase:
    if number == errno.EACCES:
        return phrase(gettext_noop("it needs administrator rights"))
    served = _served_on(port)
    if served:
        return phrase(gettext_noop("an SGLang server that serves {model}"), model=served)
    return phrase(gettext_noop("another program"))


def _served_on(port: int) -> str:
    """The model of the SGLang server on a port; empty where it is none, or not yet ready."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/server_info")
        return str(json.loads(connection.getresponse().read(100_000))["served_model_name"]).rsplit("/", 1)[-1]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return ""
    finally:
        connection.close()
