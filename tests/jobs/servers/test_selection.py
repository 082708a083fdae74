"""Which server a command takes, and for which it waits before it has one."""

from __future__ import annotations

import time

import pytest

from config import Server, Settings
from core.errors import ServerError, ServerSilent, ServerUnreachable, ServerWarmingUp
from jobs.servers.selection import queue_for
from render.answers import ServerInfo
from sglang_client import SGLangClient

GPU = Server.model_validate({"name": "gpu", "base_url": "http://127.0.0.1:9", "model": "mova-360p"})


@pytest.mark.parametrize("named", [None, "gpu"])
@pytest.mark.parametrize("trouble", [ServerSilent, ServerWarmingUp])
def test_a_busy_or_warming_server_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, named: str | None, trouble: type[ServerError]
) -> None:
    """A busy one ended the command, where a job of a page waits for it."""
    answers: list[ServerError] = [trouble(server="gpu")]

    def check(_client: SGLangClient, _seconds: float) -> None:
        if answers:
            raise answers.pop()

    monkeypatch.setattr(SGLangClient, "check_health", check)
    monkeypatch.setattr(SGLangClient, "check_warm_up", lambda _client, _seconds: None)
    info = ServerInfo(model=GPU.model, served_model_name=GPU.model, version="1", preview=False)
    monkeypatch.setattr(SGLangClient, "check_model", lambda _client, _model: info)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    said: list[ServerError] = []
    key = queue_for(Settings(sglang_servers=(GPU,)), named, lambda error, _waited: said.append(error))
    assert (key.model, key.wanted_server, [type(one) for one in said]) == ("mova-360p", named, [trouble])


def test_a_server_that_never_was_there_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_client: SGLangClient, _seconds: float) -> None:
        raise ServerUnreachable(server="gpu", reason="refused")

    monkeypatch.setattr(SGLangClient, "check_health", gone)
    with pytest.raises(ServerUnreachable):
        queue_for(Settings(sglang_servers=(GPU,)), "gpu", lambda _error, _waited: pytest.fail("waited"))
