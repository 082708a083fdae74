"""The settings page: every state of a server and of a service, keys that stay hidden, the language."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import config
from core.errors import (
    ServerAnswerUnclear,
    ServerDead,
    ServerError,
    ServerMismatch,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
)
from jobs.servers import monitor as server_watch
from jobs.servers.health import HealthCheck
from tests.providers.fake_services import KEYS, FakeServices, Raw
from tests.ui.still_app import button, drawn, page, primaries, still_app, words
from tests.waiting import until
from ui.app_context import AppContext
from ui.settings.services import begin

NAME = "mova-360p"


@pytest.fixture(autouse=True)
def looks(monkeypatch: pytest.MonkeyPatch) -> dict[str, HealthCheck]:
    """What a look at each server finds; no server is asked."""
    found = {name: HealthCheck(error=None, version="0.5.23", at=time.monotonic()) for name in (NAME, "mova-720p")}
    monkeypatch.setattr(server_watch, "check_server", lambda server, _before: found[server.name])
    return found


@pytest.fixture
def app_context(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    monkeypatch.setenv("MOVA_HOST", "127.0.0.1")
    with still_app() as opened:
        yield opened


@pytest.fixture(scope="module")
def services() -> Iterator[FakeServices]:
    with FakeServices() as running:
        yield running


def settled(app_context: AppContext, test: AppTest) -> AppTest:
    """The page once all looks have ended."""
    until(lambda: not app_context.worker.monitor.is_looking())
    return drawn(test)


def test_a_ready_server_shows_address_model_sizes_and_version(app_context: AppContext) -> None:
    said = words(settled(app_context, page("settings/settings.py")))
    assert "http://localhost:30000 · mova-360p · 640x352, 352x640 · version 0.5.23" in said
    assert said.count("Ready") == 2


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ServerWarmingUp(server=NAME), "Warming up"),
        (ServerDead("worker exited", server=NAME), "Its worker has exited"),
        (ServerUnreachable(server=NAME, reason="refused"), "Not reachable"),
        (ServerSilent(server=NAME), "Not reachable"),
        (ServerMismatch(server=NAME, found="mova-720p", expected=NAME), "Serves another model"),
        (ServerAnswerUnclear(server=NAME), "Not an SGLang server"),
    ],
)
def test_a_server_in_trouble_says_what_and_what_to_do(
    app_context: AppContext, looks: dict[str, HealthCheck], error: ServerError, word: str
) -> None:
    looks[NAME] = HealthCheck(error=error, at=time.monotonic())
    said = words(settled(app_context, page("settings/settings.py")))
    assert word in said
    assert error.message() in said
    assert error.next_step() in said
    assert "preview engine takes their place" not in said


def test_before_the_first_look_it_says_so(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_context.worker.monitor, "ask", lambda **_given: None)
    assert words(page("settings/settings.py")).count("Not checked yet") == 2


def test_where_only_untouched_defaults_refuse_the_preview_is_named(
    app_context: AppContext, looks: dict[str, HealthCheck]
) -> None:
    for name in looks:
        error = ServerUnreachable(server=name, reason="refused")
        looks[name] = HealthCheck(error=error, at=time.monotonic())
    assert "preview engine takes their place" in words(settled(app_context, page("settings/settings.py")))


def test_testing_again_asks_for_one_server_and_waits_for_none(
    app_context: AppContext, looks: dict[str, HealthCheck]
) -> None:
    test = settled(app_context, page("settings/settings.py"))
    for name in looks:
        looks[name] = HealthCheck(error=ServerWarmingUp(server=name), at=time.monotonic())
    said = words(settled(app_context, button(test, f"test-server-{NAME}")))
    assert (said.count("Warming up"), said.count("Ready")) == (1, 1)


def test_servers_that_were_added_are_read_by_a_button(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    test = settled(app_context, page("settings/settings.py"))
    monkeypatch.setenv("SGLANG_SERVERS", json.dumps([{"name": NAME, "base_url": "http://new:1", "model": NAME}]))
    test = settled(app_context, button(test, "reread-servers"))
    assert "http://new:1" in words(test)
    assert "http://localhost:30100" not in words(test)


def test_a_wrong_configuration_is_told_and_the_servers_of_before_go_on(
    app_context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = settled(app_context, page("settings/settings.py"))
    monkeypatch.setenv("SGLANG_SERVERS", '[{"name": "x", "base_url": "no address", "token": "tok-secret"}]')
    said = words(settled(app_context, button(test, "reread-servers")))
    assert "'no address' is not accepted" in said
    assert "Until that is fixed, the servers below are used as before." in said
    assert said.count("Ready") == 2
    assert "secret" not in said


def test_there_is_one_primary_button(app_context: AppContext) -> None:
    assert primaries(page("settings/settings.py")) == ["Test all servers"]


def test_a_token_and_the_keys_are_never_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    server = {"name": "lab", "base_url": "http://127.0.0.1:9", "model": NAME, "token": "tok-secret-1"}
    monkeypatch.setenv("SGLANG_SERVERS", json.dumps([server]))
    monkeypatch.setenv("GEMINI_API_KEY", "gem-secret-2")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{os.environ['OUTPUT_DIR']}-other.db")
    monkeypatch.setattr(
        server_watch, "check_server", lambda _server, _before: HealthCheck(error=None, at=time.monotonic())
    )
    config.load.cache_clear()
    with still_app() as app_context:
        test = settled(app_context, page("settings/settings.py"))
    said = words(test)
    assert "with a token ••••" in said
    assert "Key set in the environment ••••" in said
    sent = "\n".join(str(element.proto) for element in test.main if hasattr(element, "proto")) + str(test.main) + said
    assert "secret" not in sent
    assert os.environ["OUTPUT_DIR"] not in sent


def test_an_address_alone_sets_a_service_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")
    monkeypatch.setenv("OPENAI_TEXT_MODEL", "m1")
    config.load.cache_clear()
    with still_app():
        said = words(page("settings/settings.py"))
    assert "Set up without a key" in said
    assert "127.0.0.1:8000 · text: m1 · vision: none · image: none" in said


def _with_service(monkeypatch: pytest.MonkeyPatch, services: FakeServices, name: str) -> None:
    services.reset()
    for variable, value in services.environment(name).items():
        monkeypatch.setenv(variable, value)
    config.load.cache_clear()


def _checked(test: AppTest, service: str) -> AppTest:
    test = button(test, f"test-{service}")
    check = test.session_state[f"check-{service}"]
    until(lambda: check.done)
    return drawn(test)


@pytest.mark.parametrize("service", ["gemini", "dashscope", "openai"])
def test_a_service_is_tested_beside_the_page(
    monkeypatch: pytest.MonkeyPatch, services: FakeServices, service: str
) -> None:
    _with_service(monkeypatch, services, service)
    services.script(f"{service}.text", "ready")
    with still_app():
        said = words(_checked(page("settings/settings.py"), service))
    assert re.search(r"Answered in \d+\.\d s by \S+\.", said)
    [request] = services.received(f"{service}.text")
    assert request.key == KEYS[service]


def test_a_refused_key_is_said_without_the_key(monkeypatch: pytest.MonkeyPatch, services: FakeServices) -> None:
    _with_service(monkeypatch, services, "openai")
    services.script("openai.text", Raw(401, {"error": {"message": f"bad key {KEYS['openai']}"}}))
    with still_app():
        said = words(_checked(page("settings/settings.py"), "openai"))
    assert "refused the key" in said
    assert KEYS["openai"] not in said
    assert services.count("openai.text") == 1


def test_a_session_key_is_used_for_the_test_and_can_be_cleared(
    monkeypatch: pytest.MonkeyPatch, services: FakeServices
) -> None:
    _with_service(monkeypatch, services, "openai")
    with still_app() as app_context:
        test = page("settings/settings.py")
        test.text_input(key="session-openai_api_key").set_value("sk-session-9")
        test = _checked(drawn(test), "openai")
        assert [one.key for one in services.received("openai.text")] == ["sk-session-9"]
        assert app_context.settings.openai_api_key.get_secret_value() == KEYS["openai"]  # type: ignore[union-attr]
        test = button(test, "clear-openai")
        assert test.text_input(key="session-openai_api_key").value == ""
        assert "Answered in" not in words(test)


def test_where_other_processes_work_a_session_key_serves_tests_only_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMBEDDED_WORKER", "off")
    with still_app():
        shown = words(page("settings/settings.py"))
    assert "used only for the tests of this browser session" in shown
    assert "ahead of a key of the server" not in shown


def test_a_service_without_a_text_model_says_so(app_context: AppContext) -> None:
    check = begin(app_context.settings, "openai", "sk-1")
    until(lambda: check.done)
    assert type(check.error).__name__ == "NoProvider"


def test_an_impossible_key_is_refused_without_being_shown(app_context: AppContext) -> None:
    check = begin(app_context.settings, "gemini", "two words")
    until(lambda: check.done)
    assert check.error
    assert "two words" not in check.error.message()


@pytest.mark.parametrize(
    ("host", "warned"), [("127.0.0.1", False), ("localhost", False), ("::1", False), ("192.168.1.9", True)]
)
def test_a_server_open_to_others_is_warned_of(
    app_context: AppContext, monkeypatch: pytest.MonkeyPatch, host: str, warned: bool
) -> None:
    monkeypatch.setenv("MOVA_HOST", host)
    assert ("there is no login" in words(page("settings/settings.py"))) is warned


def test_the_language_is_in_the_address_and_resets_nothing(app_context: AppContext) -> None:
    test = page("settings/settings.py")
    test.text_input(key="session-gemini_api_key").set_value("sk-1")
    test = drawn(test)
    test.segmented_control(key="language").set_value("zh_CN")
    test = drawn(test)
    assert test.query_params["lang"] in ("zh_CN", ["zh_CN"])
    assert "本次会话的密钥" in words(test)
    assert test.segmented_control(key="language").value == "zh_CN"


def test_the_language_stays_where_a_link_lost_it(app_context: AppContext) -> None:
    test = page("settings/settings.py", "zh_CN")
    del test.query_params["lang"]
    test.switch_page("queue/queue.py")
    test = drawn(test)
    assert test.segmented_control(key="language").value == "zh_CN"
    assert test.query_params["lang"] in ("zh_CN", ["zh_CN"])


def test_a_key_that_has_left_env_is_said_to_be_used_until_the_next_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("GEMINI_API_KEY=gem-secret-2\n")
    monkeypatch.setitem(config.Settings.model_config, "env_file", str(file))
    config.load.cache_clear()
    with still_app() as opened:
        test = settled(opened, page("settings/settings.py"))
        assert "Key set in .env ••••" in words(test)
        file.write_text("")
        said = words(drawn(test))
        assert "Key set in .env" not in said
        assert "Key no longer in .env, used until the app is started again ••••" in said
        assert "gem-secret-2" not in said
