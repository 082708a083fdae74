"""The SGLang servers: reachable, warm, of the right model, and whether they still offer what is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import ServerError
from core.messages import gettext_noop
from doctor.finding import Finding, broken, of_error, ok, warning
from doctor.gpus import of_problem
from launcher.preflight import version_problem

if TYPE_CHECKING:
    from config import Server, Settings
    from jobs.servers.health import HealthCheck

_SERVE = gettext_noop("Start SGLang with MOVA and name it with SGLANG_360P_URL, SGLANG_720P_URL or SGLANG_SERVERS.")


def servers(settings: Settings) -> list[Finding]:
    """All configured servers, asked at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    from jobs.servers.health import check_server

    listed = settings.sglang_servers
    with ThreadPoolExecutor(max(1, len(listed))) as pool:
        looks = list(pool.map(check_server, listed))
    if _previews_now(settings, looks):
        words = gettext_noop(
            "No server is configured and none answers: the preview engine takes its place, and is not MOVA."
        )
        return [warning("server", words, _SERVE)]
    return [finding for server, look in zip(listed, looks, strict=True) for finding in _one(server, look)]


def _previews_now(settings: Settings, looks: list[HealthCheck]) -> bool:
    from jobs.servers.status import refuses

    return settings.servers_are_defaults and all(refuses(look.error) for look in looks)


def _one(server: Server, look: HealthCheck) -> list[Finding]:
    from config import SHIPPED_ADDRESSES
    from core.errors import ServerWarmingUp
    from jobs.servers.status import refuses

    key = f"server.{server.name}"
    if look.error and refuses(look.error) and server.base_url in SHIPPED_ADDRESSES:
        words = gettext_noop("The server {server} does not answer; nobody has configured it.")
        return [warning(key, words, _SERVE, server=server.name)]
    if look.error:
        return [of_error(key, look.error, "warning" if isinstance(look.error, ServerWarmingUp) else "broken")]
    return [_ready(key, server, look), *_version(server, look), contract(server, look.version)]


def _ready(key: str, server: Server, look: HealthCheck) -> Finding:
    facts = {"server": server.name, "model": server.model, "version": look.version or "?"}
    if look.preview:
        words, advice = (
            gettext_noop("The server {server} is a preview engine and not MOVA."),
            gettext_noop("Configure a server with MOVA in its place."),
        )
        return warning(key, words, advice, **facts)
    milliseconds = round(look.seconds * 1000)
    words = gettext_noop("The server {server} is ready: {model}, SGLang {version}, {milliseconds} ms")
    return ok(key, words, **facts, milliseconds=milliseconds)


def _version(server: Server, look: HealthCheck) -> list[Finding]:
    """An SGLang that was not tested: a preview engine has none."""
    problem = None if look.preview else version_problem(look.version)
    return [of_problem(problem, f"version.{server.name}")] if problem else []


def contract(server: Server, version: str) -> Finding:
    """Whether a ready server has the routes and fields that are used; what is gone is named."""
    from jobs.servers.selection import open_client
    from render.contract import MEASURED_VERSION, drift

    key, client = f"contract.{server.name}", open_client(server)
    try:
        client.list_jobs(limit=1)
        document = client.description()
    except ServerError as problem:
        return of_error(key, problem)
    facts = {"server": server.name, "version": version or "?", "measured": MEASURED_VERSION}
    if document is None:
        words = gettext_noop(
            "The server {server} does not describe its routes, so a change in them would not be noticed."
        )
        return warning(key, words, gettext_noop("If a proxy is in front of it, let /openapi.json through."), **facts)
    if missing := drift(document).names:
        words = gettext_noop("The server {server} (SGLang {version}) lacks what this program uses: {missing}.")
        advice = gettext_noop("Use SGLang {measured}, which this program was tested with, or update this program.")
        return broken(key, words, advice, missing=", ".join(missing), **facts)
    return ok(key, gettext_noop("The server {server} has every route and field that is used."), **facts)
