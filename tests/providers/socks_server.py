"""A SOCKS 5 proxy on 127.0.0.1 that leads every connection to one place, and notes where each was to go."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


@contextmanager
def socks_server(place: str, *, login: tuple[str, str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """The ``host:port`` of a proxy that connects everybody to the server at ``place``, and the names asked for."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=_serve, args=(client, place, login, asked), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", asked


def _serve(client: socket.socket, place: str, login: tuple[str, str] | None, asked: list[str]) -> None:
    target = urlsplit(place)
    with client, suppress(OSError):
        _, methods = client.recv(2)
        client.recv(methods)
        client.sendall(b"\x05\x02" if login else b"\x05\x00")
        if login and not _logged_in(client, login):
            return
        kind = client.recv(4)[3]
        length = client.recv(1)[0] if kind == 3 else {1: 4, 4: 16}[kind]
        host = client.recv(length)
        (port,) = struct.unpack("!H", client.recv(2))
        asked.append(f"{host.decode() if kind == 3 else socket.inet_ntoa(host)}:{port}")
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        with socket.create_connection((target.hostname or "", target.port or 80)) as server:
            back = threading.Thread(target=_carry, args=(server, client), daemon=True)
            back.start()
            _carry(client, server)
            back.join(5)


def _logged_in(client: socket.socket, login: tuple[str, str]) -> bool:
    client.recv(1)
    given = tuple(client.recv(client.recv(1)[0]).decode() for _ in range(2))
    client.sendall(b"\x01\x00" if given == login else b"\x01\x01")
    return given == login


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
