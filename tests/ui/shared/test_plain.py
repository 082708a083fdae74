"""Text of people stays text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.shared.plain import escape_markdown

# What remark-gfm's literal autolinks look for in text.
_LINK = re.compile(r"(?i)https?://[-.\w]+|www\.[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+")


@pytest.mark.parametrize(
    "text", ["see http://evil.example/x", "www.evil.example", "a@evil.example", "HTTPS://EVIL.example"]
)
def test_an_address_does_not_become_a_link(text: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", escape_markdown(text))
    assert not _LINK.search(shown)
    assert shown.replace("\u2060", "") == text


@given(st.text())
def test_nothing_is_lost_but_the_kind_of_white_space(text: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", escape_markdown(text)) if "\\" not in text else ""
    if "\\" not in text and "\u2060" not in text:
        assert shown.replace("\u2060", "") == " ".join(text.split())
