"""Which proxy of the environment a request goes through: one understanding of it for every service and server.

HTTPS_PROXY or HTTP_PROXY by the address, else ALL_PROXY, in small letters or capitals, with a scheme or without one;
where there are none, the operating system's settings. NO_PROXY names hosts, domains, addresses and networks that
need none. This machine and addresses of a private network never go through one.
"""

from __future__ import annotations

import ipaddress
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from core.messages import Phrase, gettext_noop, phrase

_SCHEMES = ("http", "https", "socks5", "socks5h")
_NEAR = (".localhost", ".local", ".localdomain", ".internal", ".lan", ".home.arpa")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """``url`` may hold a password, ``shown`` is the same without it; ``error`` is why it cannot be used, if so."""

    variable: str
    url: str = field(repr=False)
    shown: str
    error: str | Phrase = ""


def proxy_for(address: str) -> Proxy | None:
    """The proxy for a request to ``address``; None where it goes straight there."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if _is_near(host) or _is_excepted(host, parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)):
        return None
    found = getproxies()
    for kind in (parts.scheme, "all"):
        if value := found.get(kind, "").strip():
            return _read(_variable(kind), value)
    return None


def _variable(kind: str) -> str:
    """How it is written in the environment: small letters count first."""
    names = [name for name in os.environ if name.lower() == f"{kind}_proxy" and os.environ[name]]
    return max(names, default=f"{kind.upper()}_PROXY")


def _read(variable: str, value: str) -> Proxy:
    url = value if "://" in value else f"http://{value}"
    scheme, _, rest = url.partition("://")
    scheme = "socks5" if scheme.lower() == "socks" else scheme.lower()
    url = f"{scheme}://{rest}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host:
        return Proxy(variable=variable, url="", shown="", error=gettext_noop("it is not an address"))
    name = f"[{host}]" if ":" in host else host
    shown = f"{scheme}://{name}:{port}" if port else f"{scheme}://{name}"
    return Proxy(variable=variable, url=url, shown=shown, error=_trouble(scheme))


def _trouble(scheme: str) -> str | Phrase:
    if scheme not in _SCHEMES:
        kinds = ", ".join(_SCHEMES)
        return phrase(gettext_noop("a proxy is one of {kinds}, not {scheme}"), kinds=kinds, scheme=scheme[:20])
    if scheme.startswith("socks") and find_spec("socksio") is None:
        return gettext_noop("SOCKS needs one more package: pip install -r requirements-socks.txt")
    return ""


def _is_near(host: str) -> bool:
    """True for this machine and for addresses of a private network: no proxy stands before them."""
    with suppress(ValueError):
        return not ipaddress.ip_address(host.partition("%")[0]).is_global
    return "." not in host or host.rstrip(".").endswith(_NEAR)


def _is_excepted(host: str, port: int) -> bool:
    named = re.split(r"[\s,]+", getproxies().get("no", ""))
    return any(covers(entry.lower(), host, port) for entry in named if entry) or bool(proxy_bypass(host))


def covers(entry: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY or WEBHOOK_ALLOW names a host.

    ``*``, a.example, .a.example, *.a.example:8080, 203.0.113.0/24.
    """
    if entry == "*":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    domain, _, wanted = entry.rpartition(":") if re.search(r":\d+$", entry) else (entry, "", "")
    domain = domain.removeprefix("*").lstrip(".").strip("[]")
    return (not wanted or int(wanted) == port) and bool(domain) and (host == domain or host.endswith(f".{domain}"))
