"""The offline provider keeps the protocol, is deterministic, and puts its name on everything."""

from __future__ import annotations

import io
import socket

import pytest
from PIL import Image

from media.pictures import png_bytes
from providers.base import ImageRequest, Provider, TextRequest, TextTask, VisionRequest
from providers.offline import NOTES, Offline
from step_result import STEPS

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
    assert (card.provider, card.model) == ("offline", "card")
    seen = provider.vision(VisionRequest(system="", user="", picture=png_bytes(Image.new("RGB", (640, 352), "red"))))
    assert "vivid red" in seen.text
    assert (seen.provider, seen.model) == ("offline", "measured")


def test_every_step_before_the_render_has_its_warning() -> None:
    assert set(NOTES) == set(STEPS) - {"render"}
    assert all("without a model" in str(note) for note in NOTES.values())
