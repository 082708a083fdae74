"""What a reasoning model thinks is never taken for its answer, whatever form it comes in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from description.text import bare_answer
from description.thoughts import without_thoughts
from tests.description.thoughts import ANSWER, WITH_ANSWER, WITHOUT


@pytest.mark.parametrize("form", WITH_ANSWER)
def test_only_the_answer_is_left(form: str) -> None:
    assert bare_answer(WITH_ANSWER[form]) == ANSWER


@pytest.mark.parametrize("form", WITHOUT)
def test_of_thoughts_alone_nothing_is_left(form: str) -> None:
    assert bare_answer(WITHOUT[form]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "An analysis of light: a cat thinks.",
        "Analysis Street at dawn.",
        'He says: "Think [twice] <3".',
        "A sign reads: a < b > c.",
        "A reflection [in a pond] of thought.",
        "final light over the analysis desk, an assistant waits",
        "A neon sign with <b>bold</b> letters; the final shot",
        "Finally the response comes: here is my answer.",
    ],
)
def test_prose_stays_as_it_is(text: str) -> None:
    assert without_thoughts(text) == text


pieces = st.sampled_from(
    [
        "<think>",
        "</think>",
        "<",
        "think>",
        "<|end|>",
        "assistantfinal",
        "analysis",
        "W",
        " ",
        "a",
        "<|channel|>",
        "final",
        "<answer>",
        "</answer>",
        "<think/>",
        "```think\n",
        "```",
        "\n",
    ]
)


@given(st.lists(pieces, max_size=12).map("".join))
def test_it_is_done_in_one_go(text: str) -> None:
    once = without_thoughts(text)
    assert without_thoughts(once) == once
    assert "</think>" not in once
