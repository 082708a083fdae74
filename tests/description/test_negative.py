"""The usual negative prompt without what a wish contradicts."""

from __future__ import annotations

import pytest

from description.negative import DEFAULT, offered, wants_captions


@pytest.mark.parametrize(
    ("wanted", "left_out"),
    [
        ("A crowded night market", {"背景人很多", "杂乱的背景"}),
        ("春节庙会上人山人海", {"背景人很多", "杂乱的背景"}),
        ("A statue, perfectly still", {"静态", "静止", "静止不动的画面"}),
        ("水墨画风格的山", {"风格", "作品", "画作", "画面"}),
        ("An oil painting comes alive", {"风格", "作品", "画作", "画面"}),
        ("A talk with subtitles", {"字幕"}),
        ("A man walks backwards", {"倒着走"}),
    ],
)
def test_only_the_terms_against_the_wish_are_left_out(wanted: str, left_out: set[str]) -> None:
    offer = offered(wanted)
    assert offer is not None
    assert offer.notes
    assert set(DEFAULT.split("，")) - set(offer.value.split("，")) == left_out
    assert set(offer.value.split("，")) < set(DEFAULT.split("，"))


@pytest.mark.parametrize(
    "wanted", ["An orange cat chases a ball", "一只橘猫在追毛线球", "A talk without subtitles", "不要字幕"]
)
def test_a_wish_that_contradicts_nothing_gets_no_offer(wanted: str) -> None:
    assert offered(wanted) is None


def test_captions_and_a_painted_frame_count_too() -> None:
    by_flag, by_frame = offered("A cat", captions=True), offered("A cat", elements="A watercolour of a cat.")
    assert by_flag is not None
    assert "字幕" not in by_flag.value.split("，")
    assert by_frame is not None
    assert "画作" not in by_frame.value
    assert offered("A cat", elements="A photograph of a crowd, perfectly still.") is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("with Chinese subtitles", True),
        ("请加上中文字幕", True),
        ("no subtitles please", False),
        ("不要任何字幕", False),
        ("a cat", False),
    ],
)
def test_a_wish_for_captions(text: str, wanted: bool) -> None:
    assert wants_captions(text) is wanted
