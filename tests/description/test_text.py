"""Cleaning, mending and measuring the text of a description."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from description.quotations import quotations
from description.text import (
    MARKER,
    bare_answer,
    characters,
    collapse,
    ended,
    estimated_tokens,
    length,
    mended,
    plain_prose,
    sentences,
    speech_seconds,
    with_marker,
)


@given(st.text() | st.text("&;#amplt01 \t\n\u200b\ufeff\x00A"))
def test_collapse_is_idempotent_and_one_clean_line(text: str) -> None:
    clean = collapse(text)
    assert collapse(clean) == clean
    assert clean == " ".join(clean.split())
    clean.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\n\r\n b\u3000c\u00a0d", "a b c d"),
        ("Tom &amp;amp; Jerry&#39;s", "Tom & Jerry's"),
        ("AT&T and &notit", "AT&T and &notit"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("“你好，　世界”", "“你好， 世界”"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_collapse(text: str, clean: str) -> None:
    assert collapse(text) == clean


@given(st.text(), st.booleans())
def test_the_marker_is_there_once_at_the_end_or_not_at_all(text: str, wanted: bool) -> None:
    result = with_marker(f"{text} {MARKER} more text {MARKER.lower()}", wanted)
    assert result.count(MARKER) == int(wanted)
    assert result.endswith(MARKER) == wanted
    assert with_marker(result, wanted) == result


def test_no_text_gets_no_marker() -> None:
    assert with_marker("  ", True) == ""


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("A cat", "A cat."),
        ("A cat.", "A cat."),
        ('He says "go!"', 'He says "go!"'),
        ("A cat,", "A cat."),
        ("一只猫。", "一只猫。"),
    ],
)
def test_ended(text: str, result: str) -> None:
    assert ended(text) == result


@pytest.mark.parametrize(
    "answer",
    [
        "A cat leaps.",
        "```\nA cat leaps.\n```",
        "```text\nA cat leaps.\n```\nI hope this helps!",
        "Here is the rewritten description:\n\nA cat leaps.",
        "Sure! Here's your prompt: A cat leaps.",
        "<think>The user wants a cat.\nLet me write.</think>\n\nA cat leaps.",
        "## A cat leaps.",
        "**A cat** leaps.",
        "- A `cat` leaps.",
        '"A cat leaps."',
        "A   cat\n\nleaps.",
    ],
)
def test_wrappers_of_models_are_mended_without_a_model(answer: str) -> None:
    assert mended(answer, user_text="a cat", marker=False) == "A cat leaps."


def test_a_real_beginning_is_no_announcement() -> None:
    text = "Here is a cat in a sunlit room: it leaps."
    assert bare_answer(text) == text


def test_an_answer_that_is_only_the_users_line_keeps_its_marks() -> None:
    assert mended('"Hello"', user_text='A man says "Hello"', marker=False) == '"Hello"'


def test_quotations_come_out_in_straight_marks_and_exact() -> None:
    text = mended("A girl says 「跟我回家吧.」", user_text="女孩说：“跟我回家吧。”", marker=True)
    assert text == f'A girl says "跟我回家吧。" {MARKER}'


def test_elements_in_markdown_become_prose() -> None:
    assert (
        plain_prose("**1. STYLE**  \n- Warm *light*.\n\n# CAMERA\n1. Medium shot.")
        == "1. STYLE Warm light. CAMERA Medium shot."
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A cat sits. It purrs!", ["A cat sits.", "It purrs!"]),
        ('She says "Stop. Now." and runs. Rain falls.', ['She says "Stop. Now." and runs.', "Rain falls."]),
        ("他说“不。走。”她笑了。雨停了", ["他说“不。走。”", "她笑了。", "雨停了"]),
        ("Mr. Smith waves. He leaves.", ["Mr. Smith waves.", "He leaves."]),
        ("", []),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_lengths_count_words_and_chinese_characters() -> None:
    text = "A well-lit room isn't big: 你好，世界"
    assert (length(text), characters(text)) == (9, 4)
    assert estimated_tokens("word " * 100) == 150
    assert estimated_tokens("世" * 100) == 100
    assert estimated_tokens("x" * 4000) >= 1000


def test_speech_takes_time_for_words_characters_and_turns() -> None:
    spoken = quotations('A man says "one two three four five" and a girl says "一二三四五六七八九".')
    assert speech_seconds(spoken) == pytest.approx(5 / 2.5 + 9 / 4.5 + 2 * 0.5)
