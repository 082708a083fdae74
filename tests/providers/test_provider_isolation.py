"""No environment variable, no SDK state and no other user's key gets between a call and its service."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config import Settings
from core.errors import ConfigError, ProviderAnswerUnclear, ProviderUnreachable
from providers import choose, learning
from providers.base import TextAnswer
from tests.pictures import picture
from tests.providers.asking import ROUTES, SERVICES, STEPS, ask, ask_route, provider
from tests.providers.fake_services import KEYS, FakeServices, Raw

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = "http://127.0.0.1:9"
MISLEADING = {
    "GOOGLE_API_KEY": "other-key",
    "GEMINI_API_KEY": "other-key",
    "GOOGLE_GEMINI_BASE_URL": ELSEWHERE,
    "GOOGLE_GENAI_API_VERSION": "v9",
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "GOOGLE_GENAI_USE_ENTERPRISE": "true",
    "GOOGLE_CLOUD_PROJECT": "other-project",
    "DASHSCOPE_HTTP_BASE_URL": ELSEWHERE,
    "DASHSCOPE_WORKSPACE": "other-workspace",
    "DASHSCOPE_REGION": "other-region",
    "DASHSCOPE_PROTOCOL": "other-protocol",
    "DASHSCOPE_MAX_RETRIES": "7",
    "DASHSCOPE_API_KEY_FILE_PATH": "/dev/null/other",
    "DASHSCOPE_CONFIG": "/dev/null/other",
    "OPENAI_API_KEY": "other-key",
    "OPENAI_ADMIN_KEY": "other-key",
    "OPENAI_BASE_URL": ELSEWHERE,
    "OPENAI_ORG_ID": "other-organization",
    "OPENAI_PROJECT_ID": "other-project",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer other-key\nX-Other: other-header",
    "HTTP_PROXY": ELSEWHERE,
    "HTTPS_PROXY": ELSEWHERE,
    "ALL_PROXY": ELSEWHERE,
    "http_proxy": ELSEWHERE,
}


@pytest.mark.parametrize("route", ROUTES)
def test_the_environment_redirects_nothing(fake: FakeServices, route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in MISLEADING.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    ask_route(fake, route)
    (received,) = fake.received(route)
    assert received.key == KEYS[route.split(".")[0]]
    assert "other" not in str(received)
    assert dict(os.environ) == before


@pytest.mark.parametrize("route", ["gemini.text", "dashscope.text", "dashscope.image", "openai.text"])
@pytest.mark.parametrize("excepted", [False, True])
def test_a_proxy_of_the_environment_is_used_for_public_hosts(
    fake: FakeServices, route: str, excepted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    service, step = route.split(".")
    address = {"gemini": "gemini_api_url", "dashscope": "dashscope_base_url", "openai": "openai_base_url"}[service]
    public: dict[str, Any] = {address: "http://service.example/v1beta"}
    proxy = fake.url
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("NO_PROXY", "service.example" if excepted else "")
    monkeypatch.setenv("no_proxy", "service.example" if excepted else "")
    if excepted:
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ProviderUnreachable if excepted else ProviderAnswerUnclear):
        ask(provider(fake, service, attempts=1, **public), step)
    asked = [call.path.startswith("http://service.example/") for call in fake.received("unknown")]
    assert asked == ([] if excepted else [True])


@pytest.mark.parametrize("route", ROUTES)
def test_only_the_headers_that_are_needed_are_sent(fake: FakeServices, route: str) -> None:
    ask_route(fake, route)
    allowed = {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
    allowed |= {"x-goog-api-key", "x-server-timeout"} if route.startswith("gemini") else {"authorization"}
    assert set(fake.received(route)[0].headers) <= allowed


@pytest.mark.parametrize("service", SERVICES)
def test_two_users_at_the_same_moment_never_mix(fake: FakeServices, service: str) -> None:
    setting = f"{service}_api_key"

    def user(number: int) -> list[bool]:
        own: dict[str, Any] = {setting: f"key-of-{number}"}
        asked = provider(fake, service, **own)
        return [bool(ask(asked, step, f"wish of {number}")) for step in ("text", "image", "vision")]

    with ThreadPoolExecutor(6) as pool:
        assert all(all(done) for done in pool.map(user, range(6)))
    calls = fake.received(service)
    assert len(calls) == 18
    assert all(call.texts[-1] == call.key.replace("key-of-", "wish of ") for call in calls)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("form", ["{}", "file://{}", "oss://{}", "http://127.0.0.1:9/{}"])
def test_a_text_that_names_a_file_is_sent_as_that_text(
    fake: FakeServices, route: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.png").write_bytes(picture(16, 16, "red"))
    monkeypatch.chdir(tmp_path)
    for name in ("secret.png", str(tmp_path / "secret.png")):
        ask(provider(fake, route.split(".")[0]), route.split(".")[1], form.format(name))
        call = fake.received(route)[-1]
        assert call.texts[-1] == form.format(name)
        assert len(call.pictures) == (1 if route.endswith("vision") else 0)
    assert fake.count() == fake.count(route) + fake.count("picture")
    assert fake.count("unknown") == 0


@pytest.mark.parametrize("step", ["text", "vision"])
def test_the_sdk_of_dashscope_opens_no_file_and_keeps_nothing(
    fake: FakeServices, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its older calls upload what a text names; here neither a text nor its own settings make it open anything."""
    import dashscope
    from dashscope.utils import oss_utils

    opened: list[str] = []
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture(16, 16, "red"))
    monkeypatch.setattr(oss_utils.OssUtils, "upload", lambda *asked, **_: opened.append(str(asked)))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".dashscope").mkdir()
    (tmp_path / ".dashscope" / "config.toml").write_text("not = [toml")
    before = (dashscope.api_key, dashscope.base_http_api_url)
    for text in (str(secret), "~/secret.png", f"file://{secret}", f"oss://{secret}"):
        for refused in (False, True):  # also where it is asked at the address of models that see
            learning.forget()
            url_error = {"code": "InvalidParameter", "message": "url error, please check url！", "request_id": "r"}
            if refused and step == "text":
                fake.script("dashscope.text", Raw(400, url_error), "A cat.")
            ask(provider(fake, "dashscope"), step, text)
            assert fake.received()[-1].texts[-1] == text
    assert (dashscope.api_key, dashscope.base_http_api_url) == before
    assert opened == []
    assert fake.count() == fake.count(f"dashscope.{step}")
    assert "oss" not in " ".join(name for call in fake.received() for name in call.headers)


def test_a_variable_of_the_sdk_that_is_no_number_is_named(fake: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_TIMEOUT", "soon")
    with pytest.raises(ConfigError, match="DASHSCOPE_TIMEOUT: soon is not accepted; accepted: a number"):
        ask_route(fake, "dashscope.text")
    assert fake.count() == 0


def test_every_step_with_one_service_alone(fake: FakeServices) -> None:
    for service in SERVICES:
        settings = Settings(**fake.settings(service))  # type: ignore[arg-type]
        for step in STEPS:
            chosen = choose(settings, step)
            answer = ask(chosen, step)
            assert answer.provider == chosen.name == service
    assert all(fake.count(route) == 1 for route in ROUTES)


def test_a_key_of_the_call_reaches_the_service(fake: FakeServices) -> None:
    settings = Settings(**fake.settings("gemini"))  # type: ignore[arg-type]
    answer = ask(choose(settings, "text", {"gemini_api_key": "of-this-session"}), "text")
    assert isinstance(answer, TextAnswer)
    assert fake.received()[0].key == "of-this-session"


LOADED = """
import sys, config, providers
from providers.base import TextRequest
chosen = providers.choose(config.load(), "text")
print(chosen.name, *sorted(set(sys.modules) & {"openai", "google.genai", "httpx2", "dashscope"}))
chosen.text(TextRequest(task="shorten", system="s", user="u"))
print(*sorted(set(sys.modules) & {"openai", "google.genai", "dashscope"}))
"""


@pytest.mark.parametrize(
    ("service", "loaded"), [("dashscope", "dashscope"), ("openai", "openai"), ("gemini", "google.genai")]
)
def test_only_the_chosen_services_sdk_is_loaded_and_only_when_asked(
    fake: FakeServices, service: str, loaded: str, tmp_path: Path
) -> None:
    environment = {**os.environ, **fake.environment(service), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [service, loaded]
