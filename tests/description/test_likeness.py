"""A model's verdict about a card: the three that there are, and everything else is ``unsure``."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import phrase
from description.likeness import NO_JSON, Likeness, likenesses, read_verdict


def said(verdict: object, reason: object = "The beard is black.") -> str:
    return json.dumps({"verdict": verdict, "reason": reason})


@pytest.mark.parametrize("verdict", ["same", "different", "unsure"])
def test_each_verdict_comes_with_its_reason(verdict: str) -> None:
    assert read_verdict("Mei", said(verdict)) == Likeness("Mei", verdict, "The beard is black")  # type: ignore[arg-type]


@pytest.mark.parametrize("around", ["```json\n{}\n```", "Here it is: {}", "{}\nI hope this helps {{you}}."])
def test_words_around_it_do_no_harm(around: str) -> None:
    found = read_verdict("Mei", around.replace("{}", said("different")).replace("{{", "{"))
    assert found.verdict == "different"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Same!",
        "{",
        "[]",
        "{}",
        said("identical"),
        said("same", ""),
        said("same", 7),
        said(["same"]),
        '{"a":' * 5000,
    ],
)
def test_nonsense_is_unsure(answer: str) -> None:
    assert read_verdict("Mei", answer) == Likeness("Mei", "unsure", NO_JSON)


@given(st.text())
def test_no_answer_is_an_error(answer: str) -> None:
    assert read_verdict("Mei", answer).verdict in ("same", "different", "unsure")


def test_a_note_is_read_back_as_what_it_was() -> None:
    found = (
        Likeness("Mei", "same", "Her face"),
        Likeness("Otto", "unsure", phrase("The service {provider} had a problem.", provider="gemini")),
    )
    assert likenesses([one.message for one in found]) == found
    assert [str(one.message) for one in found] == [
        "Mei is as on the card: Her face.",
        "Whether Otto is as on the card cannot be told: The service gemini had a problem.",
    ]
