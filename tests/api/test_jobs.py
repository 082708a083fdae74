"""``/api/v1/jobs``: both modes, gates, versions, what cancelling means, repeated requests, changes of two at once."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.job_bodies import OrderBody
from jobs.model.records import StepRecord
from tests.api.conftest import ANN, Api
from tests.pictures import gradient

JOBS = "/api/v1/jobs"
PICTURE = "data:image/png;base64," + base64.b64encode(gradient(640, 352)).decode()
SIMPLE = {"mode": "simple", "text": "A secret harbour."}


def made(client: TestClient, body: dict[str, Any] = SIMPLE, **query: Any) -> dict[str, Any]:
    answer = client.post(JOBS, json=body, params=query)
    assert answer.status_code == 201, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"] == job["url"] == f"{JOBS}/{job['id']}"
    return job


def waiting(api: Api, client: TestClient) -> str:
    """A job of Full Workflow that waits before its render, with a written description."""
    job_id = str(made(client, {"text": "A harbour.", "picture": PICTURE}, start=False)["id"])
    for step in ("visual_elements", "video_description"):
        done = StepRecord(
            job_id=job_id, step=step, state="done", provider="user", model="", output="Boats.", chosen=True
        )
        api.service._store.steps.save(done)
    return job_id


def test_a_job_of_each_mode(api: Api) -> None:
    ann = api.client(ANN)
    simple = made(ann, {**SIMPLE, "seed": 7, "orientation": "portrait", "name": "mine"})
    assert (simple["state"], simple["mode"], simple["name"]) == ("queued", "simple", "mine")
    assert (simple["render"]["size"], simple["render"]["seed"]) == ("352x640", 7)
    assert simple["place"] == {"position": 1, "of": 1}
    full = made(ann, {"text": "A harbour.", "picture": PICTURE, "until": "video_description"})
    assert (full["state"], full["mode"], full["until"]) == ("preparing", "full", "video_description")
    draft = made(ann, start=False)
    assert draft["state"] == "draft"
    assert "approve" in draft["acts"]
    assert [one["id"] for one in ann.get(JOBS).json()["jobs"]] == [draft["id"], full["id"], simple["id"]]


def test_what_cannot_be_is_a_problem_with_a_code(api: Api) -> None:
    ann = api.client(ANN)
    cases = [
        ({"text": " "}, 422, "empty_text"),
        ({"text": "x", "num_frames": 3}, 422, "number_out_of_range"),
        ({"text": "x", "server": "http://127.0.0.1:1"}, 422, "unknown_server"),
        ({"text": "x", "extends": "20260101-000000-aaaaaa"}, 404, "unknown_job"),
        ({"text": "x", "nonsense": 1}, 422, "input_error"),
        ({"text": "x", "picture": "data:image/png;base64,AAAA"}, 422, "not_a_picture"),
        ({"text": "x", "picture": "/etc/passwd"}, 422, "not_a_picture"),
    ]
    for body, status, code in cases:
        answer = ann.post(JOBS, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert api.service.library.count() == 0
    told = ann.post(JOBS, json={"text": ""}, headers={"Accept-Language": "zh"}).json()
    assert told["title"] == "描述为空。"


def test_an_estimate_makes_nothing(api: Api) -> None:
    answer = api.client(ANN, "read").post("/api/v1/estimates", json={"text": "A harbour."})
    told = answer.json()
    assert answer.status_code == 200, told
    assert told["steps"][0]["step"] == "image_prompt"
    assert (told["next_act"], told["next_step"]) == ("make_step", "image_prompt")
    assert api.service.library.count() == 0


def test_the_same_request_once_more_is_the_same_job(api: Api) -> None:
    ann, key = api.client(ANN), {"Idempotency-Key": "order-1"}
    first = ann.post(JOBS, json=SIMPLE, headers=key).json()
    assert ann.post(JOBS, json=SIMPLE, headers=key).json()["id"] == first["id"]
    refused = ann.post(JOBS, json={**SIMPLE, "seed": 7}, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "request_differs")
    assert api.service.library.count() == 1
    assert ann.post(f"{JOBS}/{first['id']}/cancel").status_code == 200
    assert ann.delete(f"{JOBS}/{first['id']}").is_success
    gone = ann.post(JOBS, json=SIMPLE, headers=key)
    assert (gone.status_code, gone.json()["code"]) == (410, "request_gone")
    assert api.service.library.count() == 0


def test_a_request_is_recognized_by_a_version_with_other_fields_in_another_order() -> None:
    """An Idempotency-Key would otherwise answer 409 to the retry of a program whose server was upgraded meanwhile."""
    told = OrderBody.model_validate({"text": "Sea.", "mode": "simple", "captions": False}).told
    assert told == '{"mode": "simple", "text": "Sea."}'
    told = OrderBody.model_validate({"text": "A.", "draft": True, "seed": 7}).told
    assert told == '{"draft": true, "seed": 7, "text": "A."}'


def test_a_step_is_edited_made_again_and_chosen(api: Api) -> None:
    ann = api.client(ANN)
    job_id = waiting(api, ann)
    step = f"{JOBS}/{job_id}/steps/video_description"
    tag = ann.get(f"{JOBS}/{job_id}").headers["etag"]
    edited = ann.put(step, json={"text": "Boats at dawn."}, headers={"If-Match": tag})
    assert (edited.status_code, edited.json()["output"], edited.json()["edited"]) == (200, "Boats at dawn.", True)
    late = ann.put(step, json={"text": "Boats at night."}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "plan_changed")
    assert ann.post(f"{step}/choose", json={"version": 1}).status_code == 200
    versions = ann.get(f"{JOBS}/{job_id}/steps").json()["steps"]
    chosen = [
        (one["version"], one["output"]) for one in versions if one["step"] == "video_description" and one["chosen"]
    ]
    assert chosen == [(1, "Boats.")]
    refused = ann.post(f"{step}/choose", json={"version": 9})
    assert (refused.status_code, refused.json()["code"]) == (409, "act_refused")
    assert ann.post(f"{step}/regenerate").json()["job"]["state"] == "preparing"
    assert api.client(ANN, "read", "create").post(f"{step}/regenerate").status_code == 403


def test_what_was_expected_is_what_happens(api: Api) -> None:
    ann = api.client(ANN)
    job_id = made(ann, {"text": "A harbour.", "picture": PICTURE}, start=False)["id"]
    refused = ann.post(f"{JOBS}/{job_id}/approve", json={"expected": "render"})
    assert (refused.status_code, refused.json()["code"]) == (412, "plan_changed")
    assert ann.post(f"{JOBS}/{job_id}/approve", json={}).json()["job"]["state"] == "preparing"
    again = ann.post(f"{JOBS}/{job_id}/approve", json={})
    assert (again.status_code, again.json()["code"]) == (409, "act_refused")


def test_cancelling_says_what_it_means(api: Api) -> None:
    ann = api.client(ANN)
    free, sent = made(ann)["id"], made(ann)["id"]
    told = ann.post(f"{JOBS}/{free}/cancel").json()
    assert (told["job"]["state"], "nothing had been sent" in told["done"]) == ("cancelled", True)
    store = api.service._store
    assert store.jobs.move_to(sent, "submitted", only_from=frozenset(("queued",)), server="mova-360p")
    told = ann.post(f"{JOBS}/{sent}/cancel").json()
    assert (told["job"]["state"], "Its GPU goes on" in told["done"]) == ("abandoned", True)
    assert ann.post(f"{JOBS}/{sent}/cancel").status_code == 409
    assert ann.post(f"{JOBS}/{free}/retry", json={}).json()["job"]["state"] == "queued"


def test_hold_reword_favourite_delete(api: Api) -> None:
    ann = api.client(ANN)
    job_id = made(ann)["id"]
    assert ann.delete(f"{JOBS}/{job_id}").json()["code"] == "act_refused"
    assert ann.post(f"{JOBS}/{job_id}/hold").json()["job"]["state"] == "waiting"
    changed = ann.patch(f"{JOBS}/{job_id}", json={"text": "A new harbour.", "favourite": True}).json()
    assert (changed["text"], changed["favourite"]) == ("A new harbour.", True)
    found = ann.get(JOBS, params={"text": "new harbour", "favourite": True}).json()["jobs"]
    assert [one["id"] for one in found] == [job_id]
    assert ann.get(JOBS, params={"text": "nowhere"}).json()["jobs"] == []
    assert ann.delete(f"{JOBS}/{job_id}").status_code == 204
    assert ann.get(f"{JOBS}/{job_id}").json()["code"] == "unknown_job"


def test_pages_by_cursor(api: Api) -> None:
    ann = api.client(ANN)
    ids = [made(ann)["id"] for _ in range(5)]
    found, cursor = [], None
    while True:
        page = ann.get(JOBS, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += [one["id"] for one in page["jobs"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == ids[::-1]


def test_files_and_the_first_frame(api: Api) -> None:
    ann = api.client(ANN)
    job_id = made(ann, {"text": "A harbour.", "picture": PICTURE}, start=False)["id"]
    changed = ann.put(f"{JOBS}/{job_id}/first-frame", json={"picture": PICTURE})
    assert changed.status_code == 200, changed.text
    files = ann.get(f"{JOBS}/{job_id}/files").json()["files"]
    sent = ann.get(files[0]["url"])
    assert (sent.status_code, len(sent.content)) == (200, files[0]["bytes"])
    for name in ("..%2F..%2Fjobs.db", "job.json", "nope"):
        assert ann.get(f"{JOBS}/{job_id}/files/{name}").status_code == 404
    for document in (ann.get(f"{JOBS}/{job_id}"), ann.get(f"{JOBS}/{job_id}/steps"), ann.get(f"{JOBS}/{job_id}/files")):
        assert str(api.context.settings.output_dir) not in document.text


def test_takes_with_other_seeds(api: Api) -> None:
    ann = api.client(ANN)
    job_id = made(ann)["id"]
    more = ann.post(f"{JOBS}/{job_id}/takes", json={"seeds": [3, 0]})
    assert (more.status_code, [one["state"] for one in more.json()["jobs"]]) == (201, ["queued"] * 2)
    assert more.json()["jobs"][0]["render"]["seed"] == 3
    assert len(ann.get(f"{JOBS}/{job_id}/takes").json()["jobs"]) == 3


def test_events_until_it_waits(api: Api) -> None:
    ann = api.client(ANN)
    job_id = made(ann, start=False)["id"]
    with ann.stream("GET", f"{JOBS}/{job_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line]
    assert "event: draft" in lines
    (data,) = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    assert json.loads(data)["id"] == job_id
    assert ann.get(f"{JOBS}/nope/events").json()["code"] == "unknown_job"


def test_a_body_that_is_no_text_is_refused_as_described(api: Api) -> None:
    answer = api.client(ANN).post(JOBS, content=b"A\x1d\xff", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    documented = api.client(ANN).get("/api/v1/openapi.json").json()["paths"][JOBS]["post"]["responses"]
    assert {"400", "413"} <= documented.keys()


@pytest.mark.parametrize("header", ["", '"nonsense"', 'W/"x", "y"'])
def test_another_version_is_refused(api: Api, header: str) -> None:
    ann = api.client(ANN)
    job_id = made(ann)["id"]
    assert ann.post(f"{JOBS}/{job_id}/hold", headers={"If-Match": header}).status_code == 412
    assert ann.post(f"{JOBS}/{job_id}/hold", headers={"If-Match": "*"}).status_code == 200
