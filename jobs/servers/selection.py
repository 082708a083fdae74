"""Which server gets a render: the one that was named, the first healthy one, or the preview engine in their place."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from config import Server, Settings
from core.errors import (
    BadAddress,
    NoServerReady,
    ServerError,
    ServerMismatch,
    ServerSilent,
    ServerWarmingUp,
    UnknownServer,
)
from core.messages import gettext_noop, joined
from core.setting_values import checked_address
from jobs.model.request import PREVIEW, QueueKey, is_preview_server
from jobs.servers.status import preview_stands_in
from render.pace import back_off
from sglang_client import SGLangClient

_PROBE_SECONDS = 2.0
_COMES_BACK = (ServerWarmingUp, ServerSilent)  # something is there: it loads, or is too busy to answer

OnServerError = Callable[[ServerError, float], None]


@dataclass(frozen=True)
class ChosenServer:
    """A server that is ready and serves ``model``; ``preview`` where it is not MOVA."""

    client: SGLangClient
    name: str
    model: str
    version: str
    preview: bool


def chosen_server(settings: Settings, named: str | None, on_server_error: OnServerError) -> ChosenServer:
    """A ready server, by name, by address, or the first healthy one of the configuration.

    Args:
        named: a configured name, an address, or None for a free choice.
        on_server_error: told about a server that warms up or is too busy to answer, while it is waited for, and for
            how many seconds.

    Raises:
        UnknownServer, BadAddress, ServerMismatch, NoServerReady or what is wrong with the named server.
    """
    return _named(settings, named, on_server_error) if named else _first_ready(settings, on_server_error)


def queue_for(settings: Settings, named: str | None, on_server_error: OnServerError) -> QueueKey:
    """The queue that a job waits in: of a model, or of the one server that a person named.

    Where nobody configured a server and every default refuses the connection no server has to be ready: the preview
    engine stands in for them, as long as that is so.

    Raises:
        As ``chosen_server``.
    """
    if named == PREVIEW:
        return QueueKey(likely_model(settings, None), PREVIEW)
    if named is None and previews_now(settings):
        return QueueKey(likely_model(settings, None))
    return QueueKey(chosen_server(settings, named, on_server_error).model, named)


def queue_without_asking(settings: Settings, named: str | None) -> QueueKey:
    """The same for a job that is not sent yet: no server has to be ready, and the one that was named stays named.

    Raises:
        As ``configured``.
    """
    if named is None or named == PREVIEW:
        return QueueKey(likely_model(settings, None), named)
    return QueueKey(configured(settings, named).model, named)


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
        raise ServerMismatch(
            server=address, found=gettext_noop("a model without 360p or 720p in its name"), expected="MOVA"
        )
    return Server.model_validate({"name": name_for(address), "base_url": address, "model": model})


def likely_model(settings: Settings, named: str | None) -> str:
    """The model that a render would probably use, from the settings alone, without asking any server."""
    fitting = [server for server in settings.sglang_servers if named in (None, server.name)]
    return fitting[0].model if fitting else "mova-360p"


def open_client(server: Server) -> SGLangClient:
    """A client that names the server as shown: by its name, by its address where that was given, or ``preview``."""
    called = server.name
    if is_preview_server(called):
        called = PREVIEW
    elif called == name_for(server.base_url):
        called = server.base_url
    return SGLangClient(server.base_url, name=called, token=server.token)


def name_for(address: str) -> str:
    """The name of a server that is given by its address only: the address in the letters of a name."""
    return plain_name(address.split("://", 1)[-1])


def plain_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name)[:40]


def _named(settings: Settings, named: str, on_server_error: OnServerError) -> ChosenServer:
    started = time.monotonic()
    while True:
        try:
            return _ready(configured(settings, named))
        except _COMES_BACK as error:
            _wait_a_little(error, started, settings.server_patience, on_server_error)


def _first_ready(settings: Settings, on_server_error: OnServerError) -> ChosenServer:
    started = time.monotonic()
    while True:
        errors: list[ServerError] = []
        for server in settings.sglang_servers:
            try:
                return _ready(server)
            except ServerError as error:
                errors.append(error)
        waited_for = next((error for error in errors if isinstance(error, _COMES_BACK)), None)
        if not waited_for:
            raise NoServerReady(
                troubles=joined(gettext_noop("{first}. {second}."), (error.phrase() for error in errors))
            )
        _wait_a_little(waited_for, started, settings.server_patience, on_server_error)


def _wait_a_little(error: ServerError, started: float, patience: float, on_server_error: OnServerError) -> None:
    waited = time.monotonic() - started
    if waited > patience:
        raise error
    on_server_error(error, waited)
    time.sleep(back_off(waited))


def _ready(server: Server) -> ChosenServer:
    client = open_client(server)
    client.check_health(_PROBE_SECONDS)
    info = client.check_model(server.model)
    client.check_warm_up(_PROBE_SECONDS)
    return ChosenServer(
        client=client,
        name=client.name,
        model=server.model,
        version=info.version,
        preview=info.preview,
    )


def previews_now(settings: Settings) -> bool:
    """Whether the preview engine stands in for the servers, asked of these just now."""
    return preview_stands_in(settings, map(_error_of, settings.sglang_servers))


def _error_of(server: Server) -> ServerError | None:
    try:
        open_client(server).check_health(_PROBE_SECONDS)
    except ServerError as error:
        return error
    return None
