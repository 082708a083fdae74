"""One POST to an address that a person named: only to where that is allowed, and only to what was checked."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Literal

import httpx2

from core.bounded_http import EnvironmentUnusable, client
from core.certificates import is_untrusted
from core.proxies import covers
from core.public_hosts import addresses_of, at_address, is_public, origin

Why = Literal["address", "unknown_name", "not_public", "unreachable", "late", "broken", "certificate"]


class NotPosted(Exception):
    """Nothing came back, for ``why``: an address that cannot be used, an unknown name, a host that is not public; no
    connection, too slow, broken off, a certificate that is not trusted.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def in_ascii(url: str) -> str:
    """An address as it is sent: a name in other letters as punycode, and a path in them percent-encoded.

    Raises:
        NotPosted: ``address``, where it stands for no name.
    """
    if url.isascii() or not url.isprintable() or " " in url:
        return url
    try:
        return str(httpx2.URL(url))
    except (httpx2.InvalidURL, ValueError):
        raise NotPosted("address") from None


def check_address(url: str, allowed: Collection[str]) -> tuple[str, int]:
    """Host and port of an address that may be posted to, as far as that can be told without looking it up.

    Args:
        allowed: hosts and networks that are not public, or without TLS, as they stand in NO_PROXY.

    Raises:
        NotPosted: ``address`` or ``not_public``.
    """
    try:
        scheme, host, port = origin(url)
    except ValueError:
        raise NotPosted("address") from None
    clean = url.isascii() and url.isprintable() and " " not in url
    if scheme not in ("http", "https") or not host or not clean or "@" in url.partition("//")[2].partition("/")[0]:
        raise NotPosted("address")
    is_named = _is_allowed(host, port, allowed)
    if scheme == "http" and not is_named:
        raise NotPosted("address")
    if not is_named and _is_number(host) and not is_public(host):
        raise NotPosted("not_public")
    return host, port


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float, allowed: Collection[str] = ()) -> int:
    """Send a POST and return the answer's status; its content is not read, and a redirect is not followed.

    The name is looked up once, every address that it stands for must be public or allowed, and one of these very
    addresses is connected to. No proxy is asked.

    Args:
        seconds: for all of it, from the first connection on.

    Raises:
        NotPosted
    """
    host, port = check_address(url, allowed)
    try:
        addresses = addresses_of(host, port)
    except (OSError, UnicodeError):
        raise NotPosted("unknown_name") from None
    if not addresses:
        raise NotPosted("unknown_name")
    if not _is_allowed(host, port, allowed) and not all(
        is_public(one) or _is_allowed(one, port, allowed) for one in addresses
    ):
        raise NotPosted("not_public")
    ends = time.monotonic() + seconds
    for address in addresses:
        left = ends - time.monotonic()
        if left <= 0:
            raise NotPosted("late")
        status = _posted(url, address, body, headers, left)
        if status is not None:
            return status
    raise NotPosted("unreachable")


def _posted(url: str, address: str, body: bytes, headers: Mapping[str, str], seconds: float) -> int | None:
    """The status from one address; None where there is no connection to it."""
    target, given = at_address(url, address)
    sent = {**given["headers"], **headers}
    try:
        with (
            client(target, seconds, through_proxy=False) as http,
            http.stream("POST", target, content=body, headers=sent, extensions=given["extensions"]) as answer,
        ):
            return answer.status_code
    except httpx2.ConnectError as problem:
        if is_untrusted(problem):
            raise NotPosted("certificate") from None
        return None
    except (httpx2.TimeoutException, httpx2.InvalidURL, EnvironmentUnusable, httpx2.HTTPError) as problem:
        raise NotPosted(_why(problem)) from None


def _why(problem: Exception) -> Why:
    if isinstance(problem, httpx2.TimeoutException):
        return "late"
    if isinstance(problem, httpx2.InvalidURL):
        return "address"
    return "certificate" if isinstance(problem, EnvironmentUnusable) else "broken"


def _is_allowed(host: str, port: int, allowed: Collection[str]) -> bool:
    plain = host.partition("%")[0].lower()
    return any(covers(entry.lower(), plain, port) for entry in allowed)


def _is_number(host: str) -> bool:
    try:
        is_public(host)
    except ValueError:
        return False
    return True
