"""A finished video is fetched: whole, checked, within its size and its time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from core.errors import DownloadBroken, JobLost, JobNotReady, ServerError, VideoRefused
from sglang_client import SGLangClient
from tests.render.conftest import ID, in_turn, ok, raw_server


def _download(client: SGLangClient, path: Path, *, max_bytes: int = 10**6, timeout: float = 5.0) -> int:
    return client.download(ID, path, max_bytes=max_bytes, timeout=timeout, check=lambda part: part.stat().st_size)


def test_a_download_is_checked_before_it_gets_its_name(
    httpserver: HTTPServer, client: SGLangClient, tmp_path: Path
) -> None:
    httpserver.expect_request(f"/v1/videos/{ID}/content").respond_with_data(b"x" * 5000, content_type="video/mp4")
    path = tmp_path / "video.mp4"

    def refuse(part: Path) -> int:
        assert part.read_bytes() == b"x" * 5000
        assert not path.exists()
        raise DownloadBroken(reason="not a video")

    with pytest.raises(DownloadBroken):
        client.download(ID, path, max_bytes=10**6, timeout=5, check=refuse)
    assert list(tmp_path.iterdir()) == []
    assert _download(client, path) == 5000
    assert [file.name for file in tmp_path.iterdir()] == ["video.mp4"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ok({"detail": "Generation is still in-progress"}, 404), JobNotReady),
        (ok({"detail": "Video not found"}, 404), JobLost),
    ],
)
def test_no_content_yet_and_no_job_are_two_things(
    httpserver: HTTPServer, client: SGLangClient, tmp_path: Path, answer: Response, expected: type[ServerError]
) -> None:
    in_turn(httpserver, f"/v1/videos/{ID}/content", [answer])
    with pytest.raises(expected):
        _download(client, tmp_path / "v.mp4")


def test_a_download_has_a_byte_limit(httpserver: HTTPServer, client: SGLangClient, tmp_path: Path) -> None:
    httpserver.expect_request(f"/v1/videos/{ID}/content").respond_with_data(b"x" * 5000)
    with pytest.raises(VideoRefused):
        _download(client, tmp_path / "v.mp4", max_bytes=4999)
    assert list(tmp_path.iterdir()) == []


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 1000\r\n\r\n"


def test_a_body_that_breaks_off_is_not_taken_for_a_video(tmp_path: Path) -> None:
    with raw_server(HEAD + b"x" * 400) as (address, _), pytest.raises(DownloadBroken):
        _download(SGLangClient(address), tmp_path / "v.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_download_has_a_deadline_also_when_bytes_keep_coming(
    httpserver: HTTPServer, client: SGLangClient, tmp_path: Path
) -> None:
    def drip(request: Request) -> Response:
        def pieces() -> Iterator[bytes]:
            for _ in range(100):
                time.sleep(0.05)
                yield b"x"

        return Response(pieces(), 200, content_type="video/mp4")

    httpserver.expect_request(f"/v1/videos/{ID}/content").respond_with_handler(drip)
    with pytest.raises(DownloadBroken) as caught:
        _download(client, tmp_path / "v.mp4", timeout=0.4)
    assert "too slow" in str(caught.value)
