"""What is seen of the servers without waiting for them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

import config
from config import Server, Settings
from core.errors import ServerDead, ServerError, ServerSilent, ServerUnreachable, UnknownServer
from jobs.model.request import QueueKey
from jobs.servers import monitor as server_watch
from jobs.servers.health import HealthCheck
from jobs.servers.monitor import ServerMonitor
from jobs.servers.registry import ServerRegistry
from jobs.servers.status import ServerStatus


def watch_of(settings: Settings) -> ServerMonitor:
    return ServerMonitor(ServerRegistry(settings))


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections as long as the test lasts: bound, but nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def refusing(monkeypatch: pytest.MonkeyPatch, port: int) -> Settings:
    monkeypatch.setenv("SGLANG_360P_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("SGLANG_720P_URL", f"http://127.0.0.1:{port}")
    return config.fresh()


def test_a_refusing_server_that_somebody_configured_is_no_preview(
    monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    server_status = watch_of(refusing(monkeypatch, closed_port)).server_status(patience=10)
    assert server_status is not None
    assert not server_status.preview
    assert isinstance(server_status.errors["mova-360p"], ServerUnreachable)
    assert server_status.models == ("mova-360p", "mova-720p")
    assert not server_status.previews(QueueKey("mova-720p"))
    assert server_status.previews(QueueKey("mova-720p", "preview"))


def test_refusing_defaults_are_a_preview(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    monkeypatch.setattr(Settings, "servers_are_defaults", property(lambda self: True))
    server_status = watch_of(refusing(monkeypatch, closed_port)).server_status(patience=10)
    assert server_status is not None
    assert server_status.preview
    assert server_status.previews(QueueKey("mova-360p"))
    assert not server_status.previews(QueueKey("mova-360p", "elsewhere"))
    assert server_status.holds_up(QueueKey("mova-360p"), may_preview=True) is None
    assert isinstance(server_status.holds_up(QueueKey("mova-360p")), ServerUnreachable)


def test_who_reads_does_not_wait_for_a_silent_server(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def look(_server: Server, _before: HealthCheck | None) -> HealthCheck:
        answered.wait(10)
        return HealthCheck(error=None, at=time.monotonic())

    monkeypatch.setattr(server_watch, "check_server", look)
    watching = watch_of(config.fresh())
    assert watching.server_status() is None
    answered.set()
    seen = watching.server_status(patience=10)
    assert seen is not None
    assert set(seen.errors.values()) == {None}


def test_a_look_holds_and_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def look(server: Server, _before: HealthCheck | None) -> HealthCheck:
        asked.append(server.name)
        return HealthCheck(error=None, at=time.monotonic())

    monkeypatch.setattr(server_watch, "check_server", look)
    watching = watch_of(config.fresh())
    first = watching.server_status(patience=10)
    assert watching.server_status(patience=10) == first
    assert sorted(asked) == ["mova-360p", "mova-720p"]


def test_what_a_job_meets_at_a_server_is_known_at_once_and_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        server_watch, "check_server", lambda _server, _before: HealthCheck(error=None, at=time.monotonic())
    )
    watching = watch_of(config.fresh())
    assert watching.server_status(patience=10)
    server = watching.registry.servers[0]
    assert watching.seems_well(server)
    watching.record_error(server, ServerDead(server=server.name))
    assert not watching.seems_well(server)
    seen = watching.server_status()
    assert seen is not None
    assert isinstance(seen.errors[server.name], ServerDead)


def server_status(**errors: ServerError | None) -> ServerStatus:
    servers = tuple(
        Server.model_validate({"name": name, "base_url": "http://localhost:1", "model": f"mova-{name[1:5]}"})
        for name in errors
    )
    return ServerStatus(servers, errors, preview=False)


def test_models_are_those_of_servers_that_are_well() -> None:
    silent = ServerSilent(server="a720p")
    assert server_status(a360p=None, a720p=silent).models == ("mova-360p",)
    assert server_status(a360p=None, a720p=None).models == ("mova-360p", "mova-720p")
    assert server_status(a720p=silent).models == ("mova-720p",)


def test_servers_that_are_well_stand_first() -> None:
    seen = server_status(a360p=ServerSilent(server="a360p"), b360p=None, c720p=None)
    assert [server.name for server in seen.of_model("mova-360p")] == ["b360p", "a360p"]


def test_a_line_is_held_up_where_no_server_of_it_is_well() -> None:
    silent = ServerSilent(server="a360p")
    seen = server_status(a360p=silent, b360p=None, c720p=silent)
    assert seen.holds_up(QueueKey("mova-360p")) is None
    assert seen.holds_up(QueueKey("mova-720p")) is silent
    assert seen.holds_up(QueueKey("mova-360p", "a360p")) is silent
    assert isinstance(seen.holds_up(QueueKey("mova-360p", "gone")), UnknownServer)
    assert seen.holds_up(QueueKey("mova-360p", "preview")) is None
    assert seen.holds_up(QueueKey("mova-360p", "http://elsewhere:1")) is None


def test_another_server_is_offered_only_where_the_own_one_is_not_well() -> None:
    silent = ServerSilent(server="a360p")
    seen = server_status(a360p=silent, b360p=None, c720p=None)
    for name in ("a360p", "gone"):
        other = seen.other("mova-360p", name)
        assert other is not None
        assert other.name == "b360p"
    assert seen.other("mova-360p", "b360p") is None
    assert seen.other("mova-360p", None) is None
    assert server_status(a360p=silent, c720p=None).other("mova-360p", "a360p") is None
