"""The SGLang servers: reachable, warm, of the right model, and whether they still offer what is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doctor.finding import Finding, broken, of_error, ok, warning
from errors import ServerError
from notes import N_

if TYPE_CHECKING:
    from config import Server, Settings
    from jobs.server_look import ServerLook

_SERVE = N_("Start SGLang with MOVA and name it with SGLANG_360P_URL, SGLANG_720P_URL or SGLANG_SERVERS.")


def servers(settings: Settings) -> list[Finding]:
    """All configured servers, asked at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    from jobs.server_look import look_at

    listed = settings.sglang_servers
    with ThreadPoolExecutor(max(1, len(listed))) as pool:
        looks = list(pool.map(look_at, listed))
    if _preview_stands_in(settings, looks):
        words = N_("No server has been set up and none answers: the preview engine stands in, which is not MOVA.")
        return [warning("server", words, _SERVE)]
    return [finding for server, look in zip(listed, looks, strict=True) for finding in _one(server, look)]


def _preview_stands_in(settings: Settings, looks: list[ServerLook]) -> bool:
    from jobs.sight import refuses

    return settings.servers_are_defaults and all(refuses(look.trouble) for look in looks)


def _one(server: Server, look: ServerLook) -> list[Finding]:
    from config import SHIPPED_ADDRESSES
    from errors import ServerWarmingUp
    from jobs.sight import refuses

    key = f"server.{server.name}"
    if look.trouble and refuses(look.trouble) and server.base_url in SHIPPED_ADDRESSES:
        words = N_("The server {server} is not there; nobody has set it up.")
        return [warning(key, words, _SERVE, server=server.name)]
    if look.trouble:
        return [of_error(key, look.trouble, "warning" if isinstance(look.trouble, ServerWarmingUp) else "broken")]
    return [_ready(key, server, look), contract(server, look.version)]


def _ready(key: str, server: Server, look: ServerLook) -> Finding:
    facts = {"server": server.name, "model": server.model, "version": look.version or "?"}
    if look.preview:
        words, advice = (
            N_("The server {server} is a preview engine and not MOVA."),
            N_("Name a server with MOVA in its place."),
        )
        return warning(key, words, advice, **facts)
    milliseconds = round(look.seconds * 1000)
    words = N_("The server {server} is ready: {model}, SGLang {version}, {milliseconds} ms")
    return ok(key, words, **facts, milliseconds=milliseconds)


def contract(server: Server, version: str) -> Finding:
    """Whether a ready server has the routes and fields that are used; what is gone is named."""
    from render.contract import MEASURED_VERSION, drift
    from render.servers import open_client

    key, client = f"contract.{server.name}", open_client(server)
    try:
        client.list_jobs(limit=1)
        document = client.description()
    except ServerError as problem:
        return of_error(key, problem)
    finally:
        client.close()
    facts = {"server": server.name, "version": version or "?", "measured": MEASURED_VERSION}
    if document is None:
        words = N_("The server {server} does not describe its routes, so a change in them would not be noticed.")
        return warning(key, words, N_("Let /openapi.json through, where a proxy stands before it."), **facts)
    if missing := drift(document).names:
        words = N_("The server {server} (SGLang {version}) lacks what this program uses: {missing}.")
        advice = N_("Use SGLang {measured}, with which it was measured, or update this program.")
        return broken(key, words, advice, missing=", ".join(missing), **facts)
    return ok(key, N_("The server {server} has every route and field that is used."), **facts)
