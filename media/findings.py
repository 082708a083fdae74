"""What can look failed in a finished video (media/look.py), and how it is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from notes import N_, Note, listed, note

Finding = Literal["flat_colour", "frozen", "silent", "clipped", "lengths_differ", "frames_missing"]
WORDS: Mapping[str, str] = {
    "flat_colour": N_("flat colour"),
    "frozen": N_("frozen picture"),
    "silent": N_("no sound"),
    "clipped": N_("clipped sound"),
    "lengths_differ": N_("sound and picture differ in length"),
    "frames_missing": N_("frames are missing"),
}


def said(findings: Iterable[str]) -> Note | None:
    """The findings as a sentence; None without any."""
    words = [WORDS[finding] for finding in findings if finding in WORDS]
    return note(N_("This video looks failed: {reason}."), reason=listed(words)) if words else None
