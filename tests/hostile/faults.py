"""Ways in which a server misbehaves on the wire, each as bytes on a raw connection after the request was read.

    fault = FAULTS["drips"]
    fault.send(connection, Proper(200, "application/json", b"{}"))     # what it would have said, and does not

``nobody`` and ``deaf`` are addresses where no connection comes about: refused, or never answered.
"""

from __future__ import annotations

import gzip
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache

GIGABYTE = 2**30
_HOLD_SECONDS = 20.0  # the longest that a connection is held where the other side does not give up
_SENT = 64 * 2**20  # the most that an endless answer really sends to one who takes it all


@dataclass(frozen=True)
class Proper:
    """The answer that a well-behaved server would give."""

    status: int
    kind: str
    body: bytes


Act = Callable[[socket.socket, Proper], None]


@dataclass(frozen=True)
class Fault:
    """``act`` writes what it likes; the connection is closed after it."""

    name: str
    act: Act

    def send(self, connection: socket.socket, proper: Proper) -> None:
        with suppress(OSError):  # the other side gave up, as it should
            self.act(connection, proper)


def head(status: int = 200, kind: str = "application/json", **more: object) -> bytes:
    """The head of an answer; ``content_length=3`` becomes ``Content-Length: 3``."""
    fields = {"Content-Type": kind, **{name.replace("_", "-").title(): value for name, value in more.items()}}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def _whole(connection: socket.socket, body: bytes, status: int = 200, kind: str = "application/json") -> None:
    connection.sendall(head(status, kind, content_length=len(body)) + body)


def _hold(connection: socket.socket) -> None:
    """Until the other side gives up."""
    connection.settimeout(_HOLD_SECONDS)
    while connection.recv(4096):
        pass


def _reset(connection: socket.socket, proper: Proper) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _silent(connection: socket.socket, proper: Proper) -> None:
    _hold(connection)


def _stalls(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(head(content_length=len(proper.body) + 100) + proper.body[: len(proper.body) // 2])
    _hold(connection)


def _breaks_off(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(head(kind=proper.kind, content_length=len(proper.body) + 100) + proper.body)


def _drip(connection: socket.socket, data: bytes) -> None:
    ends = time.monotonic() + _HOLD_SECONDS
    for number in range(10**6):
        connection.sendall(data[number % len(data)].to_bytes(1))
        if time.monotonic() > ends:
            return
        time.sleep(0.05)


def _drips(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(head(content_length=10**6))
    _drip(connection, b" ")


def _drips_head(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drip(connection, b"x")


def _flood(connection: socket.socket, data: bytes) -> None:
    for _ in range(_SENT // len(data)):
        connection.sendall(data)


def _endless(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(head(transfer_encoding="chunked"))
    _flood(connection, b"10000\r\n" + b" " * 2**16 + b"\r\n")
    _hold(connection)


def _endless_chunk_size(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(head(transfer_encoding="chunked"))
    _flood(connection, b"0" * 2**16)


def _endless_head(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    _flood(connection, b"X-More: " + b"x" * 2**12 + b"\r\n")


def _ten_gigabytes(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(head(content_length=10 * GIGABYTE))
    _flood(connection, b" " * 2**16)
    _hold(connection)


def _ten_gigabytes_unannounced(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(head(connection="close"))
    _flood(connection, b" " * 2**16)
    _hold(connection)


@lru_cache
def bomb() -> bytes:
    """A sixteenth of a gigabyte of spaces, in a thousandth of that."""
    return gzip.compress(b" " * (GIGABYTE // 16), 1)


def _bomb(connection: socket.socket, proper: Proper) -> None:
    connection.sendall(head(content_encoding="gzip", content_length=len(bomb())) + bomb())


def _redirects(connection: socket.socket, proper: Proper) -> None:
    target = f"http://127.0.0.1:{ELSEWHERE.port}/elsewhere"
    connection.sendall(head(307, location=target, content_length=0))


FAULTS: dict[str, Fault] = {
    name: Fault(name, act)
    for name, act in {
        "closes": lambda connection, proper: None,
        "resets": _reset,
        "silent": _silent,
        "stalls": _stalls,
        "breaks off": _breaks_off,
        "drips": _drips,
        "drips head": _drips_head,
        "endless": _endless,
        "endless chunk size": _endless_chunk_size,
        "endless head": _endless_head,
        "10 GB announced": _ten_gigabytes,
        "10 GB unannounced": _ten_gigabytes_unannounced,
        "gzip bomb": _bomb,
        "no HTTP": lambda connection, proper: connection.sendall(b"\x16\x03\x01\x00 SSH-2.0-OpenSSH_9.6\r\n" * 50),
        "page": lambda connection, proper: _whole(connection, b"<html><body>Sign in</body></html>", kind="text/html"),
        "empty": lambda connection, proper: _whole(connection, b""),
        "broken JSON": lambda connection, proper: _whole(connection, b'{"id": "x", "status": '),
        "deep JSON": lambda connection, proper: _whole(connection, b'{"a":' + b"[" * 200_000),
        "no UTF-8": lambda connection, proper: _whole(connection, b'{"id": "\xff\xfe\xed\xa0\x80"}'),
        "a list": lambda connection, proper: _whole(connection, b'[1, null, {"a": []}]'),
        "a number": lambda connection, proper: _whole(connection, b"1e999"),
        "other shape": lambda connection, proper: _whole(
            connection, b'{"id": {"a": 1}, "data": {}, "choices": {"0": 1}, "candidates": [[]], "output": [1]}'
        ),
        "bad length": lambda connection, proper: connection.sendall(head(content_length="abc") + proper.body),
        "redirects": _redirects,
        "refuses": lambda connection, proper: _whole(connection, b'{"error": {"message": "no"}}', 400),
        "broken": lambda connection, proper: _whole(connection, b"<h1>Internal Server Error</h1>", 500, "text/html"),
        "bad gateway": lambda connection, proper: _whole(connection, b"<h1>Bad Gateway</h1>", 502, "text/html"),
        "other kind": lambda connection, proper: _whole(connection, proper.body, kind="text/plain"),
    }.items()
}


class Elsewhere:
    """Where redirects point: a listener that notes who comes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]

    @property
    def visited(self) -> bool:
        """Whether anybody has come since the last look."""
        try:
            self._listener.accept()[0].close()
        except BlockingIOError:
            return False
        return True


ELSEWHERE = Elsewhere()


@contextmanager
def nobody() -> Iterator[str]:
    """An address that refuses every connection."""
    with socket.socket() as kept:  # bound and not listening: nobody else gets the port meanwhile
        kept.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{kept.getsockname()[1]}"


@contextmanager
def deaf() -> Iterator[str]:
    """An address that never answers a connection: its line of waiting ones is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"
        for one in waiting:
            one.close()
