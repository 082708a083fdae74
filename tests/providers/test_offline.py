"""The offline provider keeps the protocol, is deterministic, and puts its name on everything."""

from __future__ import annotations

import io
import socket

import pytest
from PIL import Image

from core.steps import STEPS
from media.pictures import png_bytes
from providers.base import ImageRequest, Provider, TextRequest, TextTask, VisionRequest
from providers.offline import NOTES, Offline

FACTS = {
    "user_text": "A cat sits. It purrs.",
    "elements": "A photograph of a cat.",
    "seconds": "8",
    "captions": "",
    "orientation": "landscape",
    "limit": "",
    "text": "A cat. A dog.",
}


@pytest.mark.parametrize("task", ["image_prompt", "shorten", "video_description", "correction"])
def test_every_task_gets_a_text(task: TextTask) -> None:
    request = TextRequest(task=task, system="s", user="u", facts={**FACTS, "limit": "8" if task == "shorten" else ""})
    answer = Offline().text(request)
    assert answer.text
    assert answer == Offline().text(request)
    assert (answer.provider, answer.model, answer.tokens) == ("offline", "words", None)


def test_a_correction_without_a_model_changes_nothing() -> None:
    request = TextRequest(task="correction", system="", user="", facts=FACTS)
    assert Offline().text(request).text == FACTS["text"]


def test_it_can_do_everything_and_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it connected"))
    provider: Provider = Offline()
    assert provider.capabilities == {"text", "image", "vision"}
    assert provider.prompt_limit is None
    card = provider.image(ImageRequest(prompt="一只猫", width=352, height=640))
    with Image.open(io.BytesIO(card.data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (352, 640))
    assert (card.provider, card.model) == ("offline", "drawing")
    seen = provider.vision(VisionRequest(system="", user="", picture=png_bytes(Image.new("RGB", (640, 352), "red"))))
    assert "vivid red" in seen.text
    assert (seen.provider, seen.model) == ("offline", "measured")


@pytest.mark.parametrize(
    ("description", "orientation", "words"),
    [
        ("A lighthouse in a storm.", "landscape", ("A view of the sea", "a storm", "landscape format", "grey light")),
        ("两个人在雨夜的街头说话。", "portrait", ("夜晚的街道", "有雨", "竖幅构图", "光线")),
    ],
)
def test_its_own_drawing_is_told_from_the_words_and_not_measured(
    description: str, orientation: str, words: tuple[str, ...]
) -> None:
    facts = {"user_text": description, "orientation": orientation}
    prompt = Offline().text(TextRequest(task="image_prompt", system="", user="", facts=facts)).text
    assert prompt.startswith(description)
    assert "format. A" not in prompt
    size = (640, 352) if orientation == "landscape" else (352, 640)
    drawing = Offline().image(ImageRequest(prompt=prompt, width=size[0], height=size[1])).data
    told = Offline().vision(VisionRequest(system="", user="", picture=drawing, image_prompt=prompt))
    assert all(word in told.text for word in words)
    assert "colour" not in told.text
    assert (told.provider, told.model) == ("offline", "words")


def test_a_picture_of_somebody_else_is_measured_whatever_the_prompt_says() -> None:
    photo = png_bytes(Image.new("RGB", (640, 352), "red"))
    seen = Offline().vision(VisionRequest(system="", user="", picture=photo, image_prompt="A lighthouse in a storm."))
    assert "vivid red" in seen.text
    assert "sea" not in seen.text


def test_every_step_before_the_render_has_its_warning() -> None:
    assert set(NOTES) == set(STEPS) - {"render"}
    assert all("without a model" in str(message) for message in NOTES.values())
