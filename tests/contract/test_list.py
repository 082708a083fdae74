"""Listing jobs: pages, order, limits."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest

from tests.contract.contract_target import KEYS, ONE_FRAME, Fields, Target

EMPTY: Fields = {"data": [], "object": "list", "first_id": None, "last_id": None, "has_more": False}


def page(server: Target, **params: Any) -> Fields:
    response = server.get("/v1/videos", params=params)
    assert response.status_code == 200, response.text
    answer: Fields = response.json()
    return answer


@pytest.fixture(scope="module")
def ids(server: Target) -> list[str]:
    """Three jobs: one second of its own, then two in one second."""
    first = server.submit(**ONE_FRAME)
    while int(time.time()) == first["created_at"]:
        time.sleep(0.01)
    made = [first, server.submit(**ONE_FRAME), server.submit(**ONE_FRAME)]
    for job in made:
        server.wait(job["id"])
    return [job["id"] for job in made]


def test_page_shape(server: Target, ids: list[str]) -> None:
    answer = page(server, limit=2)
    assert answer.keys() == {"data", "object", "first_id", "last_id", "has_more"}
    assert answer["object"] == "list"
    assert [job.keys() for job in answer["data"]] == [KEYS, KEYS]
    assert [answer["first_id"], answer["last_id"]] == [job["id"] for job in answer["data"]]
    assert answer["has_more"] is True


def test_pages_follow_each_other(server: Target, ids: list[str]) -> None:
    second = page(server, order="asc", limit=1, after=ids[0])
    third = page(server, order="asc", limit=1, after=ids[1])
    assert ([job["id"] for job in second["data"]], second["has_more"]) == ([ids[1]], True)
    assert ([job["id"] for job in third["data"]], third["has_more"]) == ([ids[2]], False)
    assert page(server, order="asc", after=ids[2]) == EMPTY


@pytest.mark.parametrize("order", ["asc", "desc", None])
def test_order_is_by_the_second_and_newest_first_by_default(server: Target, ids: list[str], order: str | None) -> None:
    times = [job["created_at"] for job in page(server, order=order, limit=100)["data"]]
    assert all(a <= b if order == "asc" else a >= b for a, b in pairwise(times))
    assert len(set(times)) > 1


@pytest.mark.engine_only("our order is to the microsecond")
def test_jobs_of_one_second_keep_the_order_of_creation(server: Target, ids: list[str]) -> None:
    jobs = {job_id: server.job(job_id)["created_at"] for job_id in ids}
    listed = [job["id"] for job in page(server, limit=100)["data"] if job["id"] in ids]
    assert listed == sorted(ids, key=lambda job_id: (-jobs[job_id], ids.index(job_id)))


def test_default_limit_is_20(server: Target) -> None:
    for _ in range(21 - len(page(server, limit=100)["data"])):  # each is rendered before what the next tests order
        server.submit(**ONE_FRAME)
    answer = page(server)
    assert (len(answer["data"]), answer["has_more"]) == (20, True)


def test_unknown_after_gives_an_empty_page(server: Target, ids: list[str]) -> None:
    assert page(server, after="no-such-job") == EMPTY


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({"limit": "0"}, "greater_than_equal"),
        ({"limit": "101"}, "less_than_equal"),
        ({"limit": "x"}, "int_parsing"),
        ({"order": "newest"}, "literal_error"),
    ],
)
def test_bad_parameters_are_422(server: Target, params: dict[str, str], kind: str) -> None:
    ((name, value),) = params.items()
    response = server.get("/v1/videos", params=params)
    assert response.status_code == 422
    (error,) = response.json()["detail"]
    assert (error["type"], error["loc"], error["input"]) == (kind, ["query", name], value)
