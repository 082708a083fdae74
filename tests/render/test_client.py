"""The client against a local server that answers as SGLang does, and as broken servers do."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

import sglang_client
from core.errors import (
    JobFailed,
    JobLost,
    LoginBeforeServer,
    RequestRefused,
    ServerAnswerUnclear,
    ServerDead,
    ServerError,
    ServerMismatch,
    ServerMovedElsewhere,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
    UploadTooLarge,
    WaitedTooLong,
)
from core.render_settings import RenderSettings
from render.waiting import Progress
from sglang_client import SGLangClient
from tests.render.conftest import ID, in_turn, ok, raw_server

RENDER = RenderSettings(width=640, height=352, num_frames=17, fps=24, guidance_scale=5.0, num_inference_steps=4, seed=7)


def job(status: str = "queued", progress: int = 0, **more: Any) -> dict[str, Any]:
    return {"id": ID, "object": "video", "model": "m", "status": status, "progress": progress, "error": None, **more}


def test_health_tells_ready_warming_and_dead_apart(httpserver: HTTPServer, client: SGLangClient) -> None:
    answers = [ok({"status": "ok"}), Response(b"", 503), ok({"status": "unhealthy", "error": "worker exited"}, 503)]
    in_turn(httpserver, "/health", [*answers, Response("<html>hello</html>", 404)])
    client.check_health()
    for expected in (ServerWarmingUp, ServerDead, ServerAnswerUnclear):
        with pytest.raises(expected):
            client.check_health()


def test_nobody_there_is_said_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ServerUnreachable) as caught:
        SGLangClient(f"http://127.0.0.1:{port}").check_health()
    assert "refused" in str(caught.value)
    with pytest.raises(ServerUnreachable) as caught:
        SGLangClient("http://no-such-host.invalid").check_health()
    assert "unknown host" in str(caught.value)


def test_a_submit_sends_every_field_and_the_picture_once(httpserver: HTTPServer, client: SGLangClient) -> None:
    seen = in_turn(httpserver, "/v1/videos", [ok(job())])
    sent = client.submit('She says: "你好"', b"\x89PNG-bytes", RENDER, tag="mova-360p#j1")
    assert sent.id == ID
    form, files = seen[0].form, seen[0].files
    assert form.to_dict() == {
        "prompt": 'She says: "你好"',
        "size": "640x352",
        "num_frames": "17",
        "fps": "24",
        "num_inference_steps": "4",
        "guidance_scale": "5.0",
        "seed": "7",
        "model": "mova-360p#j1",
    }
    assert files["input_reference"].read() == b"\x89PNG-bytes"
    assert files["input_reference"].content_type == "image/png"


def test_the_output_quality_is_sent_where_one_is_asked_for(httpserver: HTTPServer, client: SGLangClient) -> None:
    seen = in_turn(httpserver, "/v1/videos", [ok(job())])
    assert client.submit("a", b"png", replace(RENDER, output_quality="high")).left_out == ()
    assert seen[0].form["output_quality"] == "high"


@pytest.mark.parametrize(
    "refusal",
    [
        ok({"detail": [{"loc": ["body", "output_quality"], "msg": "Extra inputs are not permitted"}]}, 422),
        ok({"detail": "Invalid output_quality 'high'. Expected one of: ['best']"}, 400),
    ],
)
def test_a_server_that_refuses_the_output_quality_gets_the_job_without_it(
    httpserver: HTTPServer, client: SGLangClient, refusal: Response
) -> None:
    seen = in_turn(httpserver, "/v1/videos", [refusal, ok(job())])
    sent = client.submit("a", b"png", replace(RENDER, output_quality="high"), tag="t")
    assert (sent.id, sent.left_out) == (ID, ("output_quality",))
    assert seen[1].form.to_dict() == {name: seen[0].form[name] for name in seen[0].form if name != "output_quality"}
    assert seen[1].files["input_reference"].read() == b"png"


def test_another_refusal_is_not_sent_again(httpserver: HTTPServer, client: SGLangClient) -> None:
    seen = in_turn(httpserver, "/v1/videos", [ok({"detail": "prompt is required"}, 400)])
    with pytest.raises(RequestRefused):
        client.submit("", b"png", replace(RENDER, output_quality="high"))
    assert len(seen) == 1


def test_an_empty_negative_prompt_is_sent_and_a_missing_one_is_not(
    httpserver: HTTPServer, client: SGLangClient
) -> None:
    from dataclasses import replace

    seen = in_turn(httpserver, "/v1/videos", [ok(job())])
    client.submit("p", b"x", replace(RENDER, negative_prompt=""))
    client.submit("p", b"x", RENDER)
    assert [request.form.get("negative_prompt") for request in seen] == ["", None]


def test_the_token_goes_to_the_proxy_and_into_no_error(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/videos", headers={"Authorization": "Bearer t0ken"}).respond_with_json(
        {"detail": "not for you"}, status=403
    )
    client = SGLangClient(httpserver.url_for("").rstrip("/"), name="a", token=SecretStr("t0ken"))
    with pytest.raises(RequestRefused) as caught:
        client.submit("p", b"x", RENDER)
    assert caught.value.raw == "not for you"
    assert "t0ken" not in repr(vars(caught.value))


def test_a_server_that_repeats_the_token_gives_it_to_no_error(httpserver: HTTPServer, tmp_path: Path) -> None:
    said = {"detail": "the token tok-secret is not known here"}
    httpserver.expect_request("/v1/videos").respond_with_json(said, status=403)
    httpserver.expect_request(f"/v1/videos/{ID}/content").respond_with_json(said, status=403)
    client = SGLangClient(httpserver.url_for("").rstrip("/"), token=SecretStr("tok-secret"))

    def download() -> None:
        client.download(ID, tmp_path / "video.mp4", max_bytes=10**6, timeout=5, check=str)

    for ask in (client.list_jobs, lambda: client.submit("p", b"x", RENDER), download):
        with pytest.raises(ServerError) as refused:
            ask()
        assert "tok-secret" not in f"{refused.value} {vars(refused.value)}"
        assert "(token)" in refused.value.raw


def test_a_refusal_keeps_the_servers_reason(httpserver: HTTPServer, client: SGLangClient) -> None:
    httpserver.expect_request("/v1/videos").respond_with_json({"detail": "seed must be >= 0"}, status=400)
    with pytest.raises(RequestRefused) as caught:
        client.submit("p", b"x", RENDER)
    assert caught.value.raw == "seed must be >= 0"


NGINX = (
    b"<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n"
    b"<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
BEFORE = {
    301: (ServerMovedElsewhere, "https instead of http"),
    308: (ServerMovedElsewhere, "https instead of http"),
    401: (LoginBeforeServer, "token"),
    403: (LoginBeforeServer, "token"),
    407: (LoginBeforeServer, "token"),
    413: (UploadTooLarge, "client_max_body_size"),
}


@pytest.mark.parametrize("status", BEFORE)
def test_what_stands_before_a_server_is_not_taken_for_it(
    httpserver: HTTPServer, client: SGLangClient, status: int
) -> None:
    kind, words = BEFORE[status]
    page = Response(NGINX, status, headers={"Location": "https://x.example"}, content_type="text/html")
    for path in ("/health", "/server_info", "/v1/videos"):
        httpserver.expect_request(path).respond_with_response(page)
    asks: list[Callable[[], object]] = [client.list_jobs, lambda: client.submit("p", b"x", RENDER)]
    asks += [] if status == 413 else [client.check_health, client.info]
    for ask in asks:
        with pytest.raises(RequestRefused) as caught:
            ask()
        assert type(caught.value) is kind
        assert str(status) in str(caught.value)
        assert words in caught.value.next_step()
        assert "<" not in caught.value.raw
        assert "Request Entity Too Large" in caught.value.raw


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_post_follows_no_redirect(httpserver: HTTPServer, client: SGLangClient, status: int) -> None:
    seen = in_turn(httpserver, "/v1/videos", [Response(b"", status, headers={"Location": "/elsewhere"})])
    elsewhere = in_turn(httpserver, "/elsewhere", [ok(job())])
    with pytest.raises(RequestRefused):
        client.submit("p", b"x", RENDER)
    assert (len(seen), len(elsewhere)) == (1, 0)


def test_a_post_whose_connection_breaks_is_not_repeated() -> None:
    with raw_server(b"", b"", b"") as (address, requests):
        with pytest.raises(ServerSilent):
            SGLangClient(address).submit("p", b"x", RENDER)
        time.sleep(0.2)
        assert len([r for r in requests if r.startswith(b"POST")]) == 1


@pytest.mark.parametrize("then", [ServerUnreachable(server="it", reason="refused"), ServerAnswerUnclear(server="it")])
def test_a_post_refused_by_a_server_that_is_gone_then_may_have_arrived(
    httpserver: HTTPServer, client: SGLangClient, monkeypatch: pytest.MonkeyPatch, then: ServerError
) -> None:
    """It counted as not sent, and was sent once more without a look; with a gateway's 502 the job ended."""

    def gone() -> None:
        raise then

    seen = in_turn(httpserver, "/v1/videos", [Response(b"", 503)])
    monkeypatch.setattr(client, "check_health", gone)
    with pytest.raises(ServerSilent):
        client.submit("p", b"x", RENDER)
    assert len(seen) == 1


def test_a_job_is_found_by_its_tag(httpserver: HTTPServer, client: SGLangClient) -> None:
    httpserver.expect_request("/v1/videos", method="GET").respond_with_json({"data": [job(model="tag")]})
    found = client.find("tag")
    assert found is not None
    assert found.id == ID


def test_all_pages_of_the_list_are_read(httpserver: HTTPServer, client: SGLangClient) -> None:
    def page(request: Request) -> Response:
        after = request.args.get("after")
        first = int(after.removeprefix("job-")) + 1 if after else 0
        return ok({"data": [job(id=f"job-{n}") for n in range(first, min(first + 100, 250))]})

    httpserver.expect_request("/v1/videos").respond_with_handler(page)
    assert [one.id for one in client.all_jobs()] == [f"job-{n}" for n in range(250)]


def test_a_404_on_a_known_id_is_lost(httpserver: HTTPServer, client: SGLangClient) -> None:
    httpserver.expect_request(f"/v1/videos/{ID}").respond_with_json({"detail": "Video not found"}, status=404)
    with pytest.raises(JobLost):
        client.retrieve(ID)


def test_an_answer_about_another_job_is_not_taken(httpserver: HTTPServer, client: SGLangClient) -> None:
    in_turn(httpserver, f"/v1/videos/{ID}", [ok(job("completed", id="another")), ok(job("deleted"))])
    with pytest.raises(ServerAnswerUnclear, match="not SGLang's") as caught:
        client.retrieve(ID)
    assert "another" in caught.value.raw
    with pytest.raises(JobLost):
        client.retrieve(ID)


def test_a_wait_sees_progress_and_the_end(httpserver: HTTPServer, client: SGLangClient) -> None:
    in_turn(
        httpserver,
        f"/v1/videos/{ID}",
        [ok(job()), ok(job("in_progress", 50)), ok(job("in_progress", 40)), ok(job("completed", 100))],
    )
    seen: list[Progress] = []
    client.wait(ID, timeout=60, patience=5, on_progress=seen.append)
    assert [(one.status, one.percent) for one in seen] == [
        ("queued", 0),
        ("in_progress", 50),
        ("in_progress", 50),
        ("completed", 100),
    ]


def test_a_wait_survives_a_gateway_in_trouble(httpserver: HTTPServer, client: SGLangClient) -> None:
    in_turn(httpserver, f"/v1/videos/{ID}", [ok(job()), Response("bad gateway", 502), ok(job("completed", 100))])
    httpserver.expect_request("/health").respond_with_json({"status": "ok"})
    seen: list[Progress] = []
    client.wait(ID, timeout=60, patience=5, on_progress=seen.append)
    assert [isinstance(one.error, ServerSilent) for one in seen] == [False, True, False]


def test_hanging_paths_in_warm_up_are_named_and_waited_for(
    httpserver: HTTPServer, client: SGLangClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sglang_client, "_QUICK_SECONDS", 0.3)
    hung = threading.Event()

    def answer(request: Request) -> Response:
        if not hung.is_set():
            hung.set()
            time.sleep(1)
        return Response('{"detail":"Video not found"}', 404)

    httpserver.expect_request(f"/v1/videos/{ID}").respond_with_handler(answer)
    httpserver.expect_request("/health").respond_with_data(b"", status=503)
    seen: list[Progress] = []
    with pytest.raises(JobLost):
        client.wait(ID, timeout=60, patience=5, on_progress=seen.append)
    assert isinstance(seen[0].error, ServerWarmingUp)


def test_a_failed_job_ends_the_wait_with_its_reason(httpserver: HTTPServer, client: SGLangClient) -> None:
    in_turn(httpserver, f"/v1/videos/{ID}", [ok(job("failed", 50, error={"message": "no luck"}))])
    with pytest.raises(JobFailed) as caught:
        client.wait(ID, timeout=60, patience=5)
    assert caught.value.raw == "no luck"


def test_patience_and_time_are_limited(httpserver: HTTPServer, client: SGLangClient) -> None:
    in_turn(httpserver, f"/v1/videos/{ID}", [ok(job("in_progress", 10))])
    with pytest.raises(WaitedTooLong):
        client.wait(ID, timeout=0.5, patience=5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(ServerUnreachable):
        SGLangClient(nobody).wait(ID, timeout=60, patience=0.4)


def test_a_server_of_the_other_resolution_never_gets_the_job(httpserver: HTTPServer, client: SGLangClient) -> None:
    httpserver.expect_request("/server_info").respond_with_json({"served_model_name": "mova-720p", "model_path": "x"})
    with pytest.raises(ServerMismatch) as caught:
        client.check_model("mova-360p")
    assert "mova-720p" in str(caught.value)


@pytest.mark.parametrize(
    "body", [b"<html>login</html>", b"", b'{"id": "../x", "status": "queued"}', b"[]", b"{" * 9, b"x" * (9 * 2**20)]
)
def test_answers_that_are_not_sglangs_are_unclear(httpserver: HTTPServer, client: SGLangClient, body: bytes) -> None:
    httpserver.expect_request(f"/v1/videos/{ID}").respond_with_data(body, content_type="application/json")
    with pytest.raises(ServerAnswerUnclear):
        client.retrieve(ID)
