"""Who may upload, and how much."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

import config
from tests.ui.still_app import still_app
from ui.server.upload_guard import UploadGuard

MB = 1024 * 1024
HEADER = "X-Forwarded-User"
HELD = {"one": 0, "two": 0}


async def _take(request: Request) -> Response:
    HELD[request.path_params["session"]] += len(await request.body())
    return Response(status_code=204)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    HELD.update(one=0, two=0)
    monkeypatch.setenv("TRUSTED_USER_HEADER", HEADER)
    monkeypatch.setenv("UPLOADS_SESSION_MB", "2")
    monkeypatch.setenv("UPLOADS_MB", "3")
    methods = ["PUT", "DELETE", "OPTIONS"]
    routes = [Route("/_stcore/upload_file/{session}/{file}", _take, methods=methods), Route("/", _take)]
    app = Starlette(routes=routes, middleware=[Middleware(UploadGuard, lambda: HELD)])
    with still_app():
        yield TestClient(app)


def put(client: TestClient, session: str, size: int, name: str = "ann") -> int:
    path, headers = f"/_stcore/upload_file/{session}/1", {HEADER: name} if name else {}
    return client.put(path, content=b"x" * size, headers=headers).status_code


def test_nobody_uploads(client: TestClient) -> None:
    assert put(client, "one", 1, name="") == 403
    assert client.delete("/_stcore/upload_file/one/1").status_code == 403
    assert HELD["one"] == 0
    assert put(client, "one", 1) == 204


def test_a_session_has_a_limit_and_all_together_have_one(client: TestClient) -> None:
    assert put(client, "one", 2 * MB) == 204
    assert put(client, "one", 1) == 413
    assert put(client, "two", MB) == 204
    assert put(client, "two", 1) == 413  # its own 2 MB are not used up, the 3 MB of all are
    HELD["one"] = 0  # a page let go of its files
    assert put(client, "two", 1) == 204


def test_a_body_that_does_not_say_its_size_counts_as_the_largest(client: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        yield b"x"

    answer = client.put("/_stcore/upload_file/one/1", content=parts(), headers={HEADER: "ann"})
    assert answer.status_code == 413
    assert st.get_option("server.maxUploadSize") > 2


def test_what_is_on_its_way_counts(client: TestClient) -> None:
    sent, answered = threading.Event(), threading.Event()

    def held() -> dict[str, int]:
        return {}

    async def slow(_request: Request) -> Response:
        sent.set()
        await asyncio.to_thread(answered.wait, 30)
        return Response(status_code=204)

    routes = [Route("/_stcore/upload_file/{session}/{file}", slow, methods=["PUT"])]
    app = Starlette(routes=routes, middleware=[Middleware(UploadGuard, held)])
    with TestClient(app) as together:
        first = threading.Thread(target=put, args=(together, "one", 2 * MB))
        first.start()
        assert sent.wait(30)
        assert put(together, "one", 1) == 413
        answered.set()
        first.join()
        assert put(together, "one", 2 * MB) == 204


def test_the_app_has_the_guard_before_streamlits_own_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_USER_HEADER", HEADER)
    config.load.cache_clear()
    import app

    with TestClient(app.app) as client:
        answer = client.put("/_stcore/upload_file/one/1", content=b"x")
    assert (answer.status_code, answer.text) == (403, "Uploads are for people who are logged in.")
