"""What is seen of the servers without waiting for them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

import config
from config import Server, Settings
from errors import MovaError, ServerSilent, ServerUnreachable
from jobs.fleet import Fleet
from jobs.lookout import Lookout, Sight


def lookout(settings: Settings) -> Lookout:
    return Lookout(settings, Fleet(settings, "test"))


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
    sight = lookout(refusing(monkeypatch, closed_port)).sight(patience=10)
    assert sight is not None
    assert not sight.preview
    assert isinstance(sight.troubles["mova-360p"], ServerUnreachable)
    assert sight.models == ("mova-360p", "mova-720p")
    assert sight.line("mova-720p") == "mova-720p"


def test_refusing_defaults_are_a_preview(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    monkeypatch.setattr(Settings, "servers_are_defaults", property(lambda self: True))
    sight = lookout(refusing(monkeypatch, closed_port)).sight(patience=10)
    assert sight is not None
    assert sight.preview
    assert sight.line("mova-360p") == "mova-360p@preview"


def test_who_reads_does_not_wait_for_a_silent_server(monkeypatch: pytest.MonkeyPatch) -> None:
    settings, answered = config.fresh(), threading.Event()
    monkeypatch.setattr(Fleet, "is_well", lambda self, server: answered.wait(10))
    watching = lookout(settings)
    assert watching.sight() is None
    answered.set()
    seen = watching.sight(patience=10)
    assert seen is not None
    assert set(seen.troubles.values()) == {None}


def test_a_look_holds_and_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def is_well(self: Fleet, server: Server) -> bool:
        asked.append(server.name)
        return True

    monkeypatch.setattr(Fleet, "is_well", is_well)
    watching = lookout(config.fresh())
    first = watching.sight(patience=10)
    assert watching.sight(patience=10) is first
    assert asked == ["mova-360p", "mova-720p"]


def sight(**troubles: MovaError | None) -> Sight:
    servers = tuple(
        Server.model_validate({"name": name, "base_url": "http://localhost:1", "model": f"mova-{name[1:5]}"})
        for name in troubles
    )
    return Sight(servers, troubles, preview=False)


def test_models_are_those_of_servers_that_are_well() -> None:
    silent = ServerSilent(server="a720p")
    assert sight(a360p=None, a720p=silent).models == ("mova-360p",)
    assert sight(a360p=None, a720p=None).models == ("mova-360p", "mova-720p")
    assert sight(a720p=silent).models == ("mova-720p",)


def test_servers_that_are_well_stand_first() -> None:
    seen = sight(a360p=ServerSilent(server="a360p"), b360p=None, c720p=None)
    assert [server.name for server in seen.of_model("mova-360p")] == ["b360p", "a360p"]
