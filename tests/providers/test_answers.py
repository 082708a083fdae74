"""What each service is asked and what comes back, through the real SDKs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from core.errors import NoProvider
from providers.base import ImageAnswer, TextAnswer
from tests.pictures import picture
from tests.providers.asking import FRAME, ROUTES, SERVICES, ask, ask_route, provider
from tests.providers.fake_services import KEYS, FakeServices, Raw
from tests.providers.wire_formats import chat_answer, gemini_answer

MODELS = {
    "gemini.text": "gemini-3.8-flash",
    "gemini.vision": "gemini-3.8-flash",
    "gemini.image": "gemini-nano-banana-2.1",
    "dashscope.text": "qwen-plus",
    "dashscope.vision": "qwen3-vl-plus",
    "dashscope.image": "z-image-turbo",
    "openai.text": "local-text",
    "openai.vision": "local-vision",
    "openai.image": "local-image",
    "gemini.hearing": "gemini-3.8-flash",
    "dashscope.hearing": "qwen3-asr-flash",
    "openai.hearing": "local-audio",
}


@pytest.mark.parametrize("route", ROUTES)
def test_one_request_with_key_model_and_words(fake: FakeServices, route: str) -> None:
    ask_route(fake, route)
    (received,) = fake.received(route)
    assert (received.key, received.model) == (KEYS[route.split(".")[0]], MODELS[route])
    assert received.texts == (["a cat"] if route.endswith("image") else ["Be brief.", "a cat"])
    assert fake.count() == (2 if route == "dashscope.image" else 1)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("step", ["text", "vision"])
def test_a_text_says_by_whom(fake: FakeServices, service: str, step: str) -> None:
    fake.script(f"{service}.{step}", "  A red fox.\n")
    answer = ask_route(fake, f"{service}.{step}")
    assert isinstance(answer, TextAnswer)
    assert (answer.text, answer.provider) == ("A red fox.", service)
    named = "" if service == "dashscope" else "-001"  # the one that the service says it used, where it says so
    assert answer.model == MODELS[f"{service}.{step}"] + named
    assert answer.tokens == (12 if service == "gemini" else 7)
    assert 0 < answer.seconds < 20


@pytest.mark.parametrize("service", SERVICES)
def test_a_picture_comes_back_byte_for_byte(fake: FakeServices, service: str) -> None:
    drawn = picture(100, 50, "blue")
    fake.script(f"{service}.image", drawn)
    answer = ask_route(fake, f"{service}.image")
    assert isinstance(answer, ImageAnswer)
    assert (answer.data, answer.provider) == (drawn, service)


@pytest.mark.parametrize("service", SERVICES)
def test_the_frame_travels_inside_the_request(fake: FakeServices, service: str) -> None:
    ask_route(fake, f"{service}.vision")
    assert [received.pictures for received in fake.received()] == [[FRAME]]


@pytest.mark.parametrize("service", ["gemini", "dashscope", "openai"])
@pytest.mark.parametrize(
    ("width", "height", "size", "expected"),
    [
        (640, 352, None, {"gemini": ("16:9", "1K"), "dashscope": "1280*720", "openai": "1280x720"}),
        (352, 640, None, {"gemini": ("9:16", "1K"), "dashscope": "720*1280", "openai": "720x1280"}),
        (1280, 720, None, {"gemini": ("16:9", "2K"), "dashscope": "1280*720", "openai": "1280x720"}),
        (720, 1280, None, {"gemini": ("9:16", "2K"), "dashscope": "720*1280", "openai": "720x1280"}),
        (640, 352, "4k", {"gemini": ("16:9", "4K"), "dashscope": "4k", "openai": "4k"}),
        (640, 352, "1536x864", {"gemini": ("16:9", "1536X864"), "dashscope": "1536*864", "openai": "1536x864"}),
    ],
)
def test_sizes(
    fake: FakeServices, service: str, width: int, height: int, size: str | None, expected: dict[str, object]
) -> None:
    ask(provider(fake, service), "image", width=width, height=height, size=size)
    body = fake.received(f"{service}.image")[0].body
    if service == "gemini":
        sent: object = tuple(body["generationConfig"]["imageConfig"].values())
    else:
        sent = body["parameters"]["size"] if service == "dashscope" else body["size"]
    assert sent == expected[service]


def test_qwen_is_told_not_to_think(fake: FakeServices) -> None:
    ask_route(fake, "dashscope.text")
    ask_route(fake, "dashscope.vision")
    assert [call.body["parameters"]["enable_thinking"] for call in fake.received()] == [False, False]


def test_others_are_not_sent_qwens_field(fake: FakeServices) -> None:
    ask_route(fake, "openai.text")
    assert set(fake.received()[0].body) == {"model", "messages"}


def test_z_image_is_sent_the_prompt_whole_and_not_extended(fake: FakeServices) -> None:
    asked = provider(fake, "dashscope")
    ask(asked, "image", "猫" * 900)
    body = fake.received("dashscope.image")[0].body
    assert body["input"]["messages"][0]["content"] == [{"text": "猫" * 900}]
    assert body["parameters"]["prompt_extend"] is False
    assert asked.prompt_limit == 800


@pytest.mark.parametrize("end", ["", "/v1", "/v1beta", "/v1alpha/"])
def test_gemini_behind_a_proxy_with_any_version(fake: FakeServices, end: str) -> None:
    ask(provider(fake, "gemini", gemini_api_url=fake.gemini_url + end), "text")
    version = end.strip("/") or "v1beta"
    assert fake.received("gemini.text")[0].path == f"/gemini/{version}/models/gemini-3.8-flash:generateContent"


@pytest.mark.parametrize("form", ["", "/api/v1", "/compatible-mode/v1/"])
def test_dashscope_at_any_form_of_its_address(fake: FakeServices, form: str) -> None:
    asked = provider(fake, "dashscope", dashscope_base_url=fake.url + form)
    ask(asked, "text")
    ask(asked, "image")
    assert (fake.count("dashscope.text"), fake.count("dashscope.image"), fake.count("unknown")) == (1, 1, 0)


def test_thoughts_are_no_part_of_the_text(fake: FakeServices) -> None:
    fake.script("openai.text", "<think>\nA cat, then.\n</think>\n\nA cat sleeps.")
    answer = ask_route(fake, "openai.text")
    assert isinstance(answer, TextAnswer)
    assert answer.text == "A cat sleeps."


def test_a_thought_picture_is_not_the_picture(fake: FakeServices) -> None:
    body = gemini_answer("m", picture(8, 8, "green"))
    parts = body["candidates"][0]["content"]["parts"]
    draft = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(b"draft").decode()}}
    body["candidates"][0]["content"]["parts"] = [*parts, {**draft, "thought": True}]
    fake.script("gemini.image", Raw(200, body))
    answer = ask_route(fake, "gemini.image")
    assert isinstance(answer, ImageAnswer)
    assert answer.data == picture(8, 8, "green")


def test_a_content_in_parts_is_read(fake: FakeServices) -> None:
    body = chat_answer("m", "")
    body["choices"][0]["message"]["content"] = [{"type": "text", "text": "A cat"}, {"type": "text", "text": " runs."}]
    fake.script("openai.vision", Raw(200, body))
    answer = ask_route(fake, "openai.vision")
    assert isinstance(answer, TextAnswer)
    assert answer.text == "A cat runs."


@pytest.mark.parametrize("where", ["data_url", "url", "relative"])
def test_openai_pictures_in_all_forms(fake: FakeServices, where: str) -> None:
    drawn = picture(8, 8)
    urls = {
        "data_url": "data:image/png;base64," + base64.b64encode(drawn).decode(),
        "url": f"{fake.url}/pictures/x.png",
        "relative": "/pictures/x.png",
    }
    fake.script("openai.image", Raw(200, {"data": [{"url": urls[where]}]}))
    fake.script("picture", Raw(200, drawn, {"Content-Type": "image/png"}))
    answer = ask_route(fake, "openai.image")
    assert isinstance(answer, ImageAnswer)
    assert answer.data == drawn


@pytest.mark.parametrize("route", ROUTES)
def test_a_step_without_a_model_is_not_offered_nor_asked(fake: FakeServices, route: str) -> None:
    service, step = route.split(".")
    names = {"gemini": {"text": "gemini_text", "vision": "gemini_text", "image": "gemini_image"}}
    names["dashscope"] = {"text": "qwen_text", "vision": "qwen_vl", "image": "qwen_image"}
    names["openai"] = {kind: f"openai_{kind}" for kind in ("text", "vision", "image")}
    without: dict[str, Any] = {names[service][step] + "_model": ""}
    asked = provider(fake, service, **without)
    assert step not in asked.capabilities
    with pytest.raises(NoProvider):
        ask(asked, step)
    assert fake.count() == 0
