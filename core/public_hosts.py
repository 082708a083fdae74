"""Requests to addresses that others name: which hosts are public, and how to connect to the very address that was
checked, so that a name which is looked up once more cannot lead elsewhere."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """False for this machine, private and reserved networks, also where IPv6 wraps such an IPv4 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else inner
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses that a name stands for, each once.

    Raises:
        OSError, UnicodeError: it stands for none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def netloc(host: str, port: int | None) -> str:
    """Host and port as they stand in an address."""
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" if port else name


def at_address(url: str, address: str) -> tuple[str, dict[str, Any]]:
    """``url`` with an IP address in its host's place, and what a request to it needs for TLS and Host to see the name.

    Such a request goes through no proxy, which would look the name up anew.
    """
    parts = urlsplit(url)
    target = urlunsplit(parts._replace(netloc=netloc(address, parts.port)))
    return target, {"headers": {"Host": parts.netloc}, "extensions": {"sni_hostname": parts.hostname}}
