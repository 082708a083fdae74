"""Names that end in .example, resolved as a test says."""

from __future__ import annotations

import socket
from typing import Any

import pytest


def resolved(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Each question gets the next answer, the last one for good. Returns the names asked for."""
    asked, left, real = list[str](), list(answers), socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if not str(host).endswith(".example"):
            return real(host, port, *args, **options)
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked
