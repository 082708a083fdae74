"""Files over HTTP: parts of them, nothing where one has them already, and HEAD at every address that GET has."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.file_answers import FileAnswer, HeadsOfGets
from api.problems import add_handlers
from tests.api.conftest import ANN, Api

DATA = bytes(range(100))


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    path = tmp_path / "clip.mp4"
    path.write_bytes(DATA)
    app = FastAPI()
    app.add_middleware(HeadsOfGets)
    add_handlers(app)
    app.add_api_route("/clip", lambda: FileAnswer(path), response_class=FileAnswer)
    app.add_api_route("/gone", lambda: FileAnswer(tmp_path / "gone.mp4"), response_class=FileAnswer)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, DATA[:1]),
        ("bytes=-5", 206, DATA[-5:]),
        ("bytes=-500", 206, DATA),
        ("bytes=90-500", 206, DATA[90:]),
        ("BYTES= 1-2 ,", 206, DATA[1:3]),
        ("bytes=100-", 416, b""),
        ("bytes=-0", 416, b""),
        (f"bytes={9**400}-", 416, b""),
        *(
            (asked, 200, DATA)
            for asked in ("bytes=5-2", "bytes=", "bytes=a-b", "items=0-1", "bytes=--5", "bytes=0x0-1")
        ),
    ],
)
def test_a_range(client: TestClient, asked: str, status: int, part: bytes) -> None:
    """What is no range is left out of account, as RFC 9110 wants."""
    answer = client.get("/clip", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, part)


def test_what_one_has_already_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/clip")
    tag, when = first.headers["etag"], first.headers["last-modified"]
    for asked in ({"If-None-Match": f'"x", W/{tag}'}, {"If-None-Match": "*"}, {"If-Modified-Since": when}):
        kept = client.get("/clip", headers=asked)
        assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", tag), asked
    for asked in (
        {"If-None-Match": '"x"', "If-Modified-Since": when},
        {"If-Modified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"},
        {"If-Modified-Since": "soon"},
    ):
        assert client.get("/clip", headers=asked).content == DATA, asked


def test_a_file_that_is_gone_meanwhile_is_not_found(client: TestClient) -> None:
    answer = client.get("/gone")
    assert (answer.status_code, answer.json()["code"]) == (404, "file_missing")


def test_head_has_the_headers_of_get_alone(client: TestClient, api: Api) -> None:
    whole = client.head("/clip")
    assert (whole.status_code, whole.content, whole.headers["content-length"]) == (200, b"", "100")
    part = client.head("/clip", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content, part.headers["content-length"]) == (206, b"", "10")
    ann = api.client(ANN)
    video = ann.post("/v1/videos", json={"prompt": "A cat."}).json()["id"]
    for path in (
        f"/v1/videos/{video}",
        f"/api/v1/jobs/{video}",
        f"/v1/videos/{video}/content",
        "/v1/videos",
        "/health",
    ):
        got, head = ann.get(path), ann.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers["content-type"] == got.headers["content-type"]
    assert api.client(None).head(f"/v1/videos/{video}").status_code == 401
