"""The life of a job: the line, its progress, its content, its end."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.contract.contract_target import KEYS, ONE_FRAME, Fields, Target
from tests.pictures import gradient

LONG = {"num_frames": 9, "num_inference_steps": 20}
RUNNING = {"detail": "Generation is still in-progress"}
UNKNOWN = {"detail": "Video not found"}


def listed_states(server: Target, ids: list[str]) -> tuple[str, ...]:
    """The states of jobs at one moment, in the order of ``ids``."""
    jobs = server.get("/v1/videos", params={"limit": 100}).json()["data"]
    states = {job["id"]: job["status"] for job in jobs}
    return tuple(states[job_id] for job_id in ids)


@pytest.mark.engine_only("a step may pass between two looks of ours")
def test_progress_never_falls_and_is_100_only_with_the_file(server: Target) -> None:
    seen = list(server.followed(server.submit(**LONG)["id"]))
    progress = [job["progress"] for job in seen]
    order = ["queued", "in_progress", "completed"]
    assert progress == sorted(progress)
    assert [order.index(job["status"]) for job in seen] == sorted(order.index(job["status"]) for job in seen)
    assert all((job["progress"] == 100) == (job["status"] == "completed") for job in seen)
    assert any(0 < job["progress"] < 99 for job in seen), "no step was ever seen"
    # whole steps only: 20 of them
    assert all(job["progress"] % 5 == 0 or job["progress"] == 99 for job in seen)


@pytest.mark.engine_only("the queue sends ahead")
def test_one_job_at_a_time_first_come_first_served(server: Target) -> None:
    ids = [server.submit(**LONG)["id"], server.submit()["id"], server.submit()["id"]]
    seen = set()
    while (states := listed_states(server, ids))[-1] != "completed":
        seen.add(states)
        time.sleep(0.02)
    assert any(states[-1] == "queued" for states in seen)  # on a busy machine the first may be over by then
    ranks = {"queued": 0, "in_progress": 1, "completed": 2}
    for states in seen:
        # Two may be in progress: SGLang starts the next one while the file of the one before is still written.
        assert [ranks[state] for state in states] == sorted((ranks[state] for state in states), reverse=True), states


def test_a_waiting_and_a_running_job_have_no_content(server: Target) -> None:
    running, waiting = server.submit(**LONG)["id"], server.submit()["id"]
    for job_id in (running, waiting):
        response = server.get(f"/v1/videos/{job_id}/content")
        assert (response.status_code, response.json()) == (404, RUNNING)
    assert server.job(waiting)["progress"] == 0
    server.wait(waiting)


@pytest.fixture(scope="module")
def completed(server: Target) -> Fields:
    return server.render()


def test_content_is_sent_as_a_file(server: Target, completed: Fields) -> None:
    response = server.get(f"/v1/videos/{completed['id']}/content")
    assert response.status_code == 200
    assert response.headers["content-type"] == "video/mp4"
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-disposition"] == f'attachment; filename="{completed["id"]}.mp4"'
    assert int(response.headers["content-length"]) == len(response.content)
    assert response.headers["etag"]
    assert response.content[4:8] == b"ftyp"


def test_content_in_parts(server: Target, completed: Fields) -> None:
    path = f"/v1/videos/{completed['id']}/content"
    whole = server.get(path).content
    first = server.get(path, headers={"range": "bytes=0-99"})
    rest = server.get(path, headers={"range": "bytes=100-"})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.headers["content-range"] == f"bytes 0-99/{len(whole)}"
    assert first.content + rest.content == whole
    assert server.get(path, headers={"range": "bytes=99999999-"}).status_code == 416


@pytest.mark.engine_only("HEAD is answered as GET is, without the file")
def test_content_is_not_for_head(server: Target, completed: Fields) -> None:
    assert (
        requests.head(
            f"{server.base_url}/v1/videos/{completed['id']}/content", timeout=30, headers=server.headers
        ).status_code
        == 405
    )


@pytest.mark.parametrize("variant", ["0", "00"])
def test_the_first_variant_is_the_video(server: Target, completed: Fields, variant: str) -> None:
    path = f"/v1/videos/{completed['id']}/content"
    assert server.get(path, params={"variant": variant}).content == server.get(path).content


@pytest.mark.parametrize("variant", ["1", "-1", "", "video", "thumbnail"])
@pytest.mark.engine_only("OpenAI has a thumbnail, too")
def test_there_is_no_other_variant(server: Target, completed: Fields, variant: str) -> None:
    response = server.get(f"/v1/videos/{completed['id']}/content?variant={variant}")
    assert (response.status_code, response.json()) == (404, {"detail": f"Video variant {variant} not found"})


@pytest.mark.parametrize("bad", [b"", b"this is no picture", gradient(640, 352)[:60]])
@pytest.mark.engine_only("it is refused before it is sent")
def test_a_bad_picture_fails_its_job_only(server: Target, bad: bytes) -> None:
    job = server.wait(server.submit(("frame.png", bad, "image/png"))["id"])
    assert job.keys() == KEYS
    assert job["status"] == "failed"
    assert job["error"].keys() == {"message"}
    prefix = f"Model generation failed. Error from scheduler: Error executing request {job['id']}: "
    assert job["error"]["message"].startswith(prefix)
    assert job["progress"] < 100
    assert [job[key] for key in ("file_path", "file_paths", "url", "urls", "num_outputs", "completed_at")] == [None] * 6
    response = server.get(f"/v1/videos/{job['id']}/content")
    assert (response.status_code, response.json()) == (404, {"detail": "Video variant None not found"})
    assert server.render(**ONE_FRAME)["status"] == "completed"


@pytest.mark.engine_only("it is refused before it is sent")
def test_what_is_no_picture_is_called_so(server: Target) -> None:
    job = server.wait(server.submit(("frame.png", b"no picture", "image/png"))["id"])
    assert "cannot identify image file" in job["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"n": 2}, "Sizes of tensors must match except in dimension 1"),
        ({"seed": 2**64}, "Overflow when unpacking long long"),
        ({"output_compression": 200}, "video quality must be between 1 and 10"),
        ({"size": "1x10000"}, "Input and output sizes should be greater than 0"),
    ],
)
@pytest.mark.engine_only("it is refused before it is sent")
def test_what_only_the_pipeline_finds_fails_the_job(server: Target, fields: dict[str, Any], reason: str) -> None:
    job = server.wait(server.submit(**fields)["id"])
    assert job["status"] == "failed"
    assert reason in job["error"]["message"]


@pytest.mark.parametrize("n", [0, -3, 1])
def test_n_below_one_is_one(server: Target, n: int) -> None:
    assert server.render(**ONE_FRAME, n=n)["num_outputs"] == 1


def test_delete_forgets_a_completed_job(server: Target) -> None:
    job = server.render(**ONE_FRAME)
    deleted = server.delete(job["id"])
    assert deleted.status_code == 200
    assert deleted.json() == {**job, "status": "deleted"}
    for response in (server.get(f"/v1/videos/{job['id']}"), server.delete(job["id"])):
        assert (response.status_code, response.json()) == (404, UNKNOWN)


@pytest.mark.engine_only("what waits here is cancelled in truth")
def test_delete_does_not_stop_a_running_job(server: Target) -> None:
    running, waiting = server.submit(**LONG)["id"], server.submit(**ONE_FRAME)["id"]
    while server.job(running)["status"] == "queued":
        time.sleep(0.01)
    assert server.delete(running).json()["status"] == "deleted"
    assert server.get(f"/v1/videos/{running}").status_code == 404
    assert server.job(waiting)["status"] == "queued"
    assert server.wait(waiting)["status"] == "completed"


@pytest.mark.parametrize("path", ["", "/content"])
def test_unknown_job(server: Target, path: str) -> None:
    response = server.get(f"/v1/videos/no-such-job{path}")
    assert (response.status_code, response.json()) == (404, UNKNOWN)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_other_methods_are_not_allowed(server: Target, method: str) -> None:
    response = requests.request(method, f"{server.base_url}/v1/videos/x", timeout=30)
    assert (response.status_code, response.json()) == (405, {"detail": "Method Not Allowed"})
