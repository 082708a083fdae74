"""Webhooks over the API: made, changed, tried out and removed by their person's keys alone."""

from __future__ import annotations

import pytest

from jobs.model.webhooks import EVENTS
from tests.api.conftest import ANN, BOB, Api

URL = "https://receiver.example/hook"
AT = "/api/v1/webhooks"


def test_a_webhook_s_life(api: Api) -> None:
    ann = api.client(ANN)
    made = ann.post(AT, json={"url": URL, "events": ["job.completed"]})
    assert made.status_code == 201
    one, secret = made.json()["id"], made.json()["secret"]
    assert secret.startswith("whsec_")
    assert secret not in ann.get(AT).text + ann.get(f"{AT}/{one}").text
    changed = ann.put(f"{AT}/{one}", json={"url": f"{URL}/2"}).json()
    assert (changed["url"], changed["events"]) == (f"{URL}/2", list(EVENTS))
    assert ann.post(f"{AT}/{one}/secret").json()["secret"] != secret
    assert ann.get(f"{AT}/{one}").json()["earlier_secret_until"]
    assert ann.delete(f"{AT}/{one}/earlier-secret").json()["earlier_secret_until"] is None
    assert ann.post(f"{AT}/{one}/pause").json()["stopped"] == "paused"
    assert ann.post(f"{AT}/{one}/resume").json()["stopped"] is None
    test = ann.post(f"{AT}/{one}/test")
    assert test.status_code == 202
    (delivery,) = ann.get(f"{AT}/{one}/deliveries").json()["data"]
    assert (delivery["id"], delivery["event"], delivery["state"]) == (test.json()["id"], "webhook.test", "waiting")
    assert ann.get(f"{AT}/{one}/deliveries", params={"before": delivery["number"]}).json() == {"data": []}
    assert ann.post(f"{AT}/{one}/deliveries/{delivery['id']}/send-again").json()["sent"] is False
    unknown = ann.post(f"{AT}/{one}/deliveries/msg_none/send-again")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_message")
    assert ann.delete(f"{AT}/{one}").status_code == 204
    assert ann.get(AT).json() == {"data": []}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"url": "http://127.0.0.1/"}, "bad_webhook"),
        ({"url": URL, "events": []}, "bad_webhook"),
        ({"url": URL, "events": ["job.started"]}, "input_error"),
        ({}, "input_error"),
    ],
)
def test_what_cannot_be_used_is_a_problem(api: Api, given: dict[str, object], code: str) -> None:
    answer = api.client(ANN).post(AT, json=given)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_so_many_at_most(api: Api) -> None:
    ann = api.client(ANN)
    statuses = [ann.post(AT, json={"url": URL}).status_code for _ in range(11)]
    assert statuses == [201] * 10 + [409]


def test_a_webhook_of_somebody_else_is_not_there(api: Api) -> None:
    one = api.client(ANN).post(AT, json={"url": URL}).json()["id"]
    bob = api.client(BOB)
    asked = [
        bob.get(f"{AT}/{one}"),
        bob.put(f"{AT}/{one}", json={"url": URL}),
        bob.delete(f"{AT}/{one}"),
        bob.get(f"{AT}/{one}/deliveries"),
        bob.delete(f"{AT}/{one}/earlier-secret"),
        bob.post(f"{AT}/{one}/deliveries/msg_1/send-again"),
        *(bob.post(f"{AT}/{one}/{act}") for act in ("secret", "pause", "resume", "test")),
    ]
    assert {(one.status_code, one.json()["code"]) for one in asked} == {(404, "unknown_webhook")}


def test_a_key_that_only_looks_changes_nothing(api: Api) -> None:
    one = api.client(ANN).post(AT, json={"url": URL}).json()["id"]
    looks = api.client(ANN, "read")
    assert looks.get(f"{AT}/{one}").status_code == 200
    refused = [looks.post(AT, json={"url": URL}), looks.delete(f"{AT}/{one}"), looks.post(f"{AT}/{one}/secret")]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "scope_missing")}
