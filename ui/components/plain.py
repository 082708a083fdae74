"""Text of people and of servers, shown as text: it is never markup."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=^])")


def plain(text: str) -> str:
    """The text with every sign escaped that markdown, LaTeX, colours or icons would take for their own."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
