"""SGLang's answers: all error shapes, jobs of the wrong shape, what a server's names tell."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import (
    BadId,
    JobFailed,
    MovaError,
    NothingRendered,
    OutOfMemory,
    PictureRefused,
    ServerAnswerUnclear,
    WorkerDied,
)
from core.limits import plain_id
from render.answers import parsed, reason_of_body, server_info, video_job

JOB: dict[str, Any] = {"id": "bd6839c2-faf7", "status": "in_progress", "progress": 40, "model": "m#1", "error": None}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"detail":"prompt is required"}', "prompt is required"),
        (
            b'{"detail":[{"type":"int_parsing","loc":["body","num_frames"],"msg":"not an integer","input":"x"}]}',
            "num_frames: not an integer",
        ),
        (b'{"error":"Scheduler worker exited"}', "Scheduler worker exited"),
        (b'{"status":"unhealthy","error":"Scheduler worker exited"}', "Scheduler worker exited"),
        (b"", ""),
        (b'{"error":{"message":"no such model","type":"x","param":null,"code":404}}', "no such model"),
        (b"<html><title>502</title><h1>Bad gateway</h1></html>", "502 Bad gateway"),
        (b"[1, 2]", ""),
    ],
)
def test_every_shape_of_error_body_gives_its_reason(body: bytes, reason: str) -> None:
    assert reason_of_body(body) == reason


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("CUDA out of memory. Tried to allocate 2 GiB", OutOfMemory),
        ("Scheduler worker exited; restart the server.", WorkerDied),
        ("cannot identify image file '/srv/x.png'", PictureRefused),
        ("Model generation returned no output.", NothingRendered),
        ("Error executing request 1: no luck", JobFailed),
    ],
)
def test_a_failed_job_says_why(message: str, kind: type[JobFailed]) -> None:
    job = video_job({**JOB, "status": "failed", "error": {"message": message}}, "a")
    failure = job.failure("a")
    assert type(failure) is kind
    assert "/srv" not in failure.raw


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../../etc/passwd"},
        {"id": "a/b"},
        {"id": None},
        {"id": 7},
        {"status": "done"},
        {"status": None},
    ],
)
def test_a_job_of_the_wrong_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ServerAnswerUnclear):
        video_job({**JOB, **change}, "a")


@pytest.mark.parametrize(
    ("told", "percent"),
    [(40, 40), (40.9, 40), (-3, 0), (1e300, 100), (10**400, 0), (None, 0), ("50", 0), (float("nan"), 0), (True, 0)],
)
def test_progress_is_a_percentage_whatever_is_told(told: Any, percent: int) -> None:
    assert video_job({**JOB, "progress": told}, "a").progress == percent


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda s: st.lists(s) | st.dictionaries(
    st.sampled_from(["id", "status", "progress", "error", "detail", "message", "model"]) | st.text(), s
)))  # fmt: skip
def test_no_answer_whatever_its_shape_escapes_the_error_tree(answer: Any) -> None:
    for read in (video_job, server_info):
        with contextlib.suppress(MovaError):
            read(answer, "a")
    reason_of_body(json.dumps(answer).encode())


def test_deeply_nested_json_is_unclear_and_not_a_crash() -> None:
    with pytest.raises(ServerAnswerUnclear):
        parsed(b"[" * 200_000, "a")


@pytest.mark.parametrize(
    ("served", "path", "model"),
    [
        ("mova-360p", "/models/whatever", "mova-360p"),
        ("/data/OpenMOSS/MOVA-720p-hf", "/data/OpenMOSS/MOVA-720p-hf", "mova-720p"),
        ("video", "/data/MOVA-360p/", "mova-360p"),
        ("video", "/mova-360p-models/checkpoint", None),
        ("wan-720p", "/models/wan-720p", None),
    ],
)
def test_the_resolution_stands_in_the_names(served: str, path: str, model: str | None) -> None:
    info = server_info({"served_model_name": served, "model_path": path, "version": "0.5.23"}, "a")
    assert info.model == model
    assert "/" not in info.served_model_name


@pytest.mark.parametrize("value", ["", "../x", "a/b", "a b", "x" * 200, "a\n", "-rf", "é"])
def test_an_id_that_is_not_plain_is_refused(value: str) -> None:
    with pytest.raises(BadId):
        plain_id(value)
