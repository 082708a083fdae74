"""Who says what and when, and which sounds there are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyboard.script import language_of, lines, sounds
from tests.storyboard.corpus import TALK


def test_lines_come_in_their_order_where_the_text_has_them() -> None:
    first, second = lines(TALK, 8.0)
    assert (first.words, first.voice) == ("Did you follow me here?", "woman")
    assert (second.words, second.voice) == ("I only wanted to walk you home.", "man")
    assert 0.3 <= first.start < first.end <= second.start < second.end <= 8.0
    assert first.end - first.start == pytest.approx(5 / 2.5 + 0.5)


def test_a_line_that_is_told_late_is_said_late() -> None:
    early, late = (
        lines(text, 8.0)[0].start
        for text in ('"Go," says the man. ' + "Rain falls. " * 9, "Rain falls. " * 9 + 'The man says "Go."')
    )
    assert early < 2 < 5 < late


def test_a_line_is_as_long_as_its_voice() -> None:
    first, second = lines(TALK, 8.0, [1.25, None])
    assert first.end - first.start == pytest.approx(1.25)
    assert second.end - second.start == pytest.approx(7 / 2.5 + 0.5)


def test_more_words_than_time_are_squeezed_into_it() -> None:
    said = lines("A man says “" + "word " * 100 + "”. A woman says “" + "word " * 50 + "”.", 8.0)
    assert said[0].start == 0
    assert said[-1].end == pytest.approx(8.0)
    assert (said[0].end - said[0].start) > (said[1].end - said[1].start)


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ('The old woman whispers "Come in."', "woman"),
        ("小女孩说：“回家吧。”", "woman"),
        ("老人对女孩说完，男孩答：“好。”", "man"),
        ('"Hello," she says.', "woman"),
        ('"Hello."', "man"),
    ],
)
def test_the_voice_is_that_of_who_is_named_beside_the_line(text: str, voice: str) -> None:
    assert lines(text, 8)[0].voice == voice


def test_signs_and_the_subtitle_marker_are_not_said() -> None:
    assert lines('A sign reads "OPEN". This video has no subtitles.', 8) == []
    assert sounds('A sign reads "OPEN". This video has no subtitles.') == ""


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        (f"{TALK} This video has no subtitles.", "The sound of steady rain."),
        ("一位老人坐着。能听到海浪声和雷声。", "能听到海浪声和雷声。"),
        ("A cat sleeps.", ""),
        ("A cat sleeps. The sound: rain on glass. There is no music.", "The sound: rain on glass."),
        ("A cat sleeps. There is no music.", ""),
        ("猫睡着了。没有音乐。", ""),
    ],
)
def test_what_is_heard_beside_speech(text: str, heard: str) -> None:
    assert sounds(text) == heard


@pytest.mark.parametrize(
    ("words", "tag"),
    [("Hello", "en"), ("你好", "zh"), ("こんにちは", "ja"), ("안녕", "ko"), ("Привет", "ru"), ("", "en")],
)
def test_the_language_of_a_line(words: str, tag: str) -> None:
    assert language_of(words) == tag


@given(
    st.lists(st.text("ab 你好", min_size=1).filter(str.strip), max_size=5),
    st.floats(0.05, 30),
    st.lists(st.none() | st.floats(0.01, 20), max_size=5),
)
def test_lines_never_overlap_and_never_last_longer_than_the_video(
    said: list[str], seconds: float, known: list[float | None]
) -> None:
    text = " ".join(f"A man says “{words.strip()}”. He waits." for words in said)
    found = lines(text, seconds, known)
    assert len(found) == len(said)
    assert all(0 <= line.start <= line.end <= seconds + 1e-6 for line in found)
    assert all(one.end <= other.start + 1e-6 for one, other in pairwise(found))
