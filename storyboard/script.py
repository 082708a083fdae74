"""What is heard in a text: who says what and when, and which sounds there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from description.quotations import Quotation, quotations
from description.reading import JobReader
from description.text import collapse, length, speech_seconds, with_marker
from storyboard.lexicon import PEOPLE, pattern

_LOOK_BACK = 90  # characters before a line in which its speaker is looked for
_WOMEN = pattern(*("|".join(PEOPLE[kind][language] for kind in ("old woman", "girl", "woman")) for language in (0, 1)))
_MEN = pattern(*("|".join(PEOPLE[kind][language] for kind in ("old man", "boy", "man")) for language in (0, 1)))
_NOTHING = re.compile(r"(?:there(?: is|'s| are) )?no [^,;:]*|没有[^，；：]*", re.IGNORECASE)
_FIRST_WORD_AFTER = 0.3  # seconds before the first line, where there is time


@dataclass(frozen=True)
class Line:
    """Words that are said from ``start`` to ``end``, in seconds."""

    words: str
    start: float
    end: float
    voice: Literal["woman", "man"]


def lines(text: str, seconds: float, spoken: Sequence[float | None] = ()) -> list[Line]:
    """The spoken lines of a text in their order, each when its place in the text has come, one after the other.

    Args:
        spoken: how long each line takes where that is known, in seconds; else it is estimated from its words.
    """
    text = collapse(with_marker(text, False))
    quotes = [quote for quote in quotations(text) if quote.spoken]
    known = [*spoken, *([None] * len(quotes))]
    lasting = [how_long or speech_seconds([quote]) for quote, how_long in zip(quotes, known, strict=False)]
    told = [length(part) for part in _between(text, quotes)]
    free = max(0.0, seconds - sum(lasting) - _FIRST_WORD_AFTER)
    squeezed = min(1.0, seconds / (sum(lasting) or 1))
    at, found = min(_FIRST_WORD_AFTER, max(0.0, seconds - sum(lasting))), []
    for quote, how_long, before in zip(quotes, lasting, told, strict=False):
        at += free * before / (sum(told) or 1)
        found.append(
            Line(" ".join(quote.text.split()), at, min(seconds, at + how_long * squeezed), _voice(text, quote))
        )
        at += how_long * squeezed
    return found


def _between(text: str, quotes: Sequence[Quotation]) -> list[str]:
    """What is told before, between and after the lines."""
    edges = [0, *(edge for quote in quotes for edge in (quote.start, quote.end)), len(text)]
    return [text[edges[index] : edges[index + 1]] for index in range(0, len(edges), 2)]


def _voice(text: str, quote: Quotation) -> Literal["woman", "man"]:
    """Of the people named before a line the last one; else the first one named after it."""
    before, after = text[max(0, quote.start - _LOOK_BACK) : quote.start], text[quote.end : quote.end + _LOOK_BACK]
    woman, man = (max((found.end() for found in words.finditer(before)), default=-1) for words in (_WOMEN, _MEN))
    if woman == man == -1:
        woman, man = (-found.start() if (found := words.search(after)) else -len(text) for words in (_WOMEN, _MEN))
    return "woman" if woman > man else "man"


def sounds(text: str) -> str:
    """The sentences about what is heard beside speech, not those about what is not; empty where there are none."""
    text = collapse(with_marker(text, False))
    part = JobReader(text=text, user_text="", elements="", seconds=0, marker=False).sound_part
    if any(quotations(sentence) for sentence in part):
        return ""
    return " ".join(sentence for sentence in part if not _NOTHING.fullmatch(sentence))


def language_of(words: str) -> str:
    """The language of a line by its letters, as its BCP 47 tag."""
    for tag, letters in (
        ("ja", "[\u3040-\u30ff]"),
        ("ko", "[\uac00-\ud7af]"),
        ("zh", "[\u3400-\u9fff]"),
        ("ru", "[\u0400-\u04ff]"),
    ):
        if re.search(letters, words):
            return tag
    return "en"
