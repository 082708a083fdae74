"""Quoted words in a text: found in every common kind of marks, told apart (spoken or on a sign), kept verbatim."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# A pair may span lines but no empty line; 6" is inches; in 'n', '90s and dogs' the mark is an apostrophe.
_PAIRS = re.compile(
    r"""
      (?<!\d)"(?P<straight>(?:(?!\n\s*\n)[^"])+)"
    | [“”„](?P<curly>(?:(?!\n\s*\n)[^“”„])+)[“”]
    | ＂(?P<wide>[^＂]+)＂
    | 「(?P<corner>[^「」]+)」
    | 『(?P<white_corner>[^『』]+)』
    | «(?P<guillemet>[^«»]+)»
    | (?<![\w'])'(?!\d0s\b|(?:em|til|cause|twas|tis|n|bout|round)\b)(?=\S)
      (?P<single>(?:[^'\n]|(?<=\w)'(?=\w))+?)(?<=\S)'(?!\w)
    | ‘(?=\S)(?P<curly_single>(?:[^‘’\n]|(?<=\w)’(?=\w))+)(?<=\S)’(?!\w)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SINGLE = ("single", "curly_single")
_HIDDEN = "¤"
_ENDS = ".!?…。！？"

_SIGN = re.compile(
    r"\b(?:signs?|signboard|reads?|reading|label(?:l?ed|s)?|titled?|poster|banner|written|lettering|letters|caption(?:ed)?|"
    r"headline|logo|billboard|printed|painted|engraved|screen|display(?:s|ing)?|text|named|called)\b"
    r"|牌|写着|写有|标语|招牌|字样|屏幕|横幅|海报|印着|刻着|题为|字幕|标题|名为|叫做",
    re.IGNORECASE,
)
_SPEAKING = re.compile(
    r"\b(?:say|says|said|saying|ask(?:s|ed|ing)?|repl(?:y|ies|ied|ying)|answer(?:s|ed|ing)?|whisper\w*|murmur\w*|"
    r"mutter\w*|shout\w*|yell\w*|call(?:s|ing) out|cr(?:y|ies|ied)|exclaim\w*|speak\w*|spoke|tell(?:s|ing)?|told|"
    r"voices?|announce\w*|sing(?:s|ing)?|respond\w*|snap(?:s|ped)|laugh\w*|begins?|continues?|adds?|words)\b"
    r"|说|道|问|答|喊|叫道|低语|唱|念|嘟囔|开口|旁白",
    re.IGNORECASE,
)
_LOOK_BACK, _LOOK_AHEAD = 80, 60


@dataclass(frozen=True)
class Quotation:
    """Words in quotation marks. ``start`` and ``end`` are indexes of the text, marks included."""

    text: str
    start: int
    end: int
    marks: str
    spoken: bool = True


def quotations(text: str) -> list[Quotation]:
    """The outermost quotations of a text in their order; apostrophes and inches are none."""
    found = list(_found(text))
    return [_classified(text, found, index) for index in range(len(found))]


def _found(text: str) -> Iterator[Quotation]:
    for match in _PAIRS.finditer(text):
        marks = match.lastgroup or ""
        inner = match[marks].strip()
        if inner:
            yield Quotation(inner, match.start(), match.end(), marks)


def _classified(text: str, found: list[Quotation], index: int) -> Quotation:
    quote = found[index]
    before_from = max(found[index - 1].end if index else 0, quote.start - _LOOK_BACK)
    after_to = min(found[index + 1].start if index + 1 < len(found) else len(text), quote.end + _LOOK_AHEAD)
    spoken = _is_spoken(text[before_from : quote.start], text[quote.end : after_to])
    return Quotation(quote.text, quote.start, quote.end, quote.marks, spoken)


def _is_spoken(before: str, after: str) -> bool:
    """The nearest word before the marks decides; where there is none, the first one after them."""
    before = re.split(r"[.!?。！？]\s*", before)[-1]
    sign, speaking = _last(_SIGN, before), _last(_SPEAKING, before)
    if sign < 0 and speaking < 0:
        after = re.split(r"[.!?。！？]\s*", after)[0]
        sign_after, speaking_after = _SIGN.search(after), _SPEAKING.search(after)
        return not sign_after or bool(speaking_after)
    return speaking > sign


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def masked(text: str) -> str:
    """The text with its quoted words hidden, of the same length; a full stop that ends a quotation stays."""
    for quote in _found(text):
        inner = text[quote.start + 1 : quote.end - 1]
        kept = inner[-1] if inner[-1] in _ENDS else _HIDDEN
        hidden = f"“{_HIDDEN * (len(inner) - 1)}{kept}”"
        text = text[: quote.start] + hidden + text[quote.end :]
    return text


def narration(text: str) -> str:
    """The text without its quoted words, for looking at the rest alone."""
    return masked(text).replace(_HIDDEN, " ")


def straight(text: str) -> str:
    """Put every double quotation into straight marks, unless its own words have such marks in them."""
    for quote in reversed(list(_found(text))):
        if quote.marks not in _SINGLE and '"' not in quote.text:
            text = f'{text[: quote.start]}"{quote.text}"{text[quote.end :]}'
    return text


def verbatim(text: str, source: str) -> str:
    """Give quotations that differ from the source's in marks, case or punctuation only their exact words again."""
    given = quotations(source)
    exact, kept = {key(quote.text): quote for quote in given}, {quote.text for quote in given}
    for quote in reversed(list(_found(text))):
        wanted = exact.get(key(quote.text))
        if wanted and (quote.text not in kept or quote.marks in _SINGLE):
            text = text[: quote.start] + _written(wanted, quote) + text[quote.end :]
    return text


def _written(wanted: Quotation, quote: Quotation) -> str:
    words = " ".join(wanted.text.split())
    comma = "," if quote.text.endswith(",") and not words.endswith(",") else ""
    opening, closing = ("“", "”") if '"' in words else ('"', '"')
    return f"{opening}{words}{closing}{comma}"


def key(text: str) -> str:
    """What two quotations with the same words have in common: letters and digits, in one case and width."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", plain) or text


def spoken_lines(*texts: str) -> list[str]:
    """The spoken quotations of the first text that has any, each once."""
    for text in texts:
        found = {key(quote.text): quote.text for quote in quotations(text) if quote.spoken}
        if found:
            return list(found.values())
    return []
