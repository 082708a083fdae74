"""Reference pictures in the request of step 2: the right ones, in their order, bound to their names."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from config import Settings
from core.errors import ReferencesDeclined, ReferencesNotTaken, TooManyReferences
from core.references import Reference, ReferenceFile, Role, Strength
from generate_first_frame import FirstFrame, check_references, make_first_frame
from providers.base import Provider
from tests.pictures import encoded, picture
from tests.providers.asking import provider
from tests.providers.fake_services import FakeServices, Raw

SERVICES = ("gemini", "dashscope", "openai")
MODELS = {"gemini": "gemini-nano-banana-2.1", "dashscope": "qwen-image-3.0", "openai": "local-image"}


def reference(
    name: str, colour: str, role: Role = "person", strength: Strength = "identity", side: int = 512
) -> ReferenceFile:
    data = picture(side, side, colour)
    digest = hashlib.sha256(data).hexdigest()
    return ReferenceFile(Reference(name=name, role=role, strength=strength, sha256=digest), data)


CAST = (
    reference("Mei", "red"),
    reference("Mei", "darkred"),
    reference("Otto", "blue", strength="clothes"),
    reference("Harbour café", "green", role="place"),
)


def artist(fake: FakeServices, service: str, **values: Any) -> Provider:
    edit = {"qwen_image_edit_model": "qwen-image-3.0"} if service == "dashscope" else {}
    return provider(fake, service, **{**edit, **values})


def frame(asked: Provider, references: tuple[ReferenceFile, ...] = CAST) -> FirstFrame:
    return make_first_frame(
        "Mei and Otto drink tea.",
        size=(640, 352),
        artist=asked,
        writer=asked,
        settings=Settings(),
        references=references,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_the_right_pictures_in_the_right_order_bound_to_their_names(fake: FakeServices, service: str) -> None:
    made = frame(artist(fake, service))
    (call,) = fake.received(f"{service}.image")
    assert call.model == MODELS[service]
    assert call.pictures == [one.data for one in CAST]
    prompt = call.texts[-1]
    assert prompt.endswith("\n\nMei and Otto drink tea.")
    assert "Pictures 1 and 2 show Mei. Keep the face, hair, build and age of Mei" in prompt
    assert "Picture 3 shows Otto. Keep the face, hair, build, age and clothes of Otto" in prompt
    assert "Picture 4 shows the place Harbour café." in prompt
    assert made.prompt == "Mei and Otto drink tea."
    assert made.picture.size == (640, 352)


def test_gemini_has_each_name_beside_its_picture(fake: FakeServices) -> None:
    frame(artist(fake, "gemini"))
    parts = fake.received("gemini.image")[0].body["contents"][0]["parts"]
    told = [part.get("text", "picture") for part in parts[:-1]]
    assert told == [
        *("Picture 1: Mei", "picture", "Picture 2: Mei", "picture"),
        *("Picture 3: Otto", "picture", "Picture 4: Harbour café", "picture"),
    ]


def test_dashscope_has_the_pictures_before_the_words(fake: FakeServices) -> None:
    frame(artist(fake, "dashscope"))
    content = fake.received("dashscope.image")[0].body["input"]["messages"][0]["content"]
    assert [list(part) for part in content] == [["image"]] * 4 + [["text"]]


def test_openai_is_asked_at_edits_and_without_pictures_at_generations(fake: FakeServices) -> None:
    frame(artist(fake, "openai"))
    frame(artist(fake, "openai"), references=())
    edit, generation = fake.received("openai.image")
    assert (edit.path, generation.path) == ("/v1/images/edits", "/v1/images/generations")
    assert len(edit.body["image[]"]) == 4


def test_words_alone_go_to_the_model_of_before(fake: FakeServices) -> None:
    frame(artist(fake, "dashscope"), references=())
    (call,) = fake.received("dashscope.image")
    assert (call.model, call.texts) == ("z-image-turbo", ["Mei and Otto drink tea."])
    assert call.body["parameters"] == {"size": "1280*720", "prompt_extend": False}


def test_z_image_takes_none_and_says_so_before_anything_is_sent(fake: FakeServices) -> None:
    words = "z-image-turbo of dashscope draws from words only: the pictures of Mei, Otto, Harbour café cannot be sent"
    with pytest.raises(ReferencesNotTaken) as stopped:
        frame(provider(fake, "dashscope"))
    assert stopped.value.message() == f"{words} to it."
    assert "QWEN_IMAGE_EDIT_MODEL" in stopped.value.next_step()
    assert fake.count() == 0


def test_a_qwen_image_model_for_everything_takes_them_itself(fake: FakeServices) -> None:
    frame(provider(fake, "dashscope", qwen_image_model="qwen-image-3.0-pro"))
    assert fake.received("dashscope.image")[0].model == "qwen-image-3.0-pro"


@pytest.mark.parametrize("service", SERVICES)
def test_too_many_are_refused_before_anything_is_sent(fake: FakeServices, service: str) -> None:
    setting = {"dashscope": "qwen"}.get(service, service)
    asked = artist(fake, service, **{f"{setting}_reference_pictures": 3})
    with pytest.raises(TooManyReferences, match=r"4 reference pictures are to be sent; \S+ of \S+ takes 3\."):
        check_references(asked, [one.reference for one in CAST])
    with pytest.raises(TooManyReferences):
        frame(asked)
    assert fake.count() == 0


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("gemini", {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
        ("gemini", {"candidates": [{"content": {}, "finishReason": "IMAGE_SAFETY"}]}),
        ("dashscope", {"code": "DataInspectionFailed", "message": "no", "request_id": "r"}),
        ("openai", {"error": {"code": "moderation_blocked", "message": "no"}}),
    ],
)
def test_a_refused_picture_names_the_people_and_is_asked_once(
    fake: FakeServices, service: str, answer: dict[str, Any]
) -> None:
    fake.script(f"{service}.image", Raw(200 if service == "gemini" else 400, answer))
    with pytest.raises(ReferencesDeclined, match="with the pictures of Mei, Otto, Harbour café"):
        frame(artist(fake, service))
    assert fake.count(f"{service}.image") == 1


def test_a_service_without_edits_is_one_that_takes_none(fake: FakeServices) -> None:
    fake.script("openai.image", Raw(404, {"detail": "Not Found"}))
    with pytest.raises(ReferencesNotTaken, match="local-image of openai"):
        frame(artist(fake, "openai"))


def test_a_size_that_an_edit_does_not_take_is_left_out(fake: FakeServices) -> None:
    fake.script(
        "dashscope.image", Raw(400, {"code": "InvalidParameter", "message": "size is not supported"}), picture()
    )
    frame(artist(fake, "dashscope"))
    assert [sorted(call.body["parameters"]) for call in fake.received("dashscope.image")] == [
        ["prompt_extend", "size"],
        ["prompt_extend"],
    ]


def test_a_picture_of_another_kind_or_size_is_sent_as_the_service_takes_it(fake: FakeServices) -> None:
    large = Image.linear_gradient("L").resize((4000, 1000)).convert("RGB")
    tiff = encoded(large, "TIFF")
    one = ReferenceFile(Reference(name="Mei", sha256=hashlib.sha256(tiff).hexdigest()), tiff)
    frame(artist(fake, "dashscope"), (one, reference("Otto", "blue", side=100)))
    sent = [Image.open(io.BytesIO(data)) for data in fake.received("dashscope.image")[0].pictures]
    assert [(picture.format, picture.size) for picture in sent] == [("JPEG", (3072, 768)), ("JPEG", (384, 384))]
