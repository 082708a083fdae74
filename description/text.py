"""The text of a video description: cleaned, mended, measured. Used by the steps and once more before sending."""

from __future__ import annotations

import html
import re

from core.plain_text import visible_text
from description.quotations import Quotation, key, masked, quotations, straight, verbatim
from description.thoughts import without_thoughts

# MOVA's training captions of clips without burnt-in subtitles end on exactly these five words.
MARKER = "This video has no subtitles."
_MARKER = re.compile(r"(?:(?<!\s)\s+)?\bthis video has no subtitles\b[.!。]?", re.IGNORECASE)

_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)

_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
_CHARACTER = re.compile(f"[{_CJK}]")
_WORD = re.compile(f"(?:(?![{_CJK}])[^\\W_])+(?:['’-](?:(?![{_CJK}])[^\\W_])+)*")

_ABBREVIATION = r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)"
_CLOSING = "”’」』）)"
_SENTENCE_END = re.compile(
    rf"(?:(?<=[.!?…])|(?<=[.!?…][{_CLOSING}])){_ABBREVIATION}\s+(?=[^a-z])"
    rf"|(?:(?<=[。！？])|(?<=[。！？][{_CLOSING}]))(?![{_CLOSING}。！？])\s*"
)

# Chat models announce their answer or fence it.
_FENCED = re.compile(r"```[\w-]*[ \t]*\n(.*?)```", re.DOTALL)
_FENCE = re.compile(r"^\s*```[\w-]*[ \t]*\n|```\s*$")
_ANNOUNCED = re.compile(
    r"^\s*(?:(?:sure|certainly|of course|okay|ok|absolutely)\b[!,.]*\s*)?here(?:['’]s| is)\b[^:\n]{0,80}?"
    r"\b(?:description|prompt|version|rewrite|rewritten|paragraph|text|result|narration|caption)\b[^:\n]{0,40}:\s*",
    re.IGNORECASE,
)
_LINE_MARKS = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t]+|[-*•][ \t]+|\d{1,2}[.)][ \t]+)", re.MULTILINE)
_EMPHASIS = re.compile(
    r"\*\*(.+?)\*\*|(?<!\w)__(.+?)__(?!\w)|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|`([^`\n]+)`"
)

WORDS_PER_SECOND, CHARACTERS_PER_SECOND, SECONDS_PER_TURN = 2.5, 4.5, 0.5


def collapse(text: str) -> str:
    """Make one clean line: entities resolved, invisible characters removed, every run of white space one space.

    MOVA's reference does this before encoding, SGLang 0.5.23 does not. ``collapse(collapse(t)) == collapse(t)``.
    """
    while (cleaned := _cleaned_once(text)) != text:
        text = cleaned
    return text


def _cleaned_once(text: str) -> str:
    text = visible_text(_ENTITY.sub(lambda match: html.unescape(match[0]), text))
    return " ".join(text.split())


def bare_answer(answer: str) -> str:
    """A model's answer without thoughts, code fences and announcements around it."""
    text = without_thoughts(answer)
    fenced = _FENCED.search(text)
    text = fenced[1] if fenced else _FENCE.sub("", text)
    return _ANNOUNCED.sub("", text).strip()


def plain_prose(answer: str) -> str:
    """A model's answer as one line of prose: without markdown."""
    text = _LINE_MARKS.sub("", bare_answer(answer))
    return collapse(_EMPHASIS.sub(lambda match: next(group for group in match.groups() if group), text))


def mended(answer: str, *, user_text: str, marker: bool) -> str:
    """Mend what needs no model: wrappers, markdown, white space, marks and exact words of quotations, the marker."""
    text = straight(_unwrapped(plain_prose(answer), user_text))
    return with_marker(verbatim(text, user_text), marker)


def _unwrapped(text: str, user_text: str) -> str:
    found = quotations(text)
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(text))
    if whole and key(found[0].text) not in {key(quote.text) for quote in quotations(user_text)}:
        return found[0].text
    return text


def with_marker(text: str, wanted: bool) -> str:
    """The clean text with the subtitle marker as its very last sentence, or without it; never twice."""
    text = collapse(_MARKER.sub(" ", text))
    return f"{ended(text)} {MARKER}" if wanted and text else text


def ended(text: str) -> str:
    """The text with a full stop where it has no end."""
    return text if not text or text.rstrip('"”’」』)）')[-1:] in ".!?…。！？" else f"{text.rstrip(',;:，；：、 ')}."


def sentences(text: str) -> list[str]:
    """The sentences of a text; a quotation is never broken."""
    hidden, start, parts = masked(text), 0, []
    for match in _SENTENCE_END.finditer(hidden):
        parts.append(text[start : match.start()])
        start = match.end()
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def words(text: str) -> list[str]:
    """The words of a text, without Chinese, Japanese and Korean characters."""
    return _WORD.findall(text)


def characters(text: str) -> int:
    """How many Chinese, Japanese and Korean characters a text has."""
    return len(_CHARACTER.findall(text))


def length(text: str) -> int:
    """Words, with one for each such character."""
    return len(words(text)) + characters(text)


def estimated_tokens(text: str) -> int:
    """About how many UMT5 tokens a text makes: 1.5 a word, more for long ones, 1 a Chinese character (facts, 4)."""
    return round(sum(max(1.5, len(word) / 4) for word in words(text)) + characters(text))


def speech_seconds(spoken: list[Quotation]) -> float:
    """How long the quotations take to say: 2.5 words or 4.5 characters a second, and half a second a turn."""
    return sum(
        len(words(quote.text)) / WORDS_PER_SECOND + characters(quote.text) / CHARACTERS_PER_SECOND + SECONDS_PER_TURN
        for quote in spoken
    )
