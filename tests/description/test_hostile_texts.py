"""Texts as long as they may be, made to cost much: every function that reads them ends, and keeps its rules."""

from __future__ import annotations

from contextlib import suppress

import pytest

from core.errors import TextTooLong
from core.limits import MAX_TEXT
from description.check import check
from description.draft import image_prompt_draft, video_description_draft
from description.negative import offered, wants_captions
from description.quotations import quotations
from description.text import collapse, mended, plain_prose, sentences

pytestmark = pytest.mark.long

PIECES = [
    *('"', '"a', "“", "“”", "“a” ", "「", "「」", "'", "''", "\"'", 'she says "', "“a ", '" "'),
    *("a ", ". ", "。", "...", "!?", "Mr. ", "a-", "don't ", "A", "0", "猫", "\u0301", "👨‍👩‍👧‍👦", "\u200d"),
    *("&amp;", "&#38;", "__x", "**a", "*a ", "`", "# ", "- ", "1. ", "(", "<think>", "```\n", "Here is a description "),
    *("no text ", "subtitle ", "camera pans ", "This video has no subtitles. ", "{name}", "%s", "\\", "<script>"),
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_text_made_to_cost_much(piece: str) -> None:
    text = (piece * (MAX_TEXT // len(piece) + 1))[:MAX_TEXT]
    once = collapse(text)
    assert collapse(once) == once
    assert "".join(sentences(once)).replace(" ", "") == once.replace(" ", "")
    for read in (plain_prose, quotations, wants_captions):
        read(text)
    described = mended(text, user_text=text, marker=True)
    check(described, text, elements=text, seconds=8.0, marker=True)
    offered(text, elements=text, captions=False)
    image_prompt_draft(text)
    with suppress(TextTooLong):  # more speech than the clip has seconds
        video_description_draft(text, text)
