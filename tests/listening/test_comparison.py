"""Which lines were said, by what a service heard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.believed import doubt
from listening.comparison import Comparison, compare
from providers.base import HeardWords

KEEPER, VISITOR = "The light must not go out.", "Then let me help you carry the oil."
ZH = "灯塔的光不能熄灭。"


def heard(*texts: str) -> list[HeardWords]:
    return [HeardWords(text=text, start=float(number), end=number + 0.8) for number, text in enumerate(texts)]


def verdicts(found: Comparison) -> list[str]:
    return [line.verdict for line in found.lines]


def test_said_with_times_and_words() -> None:
    found = compare([KEEPER, VISITOR], heard("the light must not go out", "then let me help you carry the oil"))
    assert verdicts(found) == ["said", "said"]
    first, second = found.lines
    assert (first.heard, first.start, first.end, first.right) == ("the light must not go out", 0.0, 0.8, 1.0)
    assert second.start == 1.0
    assert (found.beyond, found.other_language, found.verdict) == ((), False, "said")


def test_nothing_heard() -> None:
    found = compare([KEEPER], [])
    assert verdicts(found) == ["not_said"]
    assert (found.lines[0].heard, found.lines[0].start, found.other_language) == ("", None, False)


@pytest.mark.parametrize(
    ("line", "half"), [(KEEPER, "the light must"), (VISITOR, "then let me help"), (ZH, "灯塔的光")]
)
def test_half_said(line: str, half: str) -> None:
    found = compare([line], heard(half))
    assert verdicts(found) == ["partly"]
    assert found.lines[0].heard == half


def test_missing_and_swapped() -> None:
    assert verdicts(compare([KEEPER, VISITOR], heard(VISITOR))) == ["not_said", "said"]
    found = compare([KEEPER], heard("We went to the market for some bread"))
    assert verdicts(found) == ["not_said"]
    assert found.beyond[0].text == "We went to the market for some bread"


def test_in_another_order_both_are_found() -> None:
    found = compare([KEEPER, VISITOR], heard(VISITOR, KEEPER))
    assert verdicts(found) == ["said", "said"]
    assert found.lines[0].start == 1.0


def test_a_negation_makes_another_line() -> None:
    assert verdicts(compare(["I love you"], heard("I do not love you"))) == ["partly"]


def test_what_was_said_beyond() -> None:
    found = compare([KEEPER], heard("welcome everybody", "the light must not go out", "thanks for watching"))
    assert [one.text for one in found.beyond] == ["welcome everybody", "thanks for watching"]
    assert found.beyond[1].start == 2.0


def test_spelled_otherwise() -> None:
    assert verdicts(compare(["The lighthouse is gray."], heard("the light house is grey"))) == ["said"]


def test_in_another_language() -> None:
    found = compare(["你好，世界"], heard("hello world"))
    assert (verdicts(found), found.other_language) == (["not_said"], True)


def test_words_one_by_one_and_characters_one_by_one() -> None:
    words = [HeardWords(text=one, start=n / 2, end=n / 2 + 0.4) for n, one in enumerate(KEEPER.strip(".").split())]
    (line,) = compare([KEEPER], words).lines
    assert (line.verdict, line.start, line.end) == ("said", 0.0, 2.9)
    (line,) = compare([ZH], [HeardWords(text=one) for one in "燈塔的光不能熄滅"]).lines
    assert (line.verdict, line.heard, line.start) == ("said", "燈塔的光不能熄滅", None)


def test_a_line_without_words_is_none() -> None:
    assert compare(["…"], []).lines == ()
    assert compare([], heard("hello there")).verdict is None


LINES = st.lists(
    st.sampled_from(
        [
            "light",
            "must",
            "not",
            "go",
            "out",
            "help",
            "you",
            "carry",
            "oil",
            "sea",
            "storm",
            "灯",
            "塔",
            "光",
            "海",
            "风",
        ]
    ),
    min_size=3,
)


@given(LINES)
def test_a_line_said_is_said_and_alone(words: list[str]) -> None:
    line = " ".join(words)
    found = compare([line], heard(line))
    assert (verdicts(found), found.lines[0].right, found.beyond) == (["said"], 1.0, ())


@given(st.lists(st.text(max_size=30), max_size=4), st.lists(st.text(max_size=30), max_size=4))
def test_whatever_is_asked_and_heard(lines: list[str], texts: list[str]) -> None:
    found = compare(lines, heard(*texts))
    assert all(0 <= line.right <= 1 for line in found.lines)
    assert all((line.heard == "") == (line.verdict == "not_said") for line in found.lines)


@pytest.mark.parametrize(
    ("text", "seconds", "speech", "expected"),
    [
        ("thank you " * 8, 8.0, None, "loop"),
        ("谢谢观看" * 6, 8.0, None, "loop"),
        ("the light must not go out and the sea is wide and cold", 1.0, None, "too_fast"),
        (KEEPER, 8.0, [], "no_speech"),
        (KEEPER, 8.0, [(0.5, 2.0)], None),
        (KEEPER, 8.0, None, None),
        ("no no no", 3.0, None, None),
        ("", 3.0, [], None),
    ],
)
def test_what_is_not_believed(
    text: str, seconds: float, speech: list[tuple[float, float]] | None, expected: str | None
) -> None:
    assert doubt(heard(text), seconds, speech) == expected
