"""Creating a job: what is answered, and what counts as a picture, a prompt and a name."""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any

import pytest

from tests.contract.contract_target import KEYS, ONE_FRAME, PROMPT, TINY, Target
from tests.pictures import gradient

pytestmark = pytest.mark.long

DATA_URL = "data:image/png;base64," + base64.b64encode(gradient(640, 352)).decode()


@pytest.mark.engine_only("ids and paths are its own")
def test_answer_has_every_key(server: Target) -> None:
    began = int(time.time())
    job = server.submit()
    assert job.keys() == KEYS
    assert str(uuid.UUID(job["id"])) == job["id"]
    assert (job["object"], job["status"], job["progress"]) == ("video", "queued", 0)
    assert began - 1 <= job["created_at"] <= time.time() + 1
    assert (job["seconds"], job["quality"]) == ("0", "standard")
    assert job["file_path"].endswith(f"/{job['id']}.mp4")
    filled = {"id", "object", "model", "status", "progress", "created_at", "size", "seconds", "quality", "file_path"}
    assert all(job[key] is None for key in KEYS - filled)


@pytest.mark.engine_only("no path of the machine is told")
def test_completed_job_has_every_key(server: Target) -> None:
    created = server.submit()
    job = server.wait(created["id"])
    assert job.keys() == KEYS
    assert (job["status"], job["progress"], job["num_outputs"]) == ("completed", 100, 1)
    assert (job["url"], job["urls"], job["error"]) == (None, [None], None)
    assert job["file_paths"] == [job["file_path"]] == [created["file_path"]]
    assert job["completed_at"] >= job["created_at"] == created["created_at"]
    assert job["inference_time_s"] > 0


@pytest.mark.engine_only("the settings have the defaults")
def test_size_seconds_and_model_have_defaults(server: Target) -> None:
    job = server.create(num_inference_steps=1).json()
    expected = "1280x720" if server.model == "mova-720p" else "640x352"
    name = server.get("/server_info").json()["served_model_name"]
    assert (job["size"], job["seconds"], job["model"]) == (expected, "4", name)
    assert server.wait(job["id"])["status"] == "completed"
    assert server.clip(job["id"]).frames == 97


@pytest.mark.parametrize("name", ["mova-360p#job-123", "任何名字", "any string at all"])
@pytest.mark.engine_only("the answer names the model that renders")
def test_model_is_echoed_in_every_answer(server: Target, name: str) -> None:
    job = server.submit(**ONE_FRAME, model=name)
    listed = server.get("/v1/videos", params={"limit": 100}).json()["data"]
    assert job["model"] == name
    assert server.job(job["id"])["model"] == name
    assert [each["model"] for each in listed if each["id"] == job["id"]] == [name]


@pytest.mark.parametrize("fields", [{"user": "me"}, {"nonsense": "1"}, {"adjust_frames": "false"}])
def test_unknown_fields_are_ignored(server: Target, fields: dict[str, str]) -> None:
    assert server.render(**ONE_FRAME, **fields)["status"] == "completed"


@pytest.mark.parametrize(
    "prompt",
    [
        "橘猫扑向毛线球。镜头缓缓推近 😀",
        pytest.param("  ", marks=pytest.mark.engine_only("an empty text is refused")),
        '{"json": true}',
        "a\nb\tc",
        "%s {x} \\ \"'",
    ],
)
def test_any_prompt_is_rendered(server: Target, prompt: str) -> None:
    assert server.render(**ONE_FRAME, prompt=prompt)["status"] == "completed"


@pytest.mark.parametrize(
    "named",
    [
        ("frame.txt", "text/plain"),
        ("frame", "application/octet-stream"),
        ("图片.png", "image/png"),
        ("../../frame.png", "image/png"),
        ("frame.png", None),
    ],
)
def test_a_readable_picture_is_taken_under_any_name(server: Target, named: tuple[str, str | None]) -> None:
    name, kind = named
    assert server.render((name, gradient(640, 352), kind), **ONE_FRAME)["status"] == "completed"


@pytest.mark.parametrize("size", [(64, 64), (352, 640), (1920, 200)])
@pytest.mark.engine_only("a strip is refused before it is sent")
def test_a_picture_of_any_aspect_is_taken(server: Target, size: tuple[int, int]) -> None:
    assert server.render(("frame.png", gradient(*size), "image/png"), **ONE_FRAME)["status"] == "completed"


def test_two_pictures_are_accepted(server: Target) -> None:
    parts: list[Any] = [(name, (None, str(value))) for name, value in {"prompt": PROMPT, **TINY}.items()]
    parts += [("input_reference", ("frame.png", gradient(640, 352), "image/png"))] * 2
    assert server.post(files=parts).status_code == 200


def test_picture_as_data_url(server: Target) -> None:
    assert server.render(None, **ONE_FRAME, reference_url=DATA_URL)["status"] == "completed"


@pytest.mark.parametrize("field", ["reference_url", "input_reference"])
def test_json_body_with_data_url(server: Target, field: str) -> None:
    response = server.post(json={"prompt": PROMPT, **TINY, field: DATA_URL})
    assert response.status_code == 200, response.text
    assert response.json().keys() == KEYS
    assert server.wait(response.json()["id"])["status"] == "completed"


def test_json_extra_body_lies_under_the_body(server: Target) -> None:
    extra = {"num_frames": 17, "size": "512x512"}
    body = {"prompt": PROMPT, "reference_url": DATA_URL, "size": "640x352", "num_inference_steps": 1}
    job = server.post(json={**body, "extra_body": extra}).json()
    assert (job["size"], job["seconds"]) == ("640x352", "1")


def test_form_extra_body_is_read(server: Target) -> None:
    job = server.create(extra_body='{"num_frames": 17, "fps": 8, "num_inference_steps": 1}').json()
    assert job["seconds"] == "2"


@pytest.mark.engine_only("each file carries its own provenance")
def test_a_better_output_quality_makes_a_larger_file(server: Target) -> None:
    words = ("low", "medium", "high", "maximum")
    files = {word: server.content(server.render(output_quality=word)["id"]) for word in (*words, "default")}
    assert sorted(words, key=lambda word: len(files[word])) == list(words)
    assert server.content(server.render()["id"]) == files["default"]


def test_negative_prompt_may_be_empty(server: Target) -> None:
    assert server.render(**ONE_FRAME, negative_prompt="")["status"] == "completed"
