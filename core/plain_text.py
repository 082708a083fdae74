"""Text without what nobody sees: control characters, overrides of the writing direction, halves of characters."""

from __future__ import annotations

import html
import re

# Breaks of lines and pages that are not in common use, from word processors and terminals.
_BREAKS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# What joins emoji, and the plain marks of right-to-left text (U+200E, U+200F, U+061C), stay: words need them.
_CONTROLS = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
_OVERRIDES = "\u202a-\u202e\u2066-\u2069"  # they show text in another order than it is read by a model
_HALVES = "\ud800-\udfff"  # no encoding can write them
_TAGS = "\U000e0000-\U000e007f"  # letters that no font shows; a flag such as Scotland's is spelt in them
_UNSEEN = re.compile(f"(\U0001f3f4[\U000e0030-\U000e007a]{{2,6}}\U000e007f)|[{_CONTROLS}{_OVERRIDES}{_HALVES}{_TAGS}]")


def visible_text(text: str) -> str:
    """The text as people see it; every other character stays as it is. ``seen(seen(t)) == seen(t)``."""
    return _UNSEEN.sub(lambda found: found[1] or "", _BREAKS.sub("\n", text))


def without_markup(text: str) -> str:
    """The words of a page, such as a proxy's, in one line."""
    plain = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^<>]*>", " ", text)
    return " ".join(html.unescape(plain).split())


def clock(seconds: float) -> str:
    """``4:05``, or ``1:04:05`` from an hour on."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
