"""Two keys of two owners do not cross: every address that names a job or a film is walked, also one added later."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import ANN, BOB, Api, app_of_all
from tests.pictures import gradient

PICTURE = "data:image/png;base64," + base64.b64encode(gradient(640, 352)).decode()
FILM = {"schema": 1, "id": "harbour", "title": "A secret harbour", "scenes": []}
# What is sent to each address that takes a body.
BODIES: dict[str, Any] = {
    "approve": {},
    "retry": {},
    "send-again": {},
    "decide": {"keep": True},
    "first-frame": {"picture": PICTURE},
    "takes": {"seeds": [3]},
    "choose": {"version": 1},
    "frames": {},
    "render": {},
    "{step}": {"text": "mine now"},
    "{job_id}": {"text": "mine now"},
    "{film_id}": FILM,
    "{webhook_id}": {"url": "https://hooks.example.org/mine"},
}
# Addresses that name nothing of anybody; what they give away is looked at below.
WITHOUT_AN_ID = {
    *("GET /health", "GET /api/health", "GET /api/v1/openapi.json"),
    *("GET /v1/videos", "POST /v1/videos", "GET /v1/videos/models", "GET /v1/models", "GET /v1/models/{model}"),
    *("GET /api/v1/jobs", "POST /api/v1/jobs", "POST /api/v1/estimates"),
    *("GET /api/v1/films", "POST /api/v1/films", "POST /api/v1/films/pictures"),
    *("GET /api/v1/webhooks", "POST /api/v1/webhooks"),
}
ANSWERS = {"Video not found", "unknown_job", "unknown_film", "unknown_webhook"}


def operations() -> list[str]:
    paths = app_of_all().openapi()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


def with_an_id() -> list[str]:
    return [one for one in operations() if re.search(r"\{(job|video|film|webhook)_id\}", one)]


def test_every_address_is_walked() -> None:
    assert set(operations()) - set(with_an_id()) == WITHOUT_AN_ID


@pytest.fixture
def anns(api: Api) -> dict[str, str]:
    return made_by_ann(api)


@pytest.fixture(scope="module")
def same_anns(same_api: Api) -> dict[str, str]:
    """For what must change nothing of it."""
    return made_by_ann(same_api)


def made_by_ann(api: Api) -> dict[str, str]:
    """A job, a film and a webhook of Ann's."""
    ann = api.client(ANN)
    job = ann.post("/api/v1/jobs", json={"text": "A secret harbour.", "picture": PICTURE}, params={"start": False})
    assert ann.post("/api/v1/films", json=FILM).status_code == 201
    hook = ann.post("/api/v1/webhooks", json={"url": "https://hooks.example.org/anns"}).json()
    return {
        "webhook_id": hook["id"],
        "message_id": "msg_none",
        "job_id": job.json()["id"],
        "video_id": job.json()["id"],
        "film_id": "harbour",
    }


def asked(client: TestClient, operation: str, ids: dict[str, str]) -> Any:
    method, path = operation.split(" ", 1)
    values = {**ids, "step": "image_prompt", "name": "original-1.png"}
    address = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)
    body = BODIES.get(path.rsplit("/", 1)[1]) if method in ("POST", "PUT", "PATCH") else None
    return client.request(method, address, json=body, headers={"If-Match": "*"})


def _without(ids: dict[str, str], text: str) -> str:
    for one in ids.values():
        text = text.replace(one, "…")
    return text


@pytest.mark.parametrize("operation", with_an_id())
def test_what_is_somebody_elses_is_not_there(same_api: Api, same_anns: dict[str, str], operation: str) -> None:
    api, anns = same_api, same_anns
    before = (
        api.service.get(anns["job_id"]),
        api.service.steps.of(anns["job_id"]),
        api.service.of(ANN).films.all(),
    )
    bob = api.client(BOB)
    answer = asked(bob, operation, anns)
    assert answer.status_code == 404, answer.text
    assert answer.json().get("code", answer.json().get("detail")) in ANSWERS
    absent = {"job_id": "20260101-000000-aaaaaa", "video_id": "20260101-000000-aaaaaa", "film_id": "absent"}
    absent |= {"webhook_id": "absent", "message_id": "msg_none"}
    other = asked(bob, operation, absent)
    if "{film_id}" not in operation or not operation.startswith("PUT"):
        assert _without(absent, other.text) == _without(anns, answer.text)
    after = (
        api.service.get(anns["job_id"]),
        api.service.steps.of(anns["job_id"]),
        api.service.of(ANN).films.all(),
    )
    assert after == before


@pytest.mark.parametrize("operation", with_an_id())
def test_its_owner_gets_at_it(api: Api, anns: dict[str, str], operation: str) -> None:
    """The walk would pass where every address refused everybody."""
    answer = asked(api.client(ANN), operation, anns)
    told = answer.json() if answer.content and "json" in answer.headers["content-type"] else {}
    assert answer.status_code < 500
    assert not {told.get("code"), told.get("detail")} & ANSWERS, answer.text


def test_lists_give_nothing_of_others_away(api: Api, anns: dict[str, str]) -> None:
    bob = api.client(BOB)
    for path in (
        "/v1/videos",
        "/api/v1/jobs",
        "/api/v1/films",
        "/api/v1/jobs?text=secret",
        "/v1/videos/models",
        "/api/v1/webhooks",
    ):
        told = bob.get(path).text
        assert "secret" not in told, path
        assert anns["job_id"] not in told
        assert ANN.name not in told


def test_an_idempotency_key_is_its_owners(api: Api) -> None:
    key = {"Idempotency-Key": "same"}
    body = {"mode": "simple", "text": "A cat."}
    first = api.client(ANN).post("/api/v1/jobs", json=body, headers=key).json()["id"]
    assert api.client(BOB).post("/api/v1/jobs", json=body, headers=key).json()["id"] != first


def test_a_job_of_somebody_else_is_not_gone_on_from(api: Api, anns: dict[str, str]) -> None:
    answer = api.client(BOB).post("/api/v1/jobs", json={"text": "x", "extends": anns["job_id"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_job")
