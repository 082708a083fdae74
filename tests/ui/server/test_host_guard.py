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

from tests.ui.still_app import still_app
from ui.server import host_guard


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(host_guard, "listens_on", lambda: "127.0.0.1")
    routes = [Route("/", lambda _request: PlainTextResponse("in")), WebSocketRoute("/socket", _socket)]
    app = Starlette(routes=routes, middleware=[Middleware(host_guard.HostGuard)])
    with still_app():
        yield TestClient(app)


def status(client: TestClient, host: str) -> int:
    return client.get("/", headers={"host": host}).status_code


@pytest.mark.parametrize(
    "host",
    ["localhost:8500", "127.0.0.1:8500", "127.0.0.2:8500", "[::1]:8500", "LOCALHOST", "localhost.", "localhost.:8500"],
)
def test_this_machine_is_answered(client: TestClient, host: str) -> None:
    assert status(client, host) == 200


ALL = "0.0.0.0"  # noqa: S104
FOREIGN = [
    "evil.example:8500",
    "localhost.evil.example",
    "",
    "127.0.0.1.evil.example",
    "127.evil.example",
    "gpu-box:8500",
]


@pytest.mark.parametrize("host", [*FOREIGN, "[::2]", "192.0.2.7:8500"])
def test_a_name_of_elsewhere_is_not(client: TestClient, host: str) -> None:
    assert status(client, host) == 421
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket", headers={"host": host}):
        pass


def test_a_websocket_of_this_machine_is_answered(client: TestClient) -> None:
    with client.websocket_connect("/socket", headers={"host": "localhost:8500"}):
        pass


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("listens", [ALL, "::", "192.0.2.7", "box.example.org"])
def test_nor_where_other_machines_may_come(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, listens: str, host: str
) -> None:
    monkeypatch.setattr(host_guard, "listens_on", lambda: listens)
    assert status(client, host) == 421


def test_other_machines_come_by_an_address_or_this_machines_name(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_guard, "listens_on", lambda: "box.example.org")
    monkeypatch.setattr(host_guard, "_machine", lambda: "box")
    for host in ("192.0.2.7:8500", "[2001:db8::7]:8500", "BOX:8500", "Box.example.org", "localhost:8500", "127.0.0.2"):
        assert status(client, host) == 200, host


def test_with_a_login_its_cookie_or_header_decides(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_guard, "has_login", lambda _settings: True)
    assert status(client, "mova.example.org") == 200


@pytest.mark.parametrize("listens", [ALL, "127.0.0.1"])
@pytest.mark.parametrize("logs_in", [True, False])
def test_names_can_be_set(monkeypatch: pytest.MonkeyPatch, listens: str, logs_in: bool) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "Mova.Example.ORG, gpu-box:8500, [2001:DB8::7], 192.0.2.7")
    monkeypatch.setattr(host_guard, "listens_on", lambda: listens)
    monkeypatch.setattr(host_guard, "has_login", lambda _settings: logs_in)
    with still_app():
        named = ("mova.example.org", "gpu-box", "2001:db8::7", "192.0.2.7", "localhost", "127.0.0.2")
        assert [one for one in named if not host_guard.answers_to(one)] == []
        assert not host_guard.answers_to("evil.example")
        assert not host_guard.answers_to("192.0.2.8")


def test_streamlit_run_by_itself_listens_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOVA_HOST", raising=False)
    assert host_guard.listens_on() == ALL
    assert not host_guard.is_loopback(host_guard.listens_on())
    assert host_guard.is_loopback("127.0.0.2")
    assert not host_guard.is_loopback("127.evil.example")
