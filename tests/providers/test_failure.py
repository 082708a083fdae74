"""Every way of failing becomes one of our errors, with the reason and without the key."""

from __future__ import annotations

import json
import socket
import traceback
from typing import Any

import pytest

from core import bounded_http, errors
from core.errors import ProviderError
from core.messages import Message
from tests.providers.asking import ROUTES, SERVICES, ask, ask_route, provider
from tests.providers.fake_services import KEYS, Drip, FakeServices, Raw, Scripted
from tests.providers.wire_formats import chat_answer, gemini_answer, z_image_answer

PAGE = "<html><head><title>Sign in</title><script>var x=1</script></head><body>Please <b>sign in</b>.</body></html>"


def gemini_error(status: int, name: str, message: str, *details: dict[str, Any]) -> Raw:
    return Raw(status, {"error": {"code": status, "message": message, "status": name, "details": list(details)}})


def openai_error(status: int, code: str | None, message: str, kind: str = "invalid_request_error") -> Raw:
    return Raw(status, {"error": {"message": message, "type": kind, "param": None, "code": code}})


def dashscope_error(status: int, code: str, message: str) -> Raw:
    return Raw(status, {"code": code, "message": message, "request_id": "r9"})


def without_text(ending: str, **more: Any) -> Raw:
    """Gemini's candidate with a reason and nothing else."""
    return Raw(200, {"candidates": [{"content": {}, "finishReason": ending, **more}]})


def blocked(reason: str) -> Raw:
    return Raw(200, {"promptFeedback": {"blockReason": reason}, "modelVersion": "m"})


NO_BILLING = "Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: gemini-nano-banana-2.1"
PER_DAY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}
REFUSED = chat_answer("m", "")
REFUSED["choices"][0]["message"] = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}

# route, the service's answer, our error, its reason or status, what its text says
CASES: list[tuple[str, Scripted, type[ProviderError], str, str]] = [
    ("gemini.text", blocked("PROHIBITED_CONTENT"), errors.PromptBlocked, "PROHIBITED_CONTENT", ""),
    ("gemini.image", blocked("OTHER"), errors.PromptBlocked, "OTHER", ""),
    ("gemini.text", Raw(200, {"candidates": []}), errors.ProviderAnswerUnclear, "", ""),
    ("gemini.text", without_text("STOP"), errors.NoTextReturned, "empty", ""),
    ("gemini.text", without_text("SAFETY", finishMessage="Too grim."), errors.PromptBlocked, "SAFETY", "Too grim."),
    ("gemini.text", without_text("SOMETHING_NEW"), errors.NoTextReturned, "SOMETHING_NEW", ""),
    ("gemini.text", Raw(200, gemini_answer("m", "A ca", "MAX_TOKENS")), errors.NoTextReturned, "MAX_TOKENS", ""),
    ("gemini.image", without_text("IMAGE_SAFETY"), errors.PromptBlocked, "IMAGE_SAFETY", ""),
    ("gemini.image", without_text("NO_IMAGE"), errors.NoImageReturned, "NO_IMAGE", ""),
    ("gemini.image", Raw(200, {"candidates": [{}]}), errors.NoImageReturned, "empty", ""),
    ("gemini.image", "I would rather talk.", errors.NoImageReturned, "text instead of a picture", "rather talk"),
    (
        "gemini.text",
        gemini_error(400, "INVALID_ARGUMENT", "Bad value"),
        errors.ProviderRefused,
        "INVALID_A",
        "Bad value",
    ),
    (
        "gemini.text",
        gemini_error(400, "INVALID_ARGUMENT", "API key not valid.", {"reason": "API_KEY_INVALID"}),
        errors.KeyRefused,
        "API_KEY_INVALID",
        "not valid",
    ),
    (
        "gemini.text",
        gemini_error(403, "PERMISSION_DENIED", "Not yours"),
        errors.AccessRefused,
        "PERMISSION_DENIED",
        "Not yours",
    ),
    (
        "gemini.text",
        gemini_error(404, "NOT_FOUND", "models/gemini-2.5-pro is not found for API version v1beta"),
        errors.ModelGone,
        "NOT_FOUND",
        "not found",
    ),
    ("gemini.image", gemini_error(429, "RESOURCE_EXHAUSTED", NO_BILLING), errors.QuotaExhausted, "", "limit: 0"),
    ("gemini.text", gemini_error(429, "RESOURCE_EXHAUSTED", "Slow down", PER_DAY), errors.QuotaExhausted, "", "Slow"),
    (
        "gemini.text",
        Raw(400, [{"error": {"code": 400, "message": "In a list"}}]),
        errors.ProviderRefused,
        "",
        "In a list",
    ),
    ("gemini.text", Raw(200, {"error": {"code": 7, "message": "No"}}), errors.ProviderRefused, "7", "No"),
    (
        "dashscope.text",
        dashscope_error(401, "InvalidApiKey", "Invalid"),
        errors.DashScopeKeyRefused,
        "InvalidApiKey",
        "Inv",
    ),
    (
        "dashscope.image",
        dashscope_error(401, "InvalidApiKey", "Invalid"),
        errors.DashScopeKeyRefused,
        "InvalidApiKey",
        "Inv",
    ),
    ("dashscope.text", dashscope_error(404, "ModelNotFound", "Gone"), errors.ModelGone, "ModelNotFound", "Gone"),
    ("dashscope.image", dashscope_error(404, "ModelNotFound", "Gone"), errors.ModelGone, "ModelNotFound", "Gone"),
    ("dashscope.image", dashscope_error(400, "InvalidParameter", "Model not exist."), errors.ModelGone, "", ""),
    ("dashscope.image", dashscope_error(403, "Model.AccessDenied", "No"), errors.ModelGone, "Model.AccessDenied", ""),
    ("dashscope.image", dashscope_error(400, "DataInspectionFailed", "Bad"), errors.PromptBlocked, "DataInsp", "Bad"),
    ("dashscope.text", dashscope_error(400, "DataInspectionFailed", "Bad"), errors.PromptBlocked, "DataInsp", "Bad"),
    ("dashscope.text", dashscope_error(400, "Arrearage", "Overdue"), errors.QuotaExhausted, "Arrearage", "Overdue"),
    ("dashscope.image", dashscope_error(403, "AllocationQuota.FreeTierOnly", ""), errors.QuotaExhausted, "Alloc", ""),
    ("dashscope.image", dashscope_error(400, "InvalidParameter", "size"), errors.ProviderRefused, "InvalidP", "size"),
    ("dashscope.image", dashscope_error(200, "DataInspectionFailed", "Bad"), errors.PromptBlocked, "DataInsp", "Bad"),
    ("dashscope.image", dashscope_error(200, "InvalidParameter", "size"), errors.ProviderRefused, "InvalidP", "size"),
    (
        "dashscope.text",
        dashscope_error(200, "InvalidApiKey", "Invalid"),
        errors.DashScopeKeyRefused,
        "InvalidApiKey",
        "Inv",
    ),
    ("dashscope.image", "I would rather talk.", errors.NoImageReturned, "text instead of a picture", "rather talk"),
    ("dashscope.image", Raw(200, z_image_answer("", "")), errors.NoImageReturned, "empty", ""),
    ("dashscope.image", Raw(200, {"output": {}}), errors.ProviderAnswerUnclear, "", ""),
    ("openai.text", openai_error(401, None, "Incorrect API key"), errors.KeyRefused, "", "Incorrect"),
    ("openai.text", Raw(402, {"error": "Insufficient credits"}), errors.QuotaExhausted, "", "credits"),
    ("openai.text", openai_error(429, "insufficient_quota", "Pay"), errors.QuotaExhausted, "insufficient_quota", "Pay"),
    ("openai.text", openai_error(404, None, 'model "x" not found, try pulling it first'), errors.ModelGone, "", "pull"),
    ("openai.text", Raw(404, {"detail": "Not Found"}), errors.ProviderAnswerUnclear, "", "Not Found"),
    ("openai.text", Raw(422, {"detail": [{"msg": "Field"}]}), errors.ProviderRefused, "status 422", "Field"),
    ("openai.text", openai_error(400, "content_policy_violation", "No"), errors.PromptBlocked, "content_policy", "No"),
    ("openai.text", openai_error(408, None, "Late"), errors.ProviderRefused, "", "Late"),
    ("openai.text", Raw(200, chat_answer("m", "", "content_filter")), errors.PromptBlocked, "content_filter", ""),
    ("openai.text", Raw(200, REFUSED), errors.PromptBlocked, "refusal", "I cannot help"),
    ("openai.text", Raw(200, chat_answer("m", "A ca", "length")), errors.NoTextReturned, "length", ""),
    ("openai.text", Raw(200, chat_answer("m", "")), errors.NoTextReturned, "empty", ""),
    (
        "openai.text",
        Raw(200, {"choices": None, "error": {"message": "Upstream", "code": 400}}),
        errors.ProviderRefused,
        "",
        "Up",
    ),
    (
        "openai.text",
        Raw(200, {"choices": None, "base_resp": {"status_code": 1004, "status_msg": "login fail"}}),
        errors.KeyRefused,
        "1004",
        "login fail",
    ),
    ("openai.text", Raw(200, {"hello": 1}), errors.ProviderAnswerUnclear, "", ""),
    ("openai.text", Raw(200, {"choices": ["x"]}), errors.ProviderAnswerUnclear, "", ""),
    ("openai.image", Raw(200, {"data": []}), errors.NoImageReturned, "empty", ""),
    ("openai.image", Raw(200, {"data": [{"b64_json": "@@@"}]}), errors.NoImageReturned, "base64", ""),
    ("openai.image", Raw(302, "", {"Location": "http://elsewhere.example"}), errors.ProviderAnswerUnclear, "", ""),
]


@pytest.mark.parametrize(("route", "answer", "kind", "reason", "said"), CASES)
def test_each_failure(
    fake: FakeServices, route: str, answer: Scripted, kind: type[ProviderError], reason: str, said: str
) -> None:
    fake.script(route, answer)
    with pytest.raises(ProviderError) as caught:
        ask_route(fake, route)
    problem = caught.value
    assert type(problem) is kind
    assert reason in str(Message("{reason}", {"reason": "", **problem.facts}))
    assert said in problem.raw
    assert (problem.facts["provider"], fake.received()[0].model) == (route.split(".")[0], problem.facts["model"])
    assert fake.count() == 1  # what would fail again is not asked again
    assert "{" not in str(problem)  # every fact of its sentence is there


@pytest.mark.parametrize("route", ROUTES)
def test_a_login_page_with_status_200(fake: FakeServices, route: str) -> None:
    fake.script(route, Raw(200, PAGE))
    with pytest.raises(errors.ProviderAnswerUnclear) as caught:
        ask_route(fake, route)
    assert caught.value.raw == "Sign in Please sign in ."
    assert fake.count() == 1


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "body", ["", "null", "[1]", '{"choices": "x", "candidates": [3], "data": 3, "output": {"choices": {}}}']
)
def test_json_of_another_shape(fake: FakeServices, route: str, body: str) -> None:
    fake.script(route, Raw(200, body, {"Content-Type": "application/json"}))
    with pytest.raises(errors.ProviderAnswerUnclear):
        ask_route(fake, route)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("status", [429, 500])
def test_a_busy_service_is_asked_again_and_then_answers(fake: FakeServices, route: str, status: int) -> None:
    fake.script(route, Raw(status, PAGE), lambda call: {"image": b"png"}.get(call.route.split(".")[1], "A cat."))
    assert ask_route(fake, route)
    assert fake.count(route) == 2


@pytest.mark.parametrize("route", ROUTES)
def test_a_service_that_stays_busy(fake: FakeServices, route: str, waits: list[float]) -> None:
    fake.script(route, Raw(503, {"error": {"message": "overloaded", "code": 503}}))
    with pytest.raises(errors.ProviderBusy) as caught:
        ask_route(fake, route)
    assert (caught.value.facts["status"], caught.value.raw) == (503, "overloaded")
    assert (fake.count(), len(waits)) == (3, 2)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("header", ["7", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_retry_after_is_honoured(fake: FakeServices, route: str, header: str, waits: list[float]) -> None:
    fake.script(route, Raw(429, {"error": {"message": "slow"}}, {"Retry-After": header}))
    with pytest.raises(errors.ProviderBusy):
        ask_route(fake, route, attempts=2)
    assert waits == ([7.0] if header == "7" else [])  # not before 2099, so not at all
    assert fake.count() == (2 if header == "7" else 1)


def test_geminis_own_retry_delay_is_honoured(fake: FakeServices, waits: list[float]) -> None:
    fake.script("gemini.text", gemini_error(429, "RESOURCE_EXHAUSTED", "Slow", {"retryDelay": "31s"}), "A cat.")
    ask_route(fake, "gemini.text")
    assert waits == [31.0]


def test_dashscope_says_quota_for_a_busy_minute_too(fake: FakeServices) -> None:
    fake.script("dashscope.text", openai_error(429, "insufficient_quota", "Allocated quota exceeded"), "A cat.")
    assert ask_route(fake, "dashscope.text")


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_there(fake: FakeServices, route: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    service, step = route.split(".")
    address = {"gemini": "gemini_api_url", "dashscope": "dashscope_base_url", "openai": "openai_base_url"}[service]
    nowhere: dict[str, Any] = {address: f"http://127.0.0.1:{port}"}
    with pytest.raises(errors.ProviderUnreachable) as caught:
        ask(provider(fake, service, **nowhere), step)
    assert "refused" in caught.value.raw


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("drip", [Drip(), Drip(in_head=True), Drip(pause=60)])
def test_a_drip_ends_at_the_time_limit(fake: FakeServices, route: str, drip: Drip) -> None:
    fake.script(route, drip)
    with pytest.raises(errors.ProviderTimeout) as caught:
        ask_route(fake, route, seconds=0.15, attempts=1)
    assert caught.value.facts["seconds"] == 0.15


@pytest.mark.parametrize("route", [route for route in ROUTES if route != "dashscope.image"])
def test_a_flood_is_cut_off(fake: FakeServices, route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("LARGEST_ANSWER", "LARGEST_TEXT"):
        monkeypatch.setattr(bounded_http, limit, 1000)
    fake.script(route, b"x" * 2000 if route.endswith("image") else "x" * 2000)
    with pytest.raises(errors.ProviderAnswerUnclear) as caught:
        ask_route(fake, route)
    assert (caught.value.raw, fake.count()) == ("more than 1000 bytes", 1)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_key_that_is_sent_back_is_never_shown(fake: FakeServices, route: str, status: int, as_json: bool) -> None:
    key = KEYS[route.split(".")[0]]
    body = {"error": {"code": f"bad-{key}", "message": f"No such key: {key}"}, "code": key, "message": key}
    fake.script(route, Raw(status, body if as_json else f"<p>You sent {key}</p>"))
    with pytest.raises(ProviderError) as caught:
        ask_route(fake, route, attempts=1)
    shown = json.dumps([str(caught.value), caught.value.next_step(), caught.value.raw, caught.value.facts])
    assert key not in shown
    assert key not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("service", SERVICES)
def test_a_long_message_is_shortened(fake: FakeServices, service: str) -> None:
    fake.script(f"{service}.text", Raw(400, {"error": {"message": "long " * 10_000}}))
    with pytest.raises(errors.ProviderRefused) as caught:
        ask_route(fake, f"{service}.text")
    assert 100 < len(caught.value.raw) <= 500
