"""A server's health as people read it: an icon and a word, never a colour alone."""

from __future__ import annotations

from typing import Literal

from errors import ServerError
from jobs.server_look import HEALTH_WORDS, Health, health_word
from ui.session import translate as _

Colour = Literal["red", "orange", "blue", "green", "gray"]
HEALTH_LOOKS: dict[Health, tuple[str, Colour]] = {
    "unknown": (":material/help:", "gray"),
    "ready": (":material/check_circle:", "green"),
    "warming": (":material/hourglass_top:", "orange"),
    "dead": (":material/error:", "red"),
    "unreachable": (":material/cloud_off:", "red"),
    "mismatch": (":material/rule:", "red"),
    "unclear": (":material/error:", "red"),
}


def health_mark(trouble: ServerError | None) -> str:
    """The badge of a server as a piece of a sentence in markdown."""
    health = health_word(trouble)
    icon, colour = HEALTH_LOOKS[health]
    return f":{colour}-badge[{icon} {_(HEALTH_WORDS[health])}]"
