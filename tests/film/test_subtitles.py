"""Subtitles: lines broken as a reader of the language expects, timed one after the other, and read back from files."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadSubtitles
from film.document import Utterance
from film.spoken import SpokenLine
from film.subtitles import Cue, as_text, cues_from, cues_of, language_of, lines_of

CHINESE = "灯塔今夜绝不能熄灭，无论大海给我们带来什么，孩子，你要记住。"
MIXED = "“我们，”他说，“必须在 2026 年 11 月之前把 MOVA 的 video workflow 做完！”然后他就走了，再也没有回来过。"
ENGLISH = "The light must not go out tonight, whatever the sea may bring to us and to those who wait for the dawn."


def cues(text: str, begins: float = 1.0, ends: float = 5.0, seconds: float = 8.0) -> list[Cue]:
    return cues_of([SpokenLine(1, Utterance(speaker="a", text=text), begins, ends)], seconds)


def fits(line: str) -> bool:
    wide = sum(ord(character) > 0x2E7F or character in "“”…—‘’" for character in line)
    return wide * 42 + (len(line) - wide) * 16 <= 16 * 42


@pytest.mark.parametrize("text", [CHINESE, MIXED, ENGLISH, "是", "a" * 100, "——你看！……", "一二三。" * 30])
def test_two_lines_at_most_and_each_fits(text: str) -> None:
    found = cues(text)
    assert all(1 <= len(cue.lines) <= 2 for cue in found)
    assert all(fits(line) for cue in found for line in cue.lines)
    assert "".join("".join(cue.lines) for cue in found).replace(" ", "") == text.replace(" ", "")


def test_english_breaks_at_a_comma_and_not_behind_a_small_word() -> None:
    (cue, after) = cues(ENGLISH)
    assert cue.lines == ("The light must not go out tonight,", "whatever the sea may bring to us")
    assert after.lines == ("and to those who wait for the dawn.",)


def test_no_chinese_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    for length in range(10, len(MIXED)):
        for line in lines_of(MIXED[:length]):
            assert line[0] not in "，。！？；：、”’）》」』】…"
            assert line[-1] not in "（《「『【“‘" or length < len(MIXED)


def test_what_is_longer_shares_its_time_and_nothing_lies_over_another() -> None:
    found = cues(CHINESE * 3)
    assert len(found) == 3
    assert found[0].begins == 1.0
    assert all(cue.ends <= after.begins for cue, after in pairwise(found))
    assert found[-1].ends == pytest.approx(5.4)


def test_a_short_line_is_read_for_a_second_but_not_beyond_the_film() -> None:
    assert cues("Yes.", 1.0, 1.2)[0].ends == 2.0
    assert cues("Yes.", 7.5, 7.8)[0].ends == 8.0


@pytest.mark.parametrize(("text", "code"), [(CHINESE, "zho"), (ENGLISH, "eng"), (MIXED, "zho"), ("", "eng")])
def test_the_language(text: str, code: str) -> None:
    assert language_of([text]) == code


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_what_is_written_is_read_back(kind: str) -> None:
    written = [*cues(CHINESE, 0.5, 3.0), *cues("It costs {5} \\N <b>dollars</b>.", 4.0, 6.0)]
    text = as_text(written, "srt" if kind == "srt" else "vtt")
    assert text.startswith("1\n" if kind == "srt" else "WEBVTT")
    again = cues_from(text.encode(), f"a.{kind}", 8.0)
    assert again[0].lines == written[0].lines
    assert [one.begins for one in again] == pytest.approx([one.begins for one in written])
    assert [one.ends for one in again] == pytest.approx([one.ends for one in written])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "neither SRT nor WebVTT"),
        (b"only words", "neither SRT nor WebVTT"),
        (b"1\n00:00:01,000 --> 00:00:03,000\nA\n\n2\n00:00:02,000 --> 00:00:04,000\nB\n", "subtitle 2 has no length"),
        (b"1\n00:00:09,000 --> 00:00:10,000\nA\n", "begins after the film's end"),
    ],
)
def test_what_cannot_be_used_says_why(content: bytes, words: str) -> None:
    with pytest.raises(BadSubtitles, match=words):
        cues_from(content, "edited.srt", 8.0)


def test_edited_lines_that_are_too_long_are_broken_anew() -> None:
    content = f"1\n00:00:01,000 --> 00:00:07,000\n{ENGLISH}\n".encode()
    assert [cue.lines for cue in cues_from(content, "e.srt", 8.0)] == [cue.lines for cue in cues(ENGLISH)]


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab c，。“”（）灯的 1.!?-…"), min_size=1, max_size=120))
def test_no_text_loses_a_letter(text: str) -> None:
    lines = lines_of(text)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(fits(line) for line in lines)


def test_a_film_without_lines_has_no_subtitles() -> None:
    assert cues_of([], 8.0) == []
