"""A frame against each card: who is asked what, and that nothing that fails is an error of the step."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from config import Settings
from core.errors import NoProvider, PromptBlocked, ProviderTimeout
from description.likeness import likenesses
from providers.base import Provider
from providers.offline import Offline
from qwen_vl_api import compare_with_cards
from tests.pictures import picture
from tests.providers.test_references import reference
from tests.steps.fake_provider import FakeProvider

FRAME = picture(640, 352)
CARDS = (
    reference("Mei", "red", side=2000),
    reference("Mei", "darkred"),
    reference("Otto", "blue", strength="clothes"),
    reference("Harbour café", "green", role="place"),
    reference("the shot before", "grey", role="shot"),
)
SAME, OTHER = '{"verdict": "same", "reason": "The face."}', '{"verdict": "different", "reason": "The coat is red."}'


def test_one_question_a_card_with_its_own_pictures_after_the_frame() -> None:
    eye = FakeProvider(texts=[SAME, OTHER, "I cannot tell."])
    notes, tokens = compare_with_cards(FRAME, CARDS, viewer=lambda: eye, settings=Settings())
    assert [(one.name, one.verdict) for one in likenesses(notes)] == [
        *(("Mei", "same"), ("Otto", "different"), ("Harbour café", "unsure"))
    ]
    assert tokens == 300
    assert [len(asked.others) for asked in eye.looked] == [2, 1, 1]
    assert all(asked.picture == FRAME for asked in eye.looked)
    assert max(Image.open(io.BytesIO(eye.looked[0].others[0])).size) == 1024
    mei, otto, place = (asked.system for asked in eye.looked)
    assert ("Compare only face, hair, build and apparent age." in mei, "and clothes" in mei) == (True, False)
    assert "apparent age and clothes" in otto
    assert "the place Harbour café" in place
    assert "at most 30 words, in English." in mei


def test_the_reasons_are_in_the_language_of_the_description() -> None:
    eye = FakeProvider(texts=[SAME])
    text = 'A medium shot. 售票处, 夜. 老陈, 七十岁的男人. 老陈 says: "末班船开走了。" There is no music.'
    compare_with_cards(FRAME, CARDS[:1], viewer=lambda: eye, settings=Settings(), text=text)
    assert "in Simplified Chinese." in eye.looked[0].system


@pytest.mark.parametrize(
    "problem", [PromptBlocked(provider="x", reason="SAFETY"), ProviderTimeout(provider="x", seconds=9)]
)
def test_a_refusal_or_a_failure_is_unsure_with_its_reason(problem: Exception) -> None:
    eye = FakeProvider(texts=[problem, SAME, SAME])
    notes, _ = compare_with_cards(FRAME, CARDS, viewer=lambda: eye, settings=Settings())
    first, *others = likenesses(notes)
    assert (first.verdict, [one.verdict for one in others]) == ("unsure", ["same", "same"])
    assert str(problem).rstrip(".") in str(notes[0])


def test_a_service_that_is_not_there_is_unsure_too() -> None:
    def nobody() -> Provider:
        raise NoProvider(step="vision")

    notes, tokens = compare_with_cards(FRAME, CARDS[:1], viewer=nobody, settings=Settings())
    assert ([one.verdict for one in likenesses(notes)], tokens) == (["unsure"], None)


def test_offline_nothing_is_claimed() -> None:
    assert compare_with_cards(FRAME, CARDS, viewer=Offline, settings=Settings()) == ([], None)
