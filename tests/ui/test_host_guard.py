"""Under which names the app answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.ui.still_office import still_office
from ui import host_guard


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(host_guard, "listens_on", lambda: "127.0.0.1")
    routes = [Route("/", lambda _request: PlainTextResponse("in")), WebSocketRoute("/socket", _socket)]
    app = Starlette(routes=routes, middleware=[Middleware(host_guard.HostGuard)])
    with still_office():
        yield TestClient(app)


def status(client: TestClient, host: str) -> int:
    return client.get("/", headers={"host": host}).status_code


@pytest.mark.parametrize("host", ["localhost:8500", "127.0.0.1:8500", "[::1]:8500", "LOCALHOST", "localhost."])
def test_this_machine_is_answered(client: TestClient, host: str) -> None:
    assert status(client, host) == 200


@pytest.mark.parametrize("host", ["evil.example:8500", "localhost.evil.example", "", "127.0.0.1.evil.example", "[::2]"])
def test_a_name_of_elsewhere_is_not(client: TestClient, host: str) -> None:
    assert status(client, host) == 421
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket", headers={"host": host}):
        pass


def test_a_websocket_of_this_machine_is_answered(client: TestClient) -> None:
    with client.websocket_connect("/socket", headers={"host": "localhost:8500"}):
        pass


def test_where_others_are_to_come_they_may(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_guard, "listens_on", lambda: "0.0.0.0")  # noqa: S104
    assert status(client, "gpu-box:8500") == 200
    monkeypatch.setattr(host_guard, "listens_on", lambda: "127.0.0.1")
    monkeypatch.setattr(host_guard, "has_login", lambda _settings: True)
    assert status(client, "mova.example.org") == 200


def test_names_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "mova.example.org, gpu-box")
    with still_office():
        assert [host_guard.answers_to(one) for one in ("mova.example.org", "gpu-box", "localhost")] == [True] * 3
        assert not host_guard.answers_to("evil.example")
