"""Servers in every state, and a contract that drifts: what is gone is named."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

import config
from config import Settings
from doctor import servers
from doctor.finding import Finding
from jobs.servers.preview_process import preview_engine
from preview.app import create_app
from preview.sizes import MODELS
from render.contract import ANSWER_FIELDS, FORM_FIELDS, MEASURED_VERSION, ROUTES, drift
from sglang_client import _form_fields
from tests.jobs.load.workers import SMALL

INFO = {"model_path": "/models/MOVA-360p", "served_model_name": "mova-360p", "version": "0.5.23"}


def described(content: str = "multipart/form-data") -> dict[str, Any]:
    """A description as SGLang 0.5.23 gives it: its form by reference, its parts of an address with names."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        method, path = route.split()
        paths.setdefault(path.replace("{}", "{video_id}"), {})[method.lower()] = {"responses": {"200": {}}}
    form = {"$ref": "#/components/schemas/Body_create_video_v1_videos_post"}
    paths["/v1/videos"]["post"]["requestBody"] = {"content": {content: {"schema": form}}}
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/VideoResponse"}}}}
    paths["/v1/videos/{video_id}"]["get"]["responses"]["200"] = answer
    schemas: dict[str, Any] = {
        "Body_create_video_v1_videos_post": {"properties": {name: {} for name in (*FORM_FIELDS, "lora", "n")}},
        "VideoResponse": {"properties": {name: {} for name in (*ANSWER_FIELDS, "size")}},
    }
    return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}


def test_the_fields_that_are_compared_are_those_that_are_sent() -> None:
    render = dataclasses.replace(SMALL, negative_prompt="no text")
    assert _form_fields("A cat.", render).keys() | {"input_reference", "model"} == FORM_FIELDS


def test_sglang_and_the_preview_engine_lack_nothing() -> None:
    assert drift(described()).names == ()
    assert drift(create_app(MODELS["mova-360p"]).openapi()).names == ()


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("paths./health", "GET /health"),
        ("paths./v1/videos/{video_id}/content.get", "GET /v1/videos/{}/content"),
        ("components.schemas.Body_create_video_v1_videos_post.properties.num_frames", "POST /v1/videos: num_frames"),
        ("components.schemas.VideoResponse.properties.progress", "GET /v1/videos/{} → progress"),
    ],
)
def test_what_is_gone_is_named(path: str, named: str) -> None:
    document = described()
    *way, last = path.split(".")
    part = document
    for key in way:
        part = part[key]
    del part[last]
    assert drift(document).names == (named,)


@pytest.mark.parametrize("nonsense", [None, [], "text", {}, {"paths": []}, {"paths": {"/health": "x"}}])
def test_what_is_no_description_lacks_every_route(nonsense: object) -> None:
    assert drift(nonsense).routes == ROUTES


# ---- the check -----------------------------------------------------------------------------------------------------


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> Settings:
    one = {"name": "lab", "base_url": httpserver.url_for(""), "model": "mova-360p", "token": "tok-secret"}
    monkeypatch.setenv("SGLANG_SERVERS", json.dumps([one]))
    return config.fresh()


def serve(httpserver: HTTPServer, document: object = None, info: dict[str, str] | None = None) -> None:
    httpserver.expect_request("/health").respond_with_json({"status": "ok"})
    httpserver.expect_request("/server_info").respond_with_json(info or INFO)
    httpserver.expect_request("/v1/videos").respond_with_json({"object": "list", "data": []})
    if document is not None:
        httpserver.expect_request("/openapi.json").respond_with_json(document)


def by_key(findings: list[Finding]) -> dict[str, Finding]:
    assert "tok-secret" not in str(findings)
    return {one.key: one for one in findings}


def test_a_server_that_is_well(settings: Settings, httpserver: HTTPServer) -> None:
    serve(httpserver, described())
    found = by_key(servers.servers(settings))
    assert {key: one.verdict for key, one in found.items()} == {"server.lab": "ok", "contract.lab": "ok"}
    assert "mova-360p, SGLang 0.5.23" in found["server.lab"].says.text()


@pytest.mark.parametrize(("version", "word"), [("0.5.22", "older"), ("0.6.0", "newer")])
def test_an_sglang_that_was_not_tested_is_a_note(
    settings: Settings, httpserver: HTTPServer, version: str, word: str
) -> None:
    serve(httpserver, described(), {**INFO, "version": version})
    found = by_key(servers.servers(settings))
    assert found["version.lab"].verdict == "warning"
    assert f"SGLang {version} is {word} than" in found["version.lab"].says.text()


def test_a_server_whose_warm_up_failed_is_broken(settings: Settings, httpserver: HTTPServer) -> None:
    serve(httpserver, described())
    count = 'sglang:diffusion_requests_total{is_warmup="true",status="error"} 1.0'
    httpserver.expect_request("/metrics").respond_with_data(count)
    found = by_key(servers.servers(settings))
    assert [(key, one.verdict) for key, one in found.items()] == [("server.lab", "broken")]
    assert "its warm-up failed" in found["server.lab"].says.text()


def test_a_contract_that_drifted_is_broken(settings: Settings, httpserver: HTTPServer) -> None:
    document = described()
    del document["components"]["schemas"]["Body_create_video_v1_videos_post"]["properties"]["seed"]
    serve(httpserver, document, {**INFO, "version": "0.6.0"})
    found = by_key(servers.servers(settings))["contract.lab"]
    words = "The server lab (SGLang 0.6.0) lacks what this program uses: POST /v1/videos: seed."
    assert (found.verdict, found.says.text()) == ("broken", words)
    assert found.advice is not None
    assert MEASURED_VERSION in found.advice.text()


def test_a_server_that_hides_its_description_is_a_warning(settings: Settings, httpserver: HTTPServer) -> None:
    serve(httpserver)
    assert by_key(servers.servers(settings))["contract.lab"].verdict == "warning"


def test_a_server_whose_list_of_jobs_is_no_list_is_broken(settings: Settings, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/v1/videos").respond_with_json({"videos": []})
    serve(httpserver, described())
    assert by_key(servers.servers(settings))["contract.lab"].verdict == "broken"


@pytest.mark.parametrize(
    ("status", "body", "verdict", "words"),
    [
        (503, "", "warning", "is warming up"),
        (503, '{"status": "unhealthy", "error": "Scheduler worker exited"}', "broken", "its worker has exited"),
        (404, "<html>", "broken", "not SGLang's"),
    ],
)
def test_a_server_that_is_not_ready(
    settings: Settings, httpserver: HTTPServer, status: int, body: str, verdict: str, words: str
) -> None:
    httpserver.expect_request("/health").respond_with_data(body, status=status)
    httpserver.expect_request("/server_info").respond_with_json(INFO)
    (found,) = servers.servers(settings)
    assert found.verdict == verdict
    assert words in found.says.text()


def test_a_server_of_another_model_is_broken(settings: Settings, httpserver: HTTPServer) -> None:
    serve(httpserver, described(), {**INFO, "served_model_name": "mova-720p"})
    (found,) = servers.servers(settings)
    assert (found.verdict, found.says.text()) == ("broken", "The server lab serves mova-720p, not mova-360p.")


def test_a_configured_server_that_is_not_there_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGLANG_360P_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SGLANG_720P_URL", "http://127.0.0.1:9")
    assert {one.verdict for one in servers.servers(config.fresh())} == {"broken"}


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings as shipped, at addresses of this machine at which nothing listens."""
    monkeypatch.setenv("SGLANG_360P_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SGLANG_720P_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(Settings, "servers_are_defaults", property(lambda self: True))
    return config.fresh()


def test_where_nobody_set_up_a_server_the_preview_is_named(untouched: Settings) -> None:
    (found,) = servers.servers(untouched)
    assert (found.key, found.verdict) == ("server", "warning")
    assert "preview engine takes its place" in found.says.text()


def test_the_other_default_server_need_not_be_there(monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> None:
    """As for most people: one server of their own, named by SGLANG_360P_URL."""
    serve(httpserver, described())
    monkeypatch.setenv("SGLANG_360P_URL", httpserver.url_for(""))
    monkeypatch.setattr(config, "SHIPPED_ADDRESSES", ("http://127.0.0.1:9",))
    first, second = config.fresh().sglang_servers
    nobody = second.model_copy(update={"base_url": "http://127.0.0.1:9"})
    found = by_key(servers.servers(config.fresh().model_copy(update={"sglang_servers": (first, nobody)})))
    assert {key: one.verdict for key, one in found.items()} == {
        "server.mova-360p": "ok",
        "contract.mova-360p": "ok",
        "server.mova-720p": "warning",
    }


def test_a_preview_engine_keeps_the_contract_and_is_told_from_mova(monkeypatch: pytest.MonkeyPatch) -> None:
    with preview_engine("mova-360p") as address:
        monkeypatch.setenv("SGLANG_360P_URL", address)
        monkeypatch.setenv("SGLANG_720P_URL", address)
        found = by_key(servers.servers(config.fresh()))
    assert found["contract.mova-360p"].verdict == "ok"
    assert found["server.mova-360p"].verdict == "warning"
    assert "preview engine and not MOVA" in found["server.mova-360p"].says.text()
    assert found["server.mova-720p"].verdict == "broken"


def test_nothing_is_changed_in_the_description_that_was_read() -> None:
    document = described()
    before = copy.deepcopy(document)
    drift(document)
    assert document == before
