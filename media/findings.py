"""What can look failed in a finished video (media/quality_check.py), and how it is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from core.messages import Message, gettext_noop, listed, message

Finding = Literal["flat_colour", "frozen", "silent", "clipped", "lengths_differ", "frames_missing"]
WORDS: Mapping[str, str] = {
    "flat_colour": gettext_noop("flat colour"),
    "frozen": gettext_noop("frozen picture"),
    "silent": gettext_noop("no sound"),
    "clipped": gettext_noop("clipped sound"),
    "lengths_differ": gettext_noop("sound and picture differ in length"),
    "frames_missing": gettext_noop("frames are missing"),
}


def said(findings: Iterable[str]) -> Message | None:
    """The findings as a sentence; None without any."""
    words = [WORDS[finding] for finding in findings if finding in WORDS]
    return message(gettext_noop("This video looks failed: {reason}."), reason=listed(words)) if words else None
