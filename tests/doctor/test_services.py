"""Services: not set up, well, slow, with a key or a model that is refused; the key is never told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import config
from config import Settings
from doctor import services as checks
from doctor.finding import Finding
from providers.trial import SERVICES, Service
from tests.providers.fake_services import KEYS, FakeServices, Raw


@pytest.fixture(scope="module")
def fakes() -> Iterator[FakeServices]:
    with FakeServices() as running:
        yield running


@pytest.fixture
def fake(fakes: FakeServices) -> FakeServices:
    fakes.reset()
    return fakes


def settings_for(monkeypatch: pytest.MonkeyPatch, fake: FakeServices, name: str, **more: str) -> Settings:
    for variable, value in (fake.environment(name) | more).items():
        monkeypatch.setenv(variable, value)
    return config.fresh()


def by_key(findings: list[Finding]) -> dict[str, Finding]:
    said = str([(one.as_json(), one) for one in findings])
    assert not [key for key in KEYS.values() if key in said]
    return {one.key: one for one in findings}


def test_without_any_service_it_is_a_warning_once() -> None:
    settings = config.fresh()
    (found,) = checks.services(settings)
    assert (found.key, found.verdict) == ("service", "warning")
    for name in SERVICES:
        (found,) = checks.service(settings, name)
        assert (found.key, found.verdict) == (f"service.{name}", "ok")
        assert "is not set up" in found.says.text()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_answers_is_well_and_no_picture_is_bought(
    monkeypatch: pytest.MonkeyPatch, fake: FakeServices, name: Service
) -> None:
    settings = settings_for(monkeypatch, fake, name)
    found = by_key(checks.service(settings, name))
    assert checks.services(settings) == []
    assert {one.verdict for one in found.values()} == {"ok"}
    assert f"service.{name}.text" in found
    assert "as that would cost money" in found[f"service.{name}.image"].says.text()
    assert fake.count(f"{name}.image") == 0
    assert fake.count(f"{name}.text") == 1


def test_a_vision_model_of_its_own_is_asked_too(monkeypatch: pytest.MonkeyPatch, fake: FakeServices) -> None:
    settings = settings_for(monkeypatch, fake, "dashscope")
    fake.script("dashscope.vision", Raw(404, {"error": {"code": "model_not_found", "message": "no such model"}}))
    found = by_key(checks.service(settings, "dashscope"))
    assert (found["service.dashscope.text"].verdict, found["service.dashscope.vision"].verdict) == ("ok", "broken")
    assert settings.qwen_vl_model in found["service.dashscope.vision"].says.text()
    (request,) = fake.received("dashscope.vision")
    assert len(request.pictures) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Raw(401, {"error": {"message": f"bad key {KEYS['openai']}"}}), "refused the key"),
        (Raw(404, {"error": {"code": "model_not_found", "message": "gone"}}), "does not exist"),
        (Raw(429, {"error": {"code": "insufficient_quota", "message": "no money"}}), "no quota left"),
        (Raw(200, "<html>log in</html>"), "does not understand"),
    ],
)
def test_a_service_that_refuses_is_broken_and_asked_once(
    monkeypatch: pytest.MonkeyPatch, fake: FakeServices, answer: Raw, words: str
) -> None:
    settings = settings_for(monkeypatch, fake, "openai")
    fake.script("openai.text", answer)
    found = by_key(checks.service(settings, "openai"))["service.openai.text"]
    assert found.verdict == "broken"
    assert words in found.says.text()
    assert fake.count("openai.text") == 1


def test_nothing_at_the_address_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_TEXT_MODEL", "m1")
    found = by_key(checks.service(config.fresh(), "openai"))["service.openai.text"]
    assert (found.verdict, "cannot be reached" in found.says.text()) == ("broken", True)


def test_a_slow_service_is_a_warning(monkeypatch: pytest.MonkeyPatch, fake: FakeServices) -> None:
    monkeypatch.setattr(checks, "_SLOW", -1.0)
    found = by_key(checks.service(settings_for(monkeypatch, fake, "gemini"), "gemini"))["service.gemini.text"]
    assert (found.verdict, "answers slowly" in found.says.text()) == ("warning", True)


def test_a_service_without_models_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    (found,) = checks.service(config.fresh(), "openai")
    assert found.verdict == "warning"
    assert "without any model" in found.says.text()


GONE = Raw(404, {"error": {"code": 404, "status": "NOT_FOUND", "message": "models/x is not found"}})
LISTED = Raw(200, {"object": "list", "data": [{"id": "local-text"}, {"id": "local-image"}]})
OTHERS = Raw(200, {"object": "list", "data": [{"id": "local-text"}, "nonsense"]})


@pytest.mark.parametrize(
    ("name", "answer", "verdict", "words"),
    [
        ("gemini", Raw(200, {"name": "models/x"}), "ok", "has gemini-nano-banana-2.1 for pictures"),
        ("gemini", GONE, "warning", "does not list gemini-nano-banana-2.1"),
        ("gemini", Raw(404, {"detail": "Not Found"}), "ok", "none was requested"),
        ("gemini", Raw(200, "<html>"), "ok", "none was requested"),
        ("openai", LISTED, "ok", "has local-image for pictures"),
        ("openai", OTHERS, "warning", "does not list local-image"),
        ("openai", Raw(403, {"error": "no"}), "ok", "none was requested"),
        ("openai", Raw(200, {"data": []}), "ok", "none was requested"),
    ],
)
def test_a_picture_model_is_looked_for_in_the_services_own_list(
    monkeypatch: pytest.MonkeyPatch, fake: FakeServices, name: Service, answer: Raw, verdict: str, words: str
) -> None:
    settings = settings_for(monkeypatch, fake, name)
    fake.script("unknown", answer)
    found = by_key(checks.service(settings, name))[f"service.{name}.image"]
    assert (found.verdict, words in found.says.text()) == (verdict, True), found.says.text()
    (request,) = fake.received("unknown")
    assert request.key == KEYS[name]
    assert request.path == {"gemini": "/gemini/v1beta/models/gemini-nano-banana-2.1", "openai": "/v1/models"}[name]
