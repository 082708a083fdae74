"""Drafts without a model: the person's own words, whole, within every hard limit."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import TextTooLong
from description.check import MAX_TOKENS, MAX_WORDS, check
from description.draft import image_prompt_draft, left_out, shortened, video_description_draft
from description.quotations import quotations
from description.text import MARKER, collapse, estimated_tokens, length, mended

CAT = "An orange cat chases a blue ball of yarn across a sunlit floor. The yarn rustles."
MEASURED = (
    "The picture is a landscape frame of 640x352 pixels. Its main colours are beige and brown. "
    "It is bright, with moderate contrast, and brightest at the upper left. Its detail is sharp. "
    "Most of its detail lies at the centre."
)
HARD = {"quote_missing", "quote_invented", "quote_repeated", "too_long", "marker", "tag", "markdown", "sound_not_last"}


def codes(text: str, user: str) -> set[str]:
    return {finding.code for finding in check(text, user, elements=MEASURED, seconds=8.04, marker=True)}


def draft(user: str, elements: str = MEASURED) -> str:
    return mended(video_description_draft(user, elements), user_text=user, marker=True)


@pytest.mark.parametrize(
    "user",
    [
        CAT,
        "一只橘猫在洒满阳光的地板上追蓝色毛线球，毛线沙沙作响。",
        "雨夜，小女孩对黑猫说：“跟我回家吧。”",
        "The sound of rain fills the street. A boy runs home.",
        'A sign reads "OPEN" and a baker waves.',
        "A cat",
        "cat " * 200,
    ],
)
def test_a_draft_passes_the_hard_rules(user: str) -> None:
    assert not codes(draft(user), user) & HARD


def test_a_draft_opens_on_the_frame_keeps_the_words_and_ends_on_the_sound() -> None:
    text = draft(CAT)
    assert text.index("beige and brown") < text.index("An orange cat")
    assert text.endswith(f"The yarn rustles. {MARKER}")
    assert "640x352" not in text
    assert left_out(CAT, text) == 0


def test_sound_that_is_told_first_is_moved_to_the_end() -> None:
    text = video_description_draft("The sound of rain fills the street. A boy runs home.", MEASURED)
    assert text.endswith("A boy runs home. The sound of rain fills the street.")


def test_elements_of_a_model_are_used_without_markdown_and_not_in_full() -> None:
    elements = (
        "**Style** photograph of a cat. No people are visible. " + "A long sentence about the old wooden floor. " * 40
    )
    text = draft(CAT, elements)
    assert "photograph of a cat" in text
    assert "*" not in text
    assert "No people" not in text
    assert length(text) <= MAX_WORDS


def test_what_does_not_fit_is_left_out_by_whole_sentences_but_no_quotation() -> None:
    user = "A man waits by the river in the fog. " * 40 + 'Then he says "Home at last." '
    text = draft(user)
    assert '"Home at last."' in text
    assert left_out(user, text) == 0  # the same sentence is there already
    other = " ".join(f"Event number {n} happens by the river now." for n in range(60))
    assert left_out(other, draft(other)) > 0


def test_a_single_endless_sentence_is_refused() -> None:
    with pytest.raises(TextTooLong) as refused:
        video_description_draft("word " * 400, MEASURED)
    assert 0 < int(str(refused.value.facts["limit"])) < 2000


PIECE = st.text(min_size=1, max_size=300) | st.sampled_from([CAT, "他说：“你好。”", 'She says "Hi."'])


@given(st.lists(PIECE, min_size=1, max_size=12).map(" ".join))
def test_any_words_stay_within_the_limits_or_are_refused(user: str) -> None:
    assume(collapse(user))
    try:
        text = draft(user)
    except TextTooLong:
        return
    assert length(text) <= MAX_WORDS
    assert estimated_tokens(text) <= MAX_TOKENS
    assert text.endswith(MARKER)


@given(st.lists(st.text("你好世界abc ，。!", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4))
def test_quoted_words_reach_the_draft_to_the_character(lines: list[str]) -> None:
    user = " ".join(f"A woman says “{collapse(line)}”." for line in lines)
    drafted = [quote.text for quote in quotations(draft(user))]
    assert drafted == [quote.text for quote in quotations(user)]


@pytest.mark.parametrize(
    ("user", "prompt"),
    [
        (CAT, "An orange cat chases a blue ball of yarn across a sunlit floor."),
        ("A dog barks in the yard. Rain falls.", "A dog barks in the yard. Rain falls."),
        ('A man in grey says in a low voice, "Checkmate."', "A man in grey is about to speak."),
        ("穿灰衣的老人说：“将军！”", "穿灰衣的老人正要开口。"),
        ("穿灰衣的老人低头。老人说：“将军！”", "穿灰衣的老人低头。老人正要开口。"),
        ("男人回答：“雨太大了。”", "男人正要开口。"),
        ('A shop sign reads "茶" at night', 'A shop sign reads "茶" at night.'),
        ("Thunder rumbles.", "Thunder rumbles."),
    ],
)
def test_the_image_prompt_shows_the_moment_before(user: str, prompt: str) -> None:
    assert image_prompt_draft(user) == prompt


def test_a_chinese_draft_is_chinese_and_what_was_measured_in_english_stays_out() -> None:
    text = draft("老人下棋。他说：“将军！”")
    assert text == f'老人下棋。他说："将军！"能听到现场自然的声音，近而清晰。 {MARKER}'
    assert "光线明亮" in draft("老人下棋。", "白天的田野，横幅构图。光线明亮，从上方照下。")


def test_the_sound_of_the_place_ends_a_text_that_tells_of_none() -> None:
    heard = "The sound of waves is close and clear."
    assert video_description_draft("A boat sails.", "", heard) == f"A boat sails. {heard}"
    assert video_description_draft("A boat sails. Gulls are heard.", "", heard) == "A boat sails. Gulls are heard."


def test_shortening_keeps_whole_sentences() -> None:
    text = "One cat sits. Two cats run. Three cats sleep."
    assert shortened(text, 30) == "One cat sits. Two cats run."
    assert shortened(text, 5) == text
    assert shortened(text, 999) == text
