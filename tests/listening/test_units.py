"""What is made alike before two texts are compared, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.units import is_chinese, units_of


def texts(text: str) -> list[str]:
    return [one.text for one in units_of(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, THERE!", "hello there"),
        ("I don't know.", "i do not know"),
        ("I can’t. We won't.", "I can not we will not"),
        ("They're here, I'm sure.", "they are here I am sure"),
        ("twenty-one apples", "21 apples"),
        ("two hundred and five", "205"),
        ("three thousand four hundred", "3400"),
        ("Uh, well, um, yes.", "well yes"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "full width"),
        ("燈不能滅。", "灯不能灭"),
        ("他有三百二十一只猫", "他有321只猫"),
        ("二〇二四年", "2024年"),
        ("一万两千", "12000"),
        ("嗯，她来了", "他来了"),
        ("ok", "Okay"),
    ],
)
def test_made_alike(one: str, other: str) -> None:
    assert texts(one) == texts(other)


@pytest.mark.parametrize(
    ("one", "other"), [("I do", "I don't"), ("twenty one", "twelve"), ("灯灭了", "灯没灭"), ("left", "right")]
)
def test_not_made_alike(one: str, other: str) -> None:
    assert texts(one) != texts(other)


def test_a_line_of_fillers_alone_keeps_them() -> None:
    assert texts("Hmm... Uh!") == ["hmm", "uh"]
    assert texts("…—!") == []


@pytest.mark.parametrize(("text", "expected"), [("你好 world 世界", True), ("hello 世", False), ("3 4", False)])
def test_which_language(text: str, expected: bool) -> None:
    assert is_chinese(units_of(text)) is expected


@given(st.text(max_size=200))
def test_every_unit_is_at_its_place(text: str) -> None:
    places = [(one.start, one.end) for one in units_of(text)]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)


@given(st.integers(0, 99_999))
def test_english_numbers(number: int) -> None:
    assert texts(_said(number)) == texts(str(number))


def _said(number: int) -> str:
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    ones += "seventeen eighteen nineteen"
    tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    if number < 20:
        return ones.split()[number]
    if number < 100:
        return tens[number // 10 - 2] + (f"-{_said(number % 10)}" if number % 10 else "")
    scale, word = (100, "hundred") if number < 1_000 else (1_000, "thousand")
    rest = f" and {_said(number % scale)}" if number % scale else ""
    return f"{_said(number // scale)} {word}{rest}"
