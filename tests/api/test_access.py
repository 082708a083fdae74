"""Who is answered: with a key what its scopes allow, without one nothing but health."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from api.context import FailedTries
from core.errors import TooManyTries
from tests.api.conftest import ANN, BOB, Api

VIDEOS = "/v1/videos"


def opened(api: Api) -> None:
    vars(api.context.settings)["api_open"] = True


def test_without_a_key_health_alone_is_answered(api: Api) -> None:
    nobody = api.client(None)
    for path in ("/health", "/api/health"):
        assert nobody.get(path).json() == {"status": "ok"}
    for path in (VIDEOS, f"{VIDEOS}/x", f"{VIDEOS}/models", "/v1/models", "/api/v1/openapi.json"):
        refused = nobody.get(path)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer"), path


def test_the_words_are_in_the_language_asked_for(api: Api) -> None:
    nobody = api.client(None)
    refused = nobody.get("/api/v1/openapi.json", headers={"Accept-Language": "fr, en;q=0.1, zh-CN;q=0.8"})
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["content-language"] == "zh-CN"
    told = refused.json()
    assert (told["status"], told["code"], told["title"]) == (401, "api_key_missing", "访问此地址需要密钥。")
    told = nobody.get("/api/v1/openapi.json", headers={"Accept-Language": "q=x;;, *"}).json()
    assert told["title"] == "This address answers with a key only."


def test_a_key_may_what_its_scopes_say(api: Api) -> None:
    reader = api.client(ANN, "read")
    assert reader.get(VIDEOS).status_code == 200
    refused = reader.post(VIDEOS, json={"prompt": "A cat."})
    assert (refused.status_code, "create" in refused.json()["detail"]) == (403, True)
    refused = api.client(ANN, "create").post(VIDEOS, json={"prompt": "A cat."})
    assert (refused.status_code, "spend" in refused.json()["detail"]) == (403, True)
    assert api.client(ANN, "create").get(VIDEOS).status_code == 403


def test_a_revoked_key_opens_nothing(api: Api) -> None:
    client = api.client(ANN)
    assert client.get(VIDEOS).status_code == 200
    (key,) = api.service.of(ANN).api_keys.all()
    api.service.api_keys.revoke(key.id)
    assert client.get(VIDEOS).status_code == 401


def test_wrong_tries_are_slowed_down_and_right_ones_are_not(api: Api) -> None:
    nobody, ann = api.client(None), api.client(ANN)
    wrong = {"Authorization": "Bearer mova_000000000000_guess"}
    assert {nobody.get(VIDEOS, headers=wrong).status_code for _ in range(10)} == {401}
    refused = nobody.get(VIDEOS, headers=wrong)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert ann.get(VIDEOS).status_code == 200
    assert api.client(None, address="192.0.2.7").get(VIDEOS, headers=wrong).status_code == 401


def test_after_a_minute_tries_are_free_again() -> None:
    now = [0.0]
    tries = FailedTries(lambda: now[0])
    for _ in range(10):
        tries.check("a", None)
        tries.count("a", None)
    with pytest.raises(TooManyTries):
        tries.check("a", None)
    now[0] = 61.0
    tries.check("a", None)


def test_a_key_is_in_no_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = api.client(ANN)
    client.get(VIDEOS)
    client.post(VIDEOS, content=b"{", headers={"content-type": "application/json"})
    key = client.headers["Authorization"].removeprefix("Bearer ")
    assert key.split("_", 2)[2] not in caplog.text


def test_open_it_answers_this_machine_without_a_key(api: Api) -> None:
    opened(api)
    assert api.client(None).get(VIDEOS).status_code == 200
    assert api.client(None).get(VIDEOS, headers={"Origin": "http://127.0.0.1:8600"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "192.0.2.7"},
        {"Forwarded": "for=192.0.2.7"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example:8600"},
    ],
)
def test_open_it_answers_no_proxy_and_no_page_of_elsewhere(api: Api, headers: dict[str, str]) -> None:
    opened(api)
    assert api.client(None).get(VIDEOS, headers=headers).status_code == 401


def test_open_is_closed_for_other_machines_and_where_people_log_in(api: Api) -> None:
    opened(api)
    assert api.client(None, address="192.0.2.7").get(VIDEOS).status_code == 401
    closed = replace(api, context=replace(api.context, is_closed=lambda: True))
    assert closed.client(None).get(VIDEOS).status_code == 401


def test_quotas_count_as_for_people(api: Api) -> None:
    vars(api.context.settings)["quota_jobs_waiting"] = 1
    ann = api.client(ANN)
    assert ann.post(VIDEOS, json={"prompt": "A cat."}).status_code == 200
    refused = ann.post(VIDEOS, json={"prompt": "A cat."})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert api.client(BOB).post(VIDEOS, json={"prompt": "A cat."}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("POST", "/api/v1/jobs", 422, "请求与接口说明不符。"),
        ("GET", "/api/v1/nothing", 404, "此地址没有内容。"),
        ("PATCH", "/api/v1/jobs", 405, "此地址不支持该请求方法。"),
    ],
)
def test_what_the_framework_refuses_is_said_in_the_language_asked_for(
    api: Api, method: str, path: str, status: int, title: str
) -> None:
    answer = api.client(ANN).request(method, path, json={"nonsense": 1}, headers={"Accept-Language": "zh-CN"})
    assert (answer.status_code, answer.json()["title"]) == (status, title)
    assert answer.headers["content-language"] == "zh-CN"
