"""Ports for a server that needs several: below those that the system hands out to everybody, so that they stay free."""

from __future__ import annotations

import random
import socket

# A server's own, its broker's; the launcher's two inner ones; those of serve.py.
_OFFSETS = (0, 1, 2, 3, 1000, 1001)
_given: set[int] = set()


def free_block() -> int:
    """P such that P and all that a server on P uses can be bound."""
    for _ in range(1000):
        port = random.randrange(20_000, 31_000, 4)
        block = {port + offset for offset in _OFFSETS}
        if not block & _given and all(map(_is_free, block)):
            _given.update(block)
            return port
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("", port))
        except OSError:
            return False
    return True
