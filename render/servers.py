"""Which server gets a render: the one that was named, the first healthy one, or the preview engine in their place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from config import Server, Settings, checked_address
from errors import (
    BadAddress,
    NoServerReady,
    ServerError,
    ServerMismatch,
    ServerUnreachable,
    ServerWarmingUp,
    UnknownServer,
)
from notes import N_, joined
from render.client import SGLangClient
from render.pace import back_off

PREVIEW = "preview"
_PROBE_SECONDS = 2.0

OnTrouble = Callable[[ServerError, float], None]


@dataclass(frozen=True)
class ChosenServer:
    """A server that is ready and serves ``model``; ``preview`` where it is not MOVA."""

    client: SGLangClient
    name: str
    model: str
    version: str
    preview: bool


@contextmanager
def chosen_server(settings: Settings, named: str | None, on_trouble: OnTrouble) -> Iterator[ChosenServer]:
    """A ready server, by name, by address, or the first healthy one of the configuration.

    Args:
        named: a configured name, an address, or None for a free choice.
        on_trouble: told about a warming server while it is waited for, and for how many seconds.

    Raises:
        UnknownServer, BadAddress, ServerMismatch, NoServerReady or what is wrong with the named server.
    """
    chosen = _named(settings, named, on_trouble) if named else _first_ready(settings, on_trouble)
    try:
        yield chosen
    finally:
        chosen.client.close()


def line_for(settings: Settings, named: str | None, on_trouble: OnTrouble) -> str:
    """The line that a job waits in: a model, or ``model@server`` where only one server may have it.

    Where nobody configured a server and every default refuses the connection that one is the preview engine.

    Raises:
        As ``chosen_server``.
    """
    if named == PREVIEW or (named is None and preview_stands_in(settings)):
        return f"mova-360p@{PREVIEW}"
    with chosen_server(settings, named, on_trouble) as server:
        return f"{server.model}@{named}" if named else server.model


def configured(settings: Settings, named: str) -> Server:
    """The server of this name or address; an address's model is asked of the server itself.

    Raises:
        UnknownServer, BadAddress, or the server's trouble.
    """
    for server in settings.sglang_servers:
        if server.name == named:
            return server
    if "://" not in named:
        known = ", ".join([*(server.name for server in settings.sglang_servers), PREVIEW])
        raise UnknownServer(value=named[:80], known=known)
    try:
        address = checked_address(named)
    except ValueError:
        raise BadAddress(value=named[:120]) from None
    model = SGLangClient(address).info().model
    if model is None:
        raise ServerMismatch(server=address, found=N_("a model without 360p or 720p in its name"), expected="MOVA")
    return Server.model_validate({"name": name_for(address), "base_url": address, "model": model})


def likely_model(settings: Settings, named: str | None) -> str:
    """The model that a render would get, from the settings alone: for work that goes to no server yet."""
    fitting = [server for server in settings.sglang_servers if named in (None, server.name)]
    return fitting[0].model if fitting else "mova-360p"


def open_client(server: Server) -> SGLangClient:
    """A client that calls a server as people do: by its name, by its address where that was given, or ``preview``."""
    called = server.name
    if called.startswith(PREVIEW):
        called = PREVIEW
    elif called == name_for(server.base_url):
        called = server.base_url
    return SGLangClient(server.base_url, name=called, token=server.token)


def name_for(address: str) -> str:
    """The name of a server that is given by its address only: the address in the letters of a name."""
    return plain_name(address.split("://", 1)[-1])


def plain_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name)[:40]


def _named(settings: Settings, named: str, on_trouble: OnTrouble) -> ChosenServer:
    started = time.monotonic()
    while True:
        try:
            return _ready(configured(settings, named))
        except ServerWarmingUp as trouble:
            _wait_a_little(trouble, started, settings.server_patience, on_trouble)


def _first_ready(settings: Settings, on_trouble: OnTrouble) -> ChosenServer:
    started = time.monotonic()
    while True:
        troubles: list[ServerError] = []
        for server in settings.sglang_servers:
            try:
                return _ready(server)
            except ServerError as trouble:
                troubles.append(trouble)
        warming = next((trouble for trouble in troubles if isinstance(trouble, ServerWarmingUp)), None)
        if not warming:
            raise NoServerReady(troubles=joined(N_("{first}. {second}."), (trouble.phrase() for trouble in troubles)))
        _wait_a_little(warming, started, settings.server_patience, on_trouble)


def _wait_a_little(trouble: ServerError, started: float, patience: float, on_trouble: OnTrouble) -> None:
    waited = time.monotonic() - started
    if waited > patience:
        raise trouble
    on_trouble(trouble, waited)
    time.sleep(back_off(waited))


def _ready(server: Server) -> ChosenServer:
    client = open_client(server)
    try:
        client.check_health(_PROBE_SECONDS)
        info = client.check_model(server.model)
    except ServerError:
        client.close()
        raise
    return ChosenServer(
        client=client,
        name=client.name,
        model=server.model,
        version=info.version,
        preview=info.preview,
    )


def preview_stands_in(settings: Settings) -> bool:
    """True only where nobody configured a server and every default address refuses the connection."""
    return settings.servers_are_defaults and all(_refuses(server) for server in settings.sglang_servers)


def _refuses(server: Server) -> bool:
    client = open_client(server)
    try:
        client.check_health(_PROBE_SECONDS)
    except ServerUnreachable as trouble:
        return trouble.facts["reason"] == "refused"
    except ServerError:
        return False
    finally:
        client.close()
    return False
