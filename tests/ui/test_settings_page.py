"""The settings page: every state of a server and of a service, keys that stay hidden, presets, the language."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

import config
from errors import (
    ServerAnswerUnclear,
    ServerDead,
    ServerError,
    ServerMismatch,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
)
from jobs import server_watch
from jobs.server_look import ServerLook
from tests.providers.fake_services import KEYS, FakeServices, Raw
from tests.ui.still_office import button, drawn, page, primaries, still_office, words
from ui import presets, service_check
from ui.office import Office

NAME = "mova-360p"


@pytest.fixture(autouse=True)
def looks(monkeypatch: pytest.MonkeyPatch) -> dict[str, ServerLook]:
    """What a look at each server finds; no server is asked."""
    found = {name: ServerLook(trouble=None, version="0.5.23", at=time.monotonic()) for name in (NAME, "mova-720p")}
    monkeypatch.setattr(server_watch, "look_at", lambda server: found[server.name])
    return found


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("MOVA_HOST", "127.0.0.1")
    with still_office() as opened:
        yield opened


@pytest.fixture(scope="module")
def services() -> Iterator[FakeServices]:
    with FakeServices() as running:
        yield running


def settled(office: Office, test: AppTest) -> AppTest:
    """The page once all looks have ended."""
    _until(lambda: not office.worker.watch.is_looking())
    return drawn(test)


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_ready_server_shows_address_model_sizes_and_version(office: Office) -> None:
    said = words(settled(office, page("settings.py")))
    assert "http://localhost:30000 · mova-360p · 640x352, 352x640 · version 0.5.23" in said
    assert said.count("Ready") == 2


@pytest.mark.parametrize(
    ("trouble", "word"),
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
    office: Office, looks: dict[str, ServerLook], trouble: ServerError, word: str
) -> None:
    looks[NAME] = ServerLook(trouble=trouble, at=time.monotonic())
    said = words(settled(office, page("settings.py")))
    assert word in said
    assert trouble.message() in said
    assert trouble.next_step() in said
    assert "preview engine takes their place" not in said


def test_before_the_first_look_it_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office.worker.watch, "ask", lambda **_given: None)
    assert words(page("settings.py")).count("Not looked at yet") == 2


def test_where_only_untouched_defaults_refuse_the_preview_is_named(
    office: Office, looks: dict[str, ServerLook]
) -> None:
    for name in looks:
        trouble = ServerUnreachable(server=name, reason="refused")
        looks[name] = ServerLook(trouble=trouble, at=time.monotonic())
    assert "preview engine takes their place" in words(settled(office, page("settings.py")))


def test_testing_again_asks_for_one_server_and_waits_for_none(office: Office, looks: dict[str, ServerLook]) -> None:
    test = settled(office, page("settings.py"))
    for name in looks:
        looks[name] = ServerLook(trouble=ServerWarmingUp(server=name), at=time.monotonic())
    said = words(settled(office, button(test, f"test-server-{NAME}")))
    assert (said.count("Warming up"), said.count("Ready")) == (1, 1)


def test_servers_that_were_added_are_read_by_a_button(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    test = settled(office, page("settings.py"))
    monkeypatch.setenv("SGLANG_SERVERS", json.dumps([{"name": NAME, "base_url": "http://new:1", "model": NAME}]))
    test = settled(office, button(test, "reread-servers"))
    assert "http://new:1" in words(test)
    assert "http://localhost:30100" not in words(test)


def test_a_wrong_configuration_is_told_and_the_servers_of_before_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = settled(office, page("settings.py"))
    monkeypatch.setenv("SGLANG_SERVERS", '[{"name": "x", "base_url": "no address", "token": "tok-secret"}]')
    said = words(settled(office, button(test, "reread-servers")))
    assert "'no address' is not accepted" in said
    assert "Until that is mended the servers below go on as they are." in said
    assert said.count("Ready") == 2
    assert "secret" not in said


def test_there_is_one_primary_button(office: Office) -> None:
    assert primaries(page("settings.py")) == ["Test all servers"]


def test_a_token_and_the_keys_are_never_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    server = {"name": "lab", "base_url": "http://127.0.0.1:9", "model": NAME, "token": "tok-secret-1"}
    monkeypatch.setenv("SGLANG_SERVERS", json.dumps([server]))
    monkeypatch.setenv("GEMINI_API_KEY", "gem-secret-2")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{os.environ['OUTPUT_DIR']}-other.db")
    monkeypatch.setattr(server_watch, "look_at", lambda _server: ServerLook(trouble=None, at=time.monotonic()))
    config.load.cache_clear()
    with still_office() as office:
        test = settled(office, page("settings.py"))
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
    with still_office():
        said = words(page("settings.py"))
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
    _until(lambda: check.done)
    return drawn(test)


@pytest.mark.parametrize("service", ["gemini", "dashscope", "openai"])
def test_a_service_is_tested_beside_the_page(
    monkeypatch: pytest.MonkeyPatch, services: FakeServices, service: str
) -> None:
    _with_service(monkeypatch, services, service)
    services.script(f"{service}.text", "ready")
    with still_office():
        said = words(_checked(page("settings.py"), service))
    assert re.search(r"Answered in \d+\.\d s by \S+\.", said)
    [request] = services.received(f"{service}.text")
    assert request.key == KEYS[service]


def test_a_refused_key_is_said_without_the_key(monkeypatch: pytest.MonkeyPatch, services: FakeServices) -> None:
    _with_service(monkeypatch, services, "openai")
    services.script("openai.text", Raw(401, {"error": {"message": f"bad key {KEYS['openai']}"}}))
    with still_office():
        said = words(_checked(page("settings.py"), "openai"))
    assert "refused the key" in said
    assert KEYS["openai"] not in said
    assert services.count("openai.text") == 1


def test_a_session_key_is_used_for_the_test_and_can_be_cleared(
    monkeypatch: pytest.MonkeyPatch, services: FakeServices
) -> None:
    _with_service(monkeypatch, services, "openai")
    with still_office() as office:
        test = page("settings.py")
        test.text_input(key="session-openai_api_key").set_value("sk-session-9")
        test = _checked(drawn(test), "openai")
        assert [one.key for one in services.received("openai.text")] == ["sk-session-9"]
        assert office.settings.openai_api_key.get_secret_value() == KEYS["openai"]  # type: ignore[union-attr]
        test = button(test, "clear-openai")
        assert test.text_input(key="session-openai_api_key").value == ""
        assert "Answered in" not in words(test)


def test_a_service_without_a_text_model_says_so(office: Office) -> None:
    check = service_check.begin(office.settings, "openai", "sk-1")
    _until(lambda: check.done)
    assert type(check.trouble).__name__ == "NoProvider"


def test_an_impossible_key_is_refused_without_being_shown(office: Office) -> None:
    check = service_check.begin(office.settings, "gemini", "two words")
    _until(lambda: check.done)
    assert check.trouble
    assert "two words" not in check.trouble.message()


def test_creates_settings_are_kept_listed_and_deleted(office: Office) -> None:
    test = page("settings.py")
    assert "None yet." in words(test)
    test.session_state["create-frames"] = 97
    test.session_state["create-orientation"] = "portrait"
    test.text_input(key="preset-name").set_value("Short & *tall*")
    test = button(test, "keep-preset")
    assert "Short & *tall*" in words(test)
    assert "mova-360p · Portrait · 4.0 s · a random seed" in words(test)
    [preset] = presets.stored(office.settings.output_dir, "local")
    assert preset.settings.num_frames == 97
    test = button(test, "delete-Short & *tall*")
    assert presets.stored(office.settings.output_dir, "local") == []


@pytest.mark.parametrize(("name", "seed"), [("Name", "abc"), ("", "7"), ("   ", "")])
def test_what_cannot_be_kept_is_said(office: Office, name: str, seed: str) -> None:
    test = page("settings.py")
    test.text_input(key="preset-name").set_value(name)
    test.session_state["create-seed"] = seed
    assert "This is not a preset that can be used" in words(button(test, "keep-preset"))


def test_a_preset_is_imported_and_a_wrong_file_refused(office: Office) -> None:
    settings = presets.PresetSettings(
        mode="full",
        model=NAME,
        orientation="landscape",
        num_frames=193,
        fps=24,
        num_inference_steps=50,
        guidance_scale=5.0,
        seed=7,
        negative_prompt="",
        captions=False,
    )
    good = presets.Preset.named("Handed on", settings).as_json()
    test = page("settings.py")
    test.file_uploader(key="preset-file").upload("x.json", good.encode(), "application/json")
    test = drawn(test)
    assert "Handed on" in words(test)
    wrong = good.replace('"version": 1', '"version": 9')
    test.file_uploader(key="preset-file").set_value(("y.json", wrong.encode(), "application/json"))
    assert '"version" is not 1' in words(drawn(test))
    assert len(presets.stored(office.settings.output_dir, "local")) == 1


@pytest.mark.parametrize(
    ("host", "warned"), [("127.0.0.1", False), ("localhost", False), ("::1", False), ("192.168.1.9", True)]
)
def test_a_server_open_to_others_is_warned_of(
    office: Office, monkeypatch: pytest.MonkeyPatch, host: str, warned: bool
) -> None:
    monkeypatch.setenv("MOVA_HOST", host)
    assert ("there is no login" in words(page("settings.py"))) is warned


def test_the_language_is_in_the_address_and_resets_nothing(office: Office) -> None:
    test = page("settings.py")
    test.text_input(key="preset-name").set_value("Kept")
    test = drawn(test)
    test.segmented_control(key="language").set_value("zh_CN")
    test = drawn(test)
    assert test.query_params["lang"] in ("zh_CN", ["zh_CN"])
    assert test.text_input(key="preset-name").value == "Kept"
    assert test.segmented_control(key="language").value == "zh_CN"


def test_the_language_stays_where_a_link_lost_it(office: Office) -> None:
    test = page("settings.py", "zh_CN")
    del test.query_params["lang"]
    test.switch_page("queue.py")
    test = drawn(test)
    assert test.segmented_control(key="language").value == "zh_CN"
    assert test.query_params["lang"] in ("zh_CN", ["zh_CN"])
