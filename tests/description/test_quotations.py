"""Quoted words: found in every kind of marks, never in an apostrophe, and given back exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from description.quotations import masked, narration, quotations, straight, verbatim


def texts(text: str) -> list[str]:
    return [quote.text for quote in quotations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('She says "Good morning" twice.', ["Good morning"]),
        ("She says “Good morning” twice.", ["Good morning"]),
        ("她说：“你好，世界！”然后离开。", ["你好，世界！"]),
        ("她说：“你好“。", ["你好"]),
        ("他喊：「快跑」，她答：『好』。", ["快跑", "好"]),
        ("他低声说＂别怕＂", ["别怕"]),
        ("Elle dit « bonjour » puis part.", ["bonjour"]),
        ("'Don't go,' he says.", ["Don't go,"]),
        ("‘It’s late,’ he says.", ["It’s late,"]),
        ('"A", "B" and "C"', ["A", "B", "C"]),
        ('他说：“她叫我"老大"。”', ['她叫我"老大"。']),
        ('"two\nlines" and "one"', ["two\nlines", "one"]),
    ],
)
def test_words_are_found_in_any_marks(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It's the cats' toys and the dogs' beds, isn't it?",
        "Rock 'n' roll of the '90s and the '80s.",
        'A 6" nail and a 12" board.',
        "",
        '""',
        'An open " mark only',
    ],
)
def test_apostrophes_and_inches_are_no_quotations(text: str) -> None:
    assert texts(text) == []


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('The sign reads "OPEN".', [False]),
        ('"OPEN" glows on a neon sign.', [False]),
        ('A man beside the sign says "we are open".', [True]),
        ('A sign says nothing. "Come in," calls the man.', [True]),
        ("门上写着“出口”，她说“走吧”。", [False, True]),
        ("The girl waves: “Bye!”", [True]),
        ('A shirt printed with "LOVE" and a woman who whispers "hush".', [False, True]),
    ],
)
def test_words_on_signs_are_told_from_spoken_ones(text: str, spoken: list[bool]) -> None:
    assert [quote.spoken for quote in quotations(text)] == spoken


INNER = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\"“”„＂「」『』«»‘’'"), min_size=1
)
MARKS = st.sampled_from(['""', "“”", "「」", "『』", "＂＂", "«»"])


@given(st.lists(st.tuples(INNER.map(str.strip).filter(bool), MARKS), min_size=1, max_size=4))
def test_round_trip(quoted: list[tuple[str, str]]) -> None:
    text = " says ".join(f"{marks[0]}{inner}{marks[1]}" for inner, marks in quoted)
    assert texts(f"He says {text} today") == [inner for inner, _ in quoted]
    assert texts(straight(f"He says {text} today")) == [inner for inner, _ in quoted]


@given(st.text())
def test_masking_keeps_every_position(text: str) -> None:
    assert len(masked(text)) == len(text) == len(narration(text))


def test_narration_has_none_of_the_quoted_words() -> None:
    assert "secret" not in narration('He says "a secret word" aloud')


@pytest.mark.parametrize(
    ("answer", "exact"),
    [
        ('A woman says, "Hello there," and sits.', '"Hello there"'),
        ("A man says, 'hello there!'", '"Hello there"'),
        ("A man says, “Hello  there”.", '"Hello there"'),
        ('A girl says, "你好,世界".', '"你好，世界！"'),
        ('A sign: "ＯＰＥＮ".', '"OPEN"'),
    ],
)
def test_words_that_differ_in_marks_only_become_exact_again(answer: str, exact: str) -> None:
    user = 'Hello: "Hello there" 「你好，世界！」 and the sign “OPEN”'
    assert exact in verbatim(answer, user)


def test_other_words_are_left_alone() -> None:
    assert verbatim('She says "Goodbye"', 'She says "Hello"') == 'She says "Goodbye"'


def test_marks_within_marks_survive() -> None:
    user = '他说：“她叫我"老大"。”'
    assert texts(verbatim('A man says, “她叫我"老大"。”', user)) == ['她叫我"老大"。']
