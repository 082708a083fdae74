"""What people may give: each limit has its own error, what nobody sees is taken out and said, all else survives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from core.errors import BadId, EmptyText, FileMissing, FileTooLarge, InputError, NotText, NumberOutOfRange, TextTooLong
from core.limits import (
    MAX_NEGATIVE_PROMPT,
    MAX_TEXT,
    checked_text,
    checked_text_with_notes,
    is_plain_id,
    number_within,
    plain_id,
    read_at_most,
    whole_within,
)
from core.plain_text import visible_text
from core.render_settings import render_settings
from description.text import collapse

# Right-to-left text with its marks, joined emoji, flags spelt in tags, variation selectors, Indic joiners, Thai.
LEGITIMATE = [
    "قطة برتقالية تنظر إلى فتاة.\u200f She says: \u200eHello!",
    "חתול כתום מביט בילדה\u061c.",
    "A family 👨‍👩‍👧‍👦 and a pirate 🏴‍☠️, a ❤️‍🔥 and a 👍🏽.",
    "Scotland 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f plays.",
    "क्\u200dष and می\u200cخواهم",
    "一只橘猫抬头看着女孩。她说：“跟我回家吧。”",
    "line one\n\n\tline two",
    "Zoe\u0308, café, ½ × 2 = 1",
]
HOSTILE = {
    "zero": ("a\0b", "ab", 1),
    "escape sequence": ("\x1b[31mred\x1b[0m", "[31mred[0m", 2),
    "override": ("cat \u202edog\u202c", "cat dog", 2),
    "isolate": ("\u2067cat\u2069", "cat", 2),
    "half a character": ("a\ud800b\udfff", "ab", 2),
    "byte order mark": ("\ufeffcat", "cat", 1),
    "letters that no font shows": ("cat\U000e0041\U000e0042", "cat", 2),
    "a flag that is none": ("🏴\U000e0041", "🏴", 1),
    "no character": ("a\uffffb\ufffe", "ab", 2),
    "deleted": ("a\x7f\x9fb", "ab", 2),
}


@pytest.mark.parametrize("text", LEGITIMATE)
def test_what_words_need_survives(text: str) -> None:
    assert checked_text_with_notes(text, "description") == (text, [])
    assert collapse(text) == " ".join(text.split())


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_nobody_sees_is_taken_out_and_said(kind: str) -> None:
    text, kept, removed = HOSTILE[kind]
    clean, notes = checked_text_with_notes(text, "prompt")
    assert clean == kept
    assert [str(one) for one in notes] == [f"{removed} invisible control characters were removed from the prompt."]
    assert collapse(text) == kept


def test_line_breaks_of_word_processors_are_line_breaks() -> None:
    assert checked_text_with_notes("one\x0btwo\u2028three\x85four", "description") == ("one\ntwo\nthree\nfour", [])


@example(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_taken_or_refused_and_can_be_written(text: str) -> None:
    assert visible_text(visible_text(text)) == visible_text(text)
    try:
        clean = checked_text(text, "prompt")
    except EmptyText:
        return
    clean.encode()
    assert not set(clean) & set("\0\x1b\x7f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("text", ["", " \n\t", "\0", "\u202e\u202c", "\ufeff"])
def test_nothing_is_empty(text: str) -> None:
    with pytest.raises(EmptyText):
        checked_text(text, "prompt")


@pytest.mark.parametrize("value", [None, 7, b"text", ["text"], {"text": 1}, True])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(NotText, match="prompt is not text"):
        checked_text(value, "prompt")


def test_the_length_is_that_of_what_is_kept() -> None:
    assert checked_text("x" * MAX_TEXT + "\0" * 50, "prompt") == "x" * MAX_TEXT
    with pytest.raises(TextTooLong, match=f"{MAX_TEXT + 1} characters; at most {MAX_TEXT}"):
        checked_text("x" * (MAX_TEXT + 1), "prompt")


NUMBERS: dict[str, Any] = {"num_frames": 193, "fps": 24, "guidance_scale": 5.0, "num_inference_steps": 50, "seed": 7}
WHOLE = ("num_frames", "fps", "num_inference_steps", "seed")
NO_NUMBERS: list[Any] = ["193", True, None, [193], float("nan"), float("inf"), -float("inf"), 10**400, -(10**400), -1]


def rendered(**changes: Any) -> Any:
    return render_settings(model="mova-360p", orientation="landscape", **{**NUMBERS, **changes})


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: str(value)[:12])
def test_no_number_that_mova_does_not_take(name: str, value: Any) -> None:
    with pytest.raises(NumberOutOfRange) as caught:
        rendered(**{name: value})
    assert caught.value.facts["name"] == name
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("name", WHOLE)
def test_a_fraction_is_no_whole_number(name: str) -> None:
    with pytest.raises(NumberOutOfRange):
        rendered(**{name: 24.0})


@pytest.mark.parametrize("frames", [0, 1, 4, 482, 100_000])
def test_clips_that_are_too_short_or_too_long(frames: int) -> None:
    with pytest.raises(NumberOutOfRange, match="5 to 481"):
        rendered(num_frames=frames)


def test_the_guidance_may_be_whole_and_is_recorded_as_a_number_with_a_point() -> None:
    assert repr(rendered(guidance_scale=5)[0].guidance_scale) == "5.0"


def test_the_negative_prompt_has_a_length_and_nothing_unseen() -> None:
    with pytest.raises(TextTooLong, match="negative prompt"):
        rendered(negative_prompt="x" * (MAX_NEGATIVE_PROMPT + 1))
    with pytest.raises(NotText):
        rendered(negative_prompt=["blurry"])
    settings, notes = rendered(negative_prompt="blurry\u202e")
    assert settings.negative_prompt == "blurry"
    assert "removed from the negative prompt" in str(notes[0])
    assert rendered(negative_prompt="")[0].negative_prompt == ""
    assert rendered()[0].negative_prompt is None


@example(st.one_of(st.integers(), st.floats(), st.text(max_size=5), st.booleans(), st.none()))
def test_any_value_is_in_the_range_or_refused(value: object) -> None:
    for check in (whole_within, number_within):
        try:
            check("n", value, 1, 10)
        except NumberOutOfRange as problem:
            problem.message()
        else:
            assert isinstance(value, int | float)
            assert 1 <= value <= 10


@pytest.mark.parametrize("value", ["../../etc/passwd", "a/b", "a\\b", "a%2fb", "a\0", "a\ud800", "", ".", "x" * 129])
def test_an_id_is_no_path(value: str) -> None:
    assert not is_plain_id(value)
    with pytest.raises(BadId) as caught:
        plain_id(value)
    str(caught.value).encode()


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "shots.csv").write_bytes(b"x" * 100)
    assert len(read_at_most(tmp_path / "shots.csv", 100)) == 100
    with pytest.raises(FileTooLarge, match=r"shots\.csv"):
        read_at_most(tmp_path / "shots.csv", 99)
    with pytest.raises(FileTooLarge):
        read_at_most(Path("/dev/zero"), 1000)
    for nothing in (tmp_path, tmp_path / "none", tmp_path / "a\0b"):
        with pytest.raises(FileMissing):
            read_at_most(nothing, 10)


def test_an_error_can_be_shown_whatever_was_given() -> None:
    problem = InputError(
        "raw \0\ud800\u202e text", value="\x1b[31m\ud800", inner={"template": "{x}", "facts": {"x": "\0"}}
    )
    assert (problem.raw, problem.facts["value"]) == ("raw  text", "[31m")
    str(problem.facts).encode()
