"""Terms to search by: what a person types is found in what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.store.search_terms import Term, query_terms, search_terms

HAN = st.text(st.sampled_from("橘猫在雨中的港口睡觉々のカ"), min_size=1, max_size=12)


def found(query: str, text: str) -> bool:
    """What both databases do with the terms."""
    terms, wanted = search_terms(text), query_terms(query)
    hits = [any(t.startswith(w.text) if w.prefix else t == w.text for t in terms) for w in wanted]
    return bool(wanted) and all(hits)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("Rain, rain — and RAIN!", ["rain", "and"]),
        ("橘猫睡觉", ["橘", "猫", "睡", "觉", "橘猫", "猫睡", "睡觉"]),
        ("一只 4K橘猫video", ["一", "只", "一只", "4k", "橘", "猫", "橘猫", "video"]),
        ("Café Ｖｉｄｅｏ STRASSE", ["cafe", "video", "strasse"]),
        ("don't a_b", ["don", "t", "a", "b"]),
        ("ガラス", ["ガ", "ラ", "ス", "ガラ", "ラス"]),
    ],
)
def test_terms_of_a_text(text: str, terms: list[str]) -> None:
    assert search_terms(text) == terms


def test_words_of_a_query_match_beginnings_and_characters_pairs() -> None:
    assert query_terms("rain 橘猫睡 雨 4k") == [
        Term("rain", prefix=True),
        Term("橘猫", prefix=False),
        Term("猫睡", prefix=False),
        Term("雨", prefix=False),
        Term("4k", prefix=False),
    ]


@given(HAN, st.data())
def test_any_part_of_a_chinese_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert found(text[start:end], text)


@given(st.text(max_size=60))
def test_a_text_with_letters_finds_itself(text: str) -> None:
    assert found(text, text) == bool(search_terms(text))


@given(st.text(max_size=200))
def test_terms_hold_nothing_that_a_query_language_knows(text: str) -> None:
    for term in search_terms(text):
        assert all(part.isalnum() for part in term if part.isascii())
        assert len(term.split()) == 1
        assert len(term) <= 40


def test_a_very_long_text_stays_within_what_postgres_takes() -> None:
    terms = search_terms(" ".join(f"{i}{'ü' * 60}" for i in range(20_000)))
    assert len(terms) == 4000
    assert sum(len(term.encode()) for term in terms) < 1_000_000
