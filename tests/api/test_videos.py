"""``/v1/videos`` where it is our own: what is refused, whose videos one gets, what deleting means."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from api.context import DeletedVideos
from tests.api.conftest import ANN, BOB, Api
from tests.pictures import gradient

VIDEOS = "/v1/videos"


def made(api: Api, **body: Any) -> str:
    answer = api.client(ANN).post(VIDEOS, json={"prompt": "A secret harbour.", **body})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_a_video_is_a_job_in_the_queue(api: Api) -> None:
    job = api.service.get(made(api, seconds=4, size="352x640", seed=7))
    assert (job.owner, job.state, job.mode, job.render.seed) == (ANN.name, "queued", "simple", 7)
    assert (job.render.num_frames, job.render.size, job.request.white_frame) == (97, "352x640", True)


def test_a_picture_is_the_first_frame(api: Api) -> None:
    files = {"input_reference": ("x.png", gradient(640, 352), "image/png")}
    answer = api.client(ANN).post(VIDEOS, data={"prompt": "A cat."}, files=files)
    job = api.service.get(answer.json()["id"])
    assert (job.request.white_frame, job.request.source_picture) == (False, "640x352")


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "x", "input_reference": "/etc/passwd"},
        {"prompt": "x", "input_reference": "http://127.0.0.1:1/x.png"},
        {"prompt": "x", "input_reference": {"image_url": "file:///etc/passwd"}},
        {"prompt": "x", "input_reference": {"file_id": "f"}, "n": 2},
        {"prompt": "x", "reference_url": "data:image/png;base64,AAAA"},
        {"prompt": "x", "reference_url": "data:image/png;base64,%%"},
        {"prompt": "x", "num_frames": 482},
        {"prompt": "x", "seed": 2**63},
        {"prompt": "x" * 8001},
        {"prompt": "\ud800"},
        {"prompt": "x", "extra_body": {"num_frames": "many"}},
        [],
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(api: Api, body: Any) -> None:
    headers = {"content-type": "application/json"}
    answer = api.client(ANN).post(VIDEOS, content=json.dumps(body), headers=headers)
    assert answer.status_code == 400, answer.text
    assert isinstance(answer.json()["detail"], str)
    assert api.service.library.count() == 0


def test_a_body_too_large_is_refused(api: Api) -> None:
    answer = api.client(ANN).post(VIDEOS, content=b" " * 2**20 * 60, headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_videos_of_others_are_not_there(api: Api) -> None:
    video, bob = made(api), api.client(BOB)
    assert bob.get(VIDEOS).json()["data"] == []
    assert bob.get(VIDEOS, params={"after": video}).json()["data"] == []
    for answer in (bob.get(f"{VIDEOS}/{video}"), bob.get(f"{VIDEOS}/{video}/content"), bob.delete(f"{VIDEOS}/{video}")):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Video not found"})
    assert api.service.get(video).state == "queued"


def test_deleting_what_waits_cancels_it(api: Api) -> None:
    video, ann = made(api), api.client(ANN)
    assert ann.delete(f"{VIDEOS}/{video}").json()["status"] == "deleted"
    assert ann.get(f"{VIDEOS}/{video}").status_code == 404
    assert api.service.known(video) is None


def test_pages_in_both_directions(api: Api) -> None:
    ids = [made(api) for _ in range(5)]
    ann = api.client(ANN)
    for order, wanted in (("asc", ids), ("desc", ids[::-1])):
        found: list[str] = []
        while True:
            page = ann.get(
                VIDEOS, params={"limit": 2, "order": order, **({"after": found[-1]} if found else {})}
            ).json()
            found += [one["id"] for one in page["data"]]
            if not page["has_more"]:
                break
        assert found == wanted


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_list_is_walked_to_its_end_by_whoever_deletes_what_it_has_seen(api: Api, is_restarted: bool) -> None:
    """The SDK asks for what comes after the last video of a page, which is gone by then."""
    ann, ids = api.client(ANN), [made(api) for _ in range(5)]
    for order in ("asc", "desc"):
        found, after = [], None
        while page := ann.get(
            VIDEOS, params={"limit": 2, "order": order, **({"after": after} if after else {})}
        ).json()["data"]:
            found += [one["id"] for one in page]
            for one in page:
                assert ann.delete(f"{VIDEOS}/{one['id']}").status_code == 200
            after = page[-1]["id"]
            if is_restarted:  # it is told by the video's id then
                api.context = replace(api.context, deleted=DeletedVideos())
        assert sorted(found) == sorted(ids)
        ids = [made(api) for _ in range(5)]
    assert ann.get(VIDEOS, params={"after": "20261399-000000-abcdef"}).json()["data"] == []


def test_an_end_without_a_video_has_a_reason(api: Api) -> None:
    video = made(api)
    api.service.cancel(video)
    told = api.client(ANN).get(f"{VIDEOS}/{video}").json()
    assert (told["status"], told["error"]) == ("failed", {"code": "cancelled", "message": "cancelled"})


def test_models_say_what_can_be_rendered(api: Api) -> None:
    ann = api.client(ANN)
    cards = ann.get(f"{VIDEOS}/models").json()["data"]
    assert [one["id"] for one in cards] == ["mova-360p", "mova-720p"]
    assert (cards[0]["sizes"], cards[0]["audio"], cards[0]["num_frames"]["default"]) == (
        ["640x352", "352x640"],
        True,
        5,
    )
    assert ann.get("/v1/models/mova-360p").json() == cards[0]
    assert ann.get("/v1/models/nope").status_code == 404
