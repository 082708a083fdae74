"""A client of SGLang, and servers that answer it what a test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sglang_client import SGLangClient

ID = "bd6839c2-faf7-47dd-b7ff-03280cb1a1b1"


@pytest.fixture
def client(httpserver: HTTPServer) -> SGLangClient:
    return SGLangClient(httpserver.url_for("").rstrip("/"), name="a")


def in_turn(httpserver: HTTPServer, uri: str, answers: list[Response]) -> list[Request]:
    """Give these answers one after the other, the last one again and again; returns the requests seen."""
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return answers[min(len(seen), len(answers)) - 1]

    httpserver.expect_request(uri).respond_with_handler(answer)
    return seen


def ok(document: Any, status: int = 200) -> Response:
    import json

    return Response(json.dumps(document), status, content_type="application/json")


@contextmanager
def raw_server(*replies: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """A TCP server that gives each connection these bytes and closes; None keeps it open and silent."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests: list[bytes] = []
    kept: list[socket.socket] = []

    def serve() -> None:
        for reply in replies:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            requests.append(connection.recv(65536))
            if reply is None:
                kept.append(connection)
                continue
            connection.sendall(reply)
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", requests
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for connection in kept:
        connection.close()
    thread.join(5)
