"""Bodies that strangers send: half of one, another encoding, another type, or in the wrong place, is refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_api
from tests.api.conftest import ANN, Api

VIDEOS, JOBS, FILMS = "/v1/videos", "/api/v1/jobs", "/api/v1/films"
ZH = {"Accept-Language": "zh-CN"}
FORM = {"content-type": "multipart/form-data; boundary=x"}
PICTURE = "data:image/png;base64,AAAA"


def part(name: str, value: bytes, file: str = "") -> bytes:
    named = f'; filename="{file}"' if file else ""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + value + b"\r\n"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (part("prompt", b"A cat.") + part("input_reference", b"half", "a.png")[:-6], "表单在结束前中断"),
        (part("prompt", b"A cat."), "表单在结束前中断"),
        (part("prompt", "一只猫在海边。".encode("gbk")) + b"--x--\r\n", "不是 UTF-8 文本"),
        (part("prompt", b"A cat.") + part("image", b"png", "a.png") + b"--x--\r\n", "image"),
        (b"--x--\r\n", "prompt"),
    ],
)
def test_a_form_is_taken_whole_and_as_it_was_meant(api: Api, form: bytes, said: str) -> None:
    """Half of one, or Latin-1 in the place of Chinese, would be rendered as if it had been meant."""
    answer = api.client(ANN).post(VIDEOS, content=form, headers={**FORM, **ZH})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["detail"]
    assert api.service.library.count() == 0


def test_text_in_utf_8_is_taken_whatever_it_is(api: Api) -> None:
    ann = api.client(ANN)
    for text in ("Ein Café am Meer, très beau.", "一只猫。", "ÿþ"):
        form = part("prompt", text.encode()) + part("seed", b"") + b"--x--\r\n"
        answer = ann.post(VIDEOS, content=form, headers=FORM)
        assert answer.status_code == 200, answer.text
        assert api.service.get(answer.json()["id"]).request.text == text


@pytest.mark.parametrize(
    "body",
    [
        {"input_reference": {"file_id": "file-1"}},
        {"input_reference": {"image_url": 5}},
        {"seed": True},
        {"num_frames": False},
        {"guidance_scale": True},
        {"extra_body": [1]},
        {"extra_body": "{"},
        {"size": "wide"},
        {"output_quality": "best"},
    ],
)
def test_what_would_change_nothing_silently_is_refused_in_the_language_asked_for(api: Api, body: Any) -> None:
    answer = api.client(ANN).post(VIDEOS, json={"prompt": "A cat.", **body}, headers=ZH)
    assert (answer.status_code, answer.headers["content-language"]) == (400, "zh-CN"), answer.text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["detail"]), answer.text
    assert api.service.library.count() == 0


@pytest.mark.parametrize("body", [b"\xff", b"[" * 100_000, b'{"prompt": "a", "seed": ' + b"9" * 5000 + b"}"])
def test_what_is_no_json_is_said_in_words(api: Api, body: bytes) -> None:
    ann, headers = api.client(ANN), {"content-type": "application/json"}
    told = ann.post(VIDEOS, content=body, headers=headers)
    assert (told.status_code, told.json()["detail"]) == (400, "Invalid request body: it is not JSON in UTF-8")
    told = ann.post(JOBS, content=body, headers={**headers, **ZH})
    assert (told.status_code, told.json()["code"]) == (400, "unreadable_body")
    assert told.json()["title"].startswith("无法读取请求正文")


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", f"{VIDEOS}/none", 404, "没有这个视频"),
        ("GET", "/v1/models/none", 404, "没有模型"),
        ("GET", "/v1/nothing", 404, "此地址没有内容。"),
        ("PUT", VIDEOS, 405, "此地址不支持该请求方法。"),
    ],
)
def test_sglang_s_words_have_a_translation(api: Api, method: str, path: str, status: int, said: str) -> None:
    answer = api.client(ANN).request(method, path, headers=ZH)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"text": "x", "seed": "many"}, "整数"),
        ({"text": "x", "seed": True}, "数字"),
        ({"text": "x", "mode": "half"}, "full"),
        ({}, "body.text"),
        ([], "JSON 对象"),
        ({"mode": "simple", "text": "x", "until": "first_frame"}, "until"),
        ({"text": "x", "extends": "j", "picture": PICTURE}, "picture, extends"),
    ],
)
def test_what_does_not_fit_is_said_in_our_own_sentences(api: Api, body: Any, said: str) -> None:
    told = api.client(ANN).post(JOBS, json=body, headers=ZH)
    assert told.status_code == 422, told.text
    assert said in told.json()["title"] + told.json()["detail"]
    assert "Input should" not in told.text


def test_a_list_of_faults_is_translated_too(api: Api) -> None:
    (fault,) = api.client(ANN).get(VIDEOS, params={"limit": 0}, headers=ZH).json()["detail"]
    assert (fault["type"], fault["msg"]) == ("greater_than_equal", "不小于 1")


def test_too_much_is_refused_in_the_shape_of_its_address(api: Api) -> None:
    client = TestClient(create_api(lambda: api.context, max_image_mb=0), headers=dict(api.client(ANN).headers))
    for path, field in ((VIDEOS, "detail"), (JOBS, "title")):
        told = client.post(path, content=b" " * 2**21, headers={"content-type": "application/json", **ZH})
        assert (told.status_code, told.json()[field]) == (413, "请求过大。")
        told = client.post(path, content=b"\x1f\x8b", headers={"content-encoding": "gzip"})
        assert (told.status_code, "without Content-Encoding" in told.json()[field]) == (415, True)


def test_films_and_webhooks(api: Api) -> None:
    ann = api.client(ANN)
    film = {"schema": 1, "id": "harbour", "scenes": [{"id": "one", "shots": [{"id": "a", "action": "Boats."}]}]}
    ann.post(FILMS, json=film)
    assert ann.put(f"{FILMS}/harbour", json=film, headers={"If-Match": 'W/"1"'}).status_code == 200
    refused = ann.post(f"{FILMS}/harbour/frames", json={"only": ["b"]})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_shot")
    twice = {**film, "id": "twice", "scenes": [{"id": "one", "shots": [{"id": "a", "action": "x"}] * 2}]}
    assert "有重复的 ID" in ann.post(FILMS, json=twice, headers=ZH).json()["detail"]
    misspelt = {"url": "https://receiver.example/", "evnts": ["job.failed"]}
    assert ann.post("/api/v1/webhooks", json=misspelt).status_code == 422
