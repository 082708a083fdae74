"""Subtitles of a film: its lines, broken by the rules of their language, as SRT and WebVTT, and read back from them.

A line has at most 42 Latin or 16 Chinese characters, or as many of both as are as wide, and a subtitle two lines. What
is longer becomes several, each for its share of the time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Literal

from core.errors import BadSubtitles
from core.messages import gettext_noop, phrase
from description.text import collapse
from film.spoken import SpokenLine

Format = Literal["srt", "vtt"]
MAX_LINES = 2
MAX_BYTES, MAX_CUES = 2_000_000, 20_000
_LATIN, _CHINESE = 8, 21  # widths of a character: 42 of the one are as wide as 16 of the other
_ROOM = 42 * _LATIN
_SHORTEST, _LINGER = 1.0, 0.4  # seconds
_CLOSING = frozenset("，。！？；：、…—·”’）》」』】〕〉％,.!?;:)]}%")
_OPENING = frozenset("（《「『【〔〈“‘([{")
_ENDS = frozenset("。！？….!?")
_PAUSES = frozenset("，；：、,;:—")
_PARTICLES = frozenset("的了着过吗呢吧啊呀嘛么们得地")
_LEANING = frozenset(
    re.findall(
        r"\w+",
        "a an the of to in on at by for from with and or but nor as if that my your his her its our their no not",
    )
)
_TITLES = frozenset(["mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "no."])
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_TOKEN = re.compile(rf"\s*+(?:[{_WIDE}“”…—]|[^\s{_WIDE}“”…—]++)")


@dataclass(frozen=True)
class Cue:
    """One subtitle; ``begins`` and ``ends`` are seconds in the film."""

    begins: float
    ends: float
    lines: tuple[str, ...]


def cues_of(spoken: Sequence[SpokenLine], seconds: float) -> list[Cue]:
    """The subtitles of a film of ``seconds``, none over another."""
    raw = [cue for line in spoken for cue in _cues(line)]
    cues = []
    for cue, after in zip_longest(raw, raw[1:]):
        latest = min(after.begins if after else seconds, seconds)
        ends = min(max(cue.ends + _LINGER, cue.begins + _SHORTEST), latest)
        if ends > cue.begins:
            cues.append(Cue(cue.begins, ends, cue.lines))
    return cues


def language_of(texts: Iterable[str]) -> str:
    """The language by its ISO 639-2 code: ``zho`` where most of it is Chinese, else ``eng``."""
    letters = [character for text in texts for character in text if character.isalpha()]
    chinese = sum(map(_is_wide, letters))
    return "zho" if letters and chinese * 2 > len(letters) else "eng"


def lines_of(text: str) -> list[str]:
    """A text in as few lines as it needs, about equally long, broken where a reader would pause."""
    tokens = _tokens(collapse(text))
    if not tokens:
        return []
    wanted, reach = _fewest(tokens), len(tokens)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}] + [{} for _ in range(wanted)]
    for line in range(1, wanted + 1):
        for start, (cost, _) in best[line - 1].items():
            for end in range(start + 1, reach + 1):
                room = _ROOM - _width("".join(tokens[start:end]).strip())
                if room < 0:
                    break
                own = cost + (room / _LATIN) ** 2 + (_penalty(tokens, end) if end < reach else 0)
                if end not in best[line] or own < best[line][end][0]:
                    best[line][end] = (own, start)
    ends = [reach]
    for line in range(wanted, 0, -1):
        ends.append(best[line][ends[-1]][1])
    ends.reverse()
    return ["".join(tokens[start:end]).strip() for start, end in pairwise(ends)]


def as_text(cues: Sequence[Cue], kind: Format) -> str:
    """Subtitles as a file of SRT or WebVTT."""
    from pysubs2 import SSAEvent, SSAFile

    file = SSAFile()
    file.events = [
        SSAEvent(start=round(cue.begins * 1000), end=round(cue.ends * 1000), text=r"\N".join(map(_escaped, cue.lines)))
        for cue in cues
    ]
    return file.to_string(kind)


def cues_from(content: bytes, name: str, seconds: float) -> list[Cue]:
    """Edited subtitles for a film of ``seconds``; lines that are too long are broken anew.

    Raises:
        BadSubtitles: they are none, or do not fit the film; says why.
    """
    from pysubs2 import SSAFile
    from pysubs2.exceptions import Pysubs2Error

    if len(content) > MAX_BYTES:
        raise BadSubtitles(name=name, reason=gettext_noop("it is too large"))
    try:
        events = SSAFile.from_string(content.decode("utf-8-sig")).events
    except UnicodeDecodeError:
        raise BadSubtitles(name=name, reason=gettext_noop("it is not UTF-8 text")) from None
    except (Pysubs2Error, ValueError, OverflowError, RecursionError):
        raise BadSubtitles(name=name, reason=gettext_noop("it is neither SRT nor WebVTT")) from None
    if not events or len(events) > MAX_CUES:
        raise BadSubtitles(name=name, reason=gettext_noop("it has no subtitles, or too many"))
    cues: list[Cue] = []
    for number, event in enumerate(sorted(events, key=lambda one: one.start), 1):
        begins, ends = event.start / 1000, min(event.end / 1000, seconds)
        lines = [collapse(line) for line in event.plaintext.split("\n") if line.strip()]
        if begins >= seconds:
            words = gettext_noop("subtitle {n} begins after the film's end")
            raise BadSubtitles(name=name, reason=phrase(words, n=number))
        if ends <= begins or (cues and begins < cues[-1].ends - 0.001):
            words = gettext_noop("subtitle {n} has no length or lies over another")
            raise BadSubtitles(name=name, reason=phrase(words, n=number))
        if not lines:
            continue
        fits = len(lines) <= MAX_LINES and all(_width(line) <= _ROOM for line in lines)
        cues += [Cue(begins, ends, tuple(lines))] if fits else _shared(" ".join(lines), begins, ends)
    return cues


def _cues(line: SpokenLine) -> Iterator[Cue]:
    return iter(_shared(line.utterance.text, line.begins, line.ends))


def _shared(text: str, begins: float, ends: float) -> list[Cue]:
    """A text in subtitles of at most two lines, each with its share of the time."""
    parts = _parts(collapse(text))
    widths = [sum(map(_width, part)) for part in parts]
    cues, at = [], begins
    for part, width in zip(parts, widths, strict=True):
        after = at + (ends - begins) * width / sum(widths)
        cues.append(Cue(at, after, part))
        at = after
    return cues


def _parts(text: str) -> list[tuple[str, ...]]:
    """What is shown at once: whole sentences as long as they fit into two lines."""
    whole = lines_of(text)
    if len(whole) <= MAX_LINES:
        return [tuple(whole)] if whole else []
    parts: list[tuple[str, ...]] = []
    shown = ""
    for sentence in _sentences(text):
        if shown and len(lines_of(shown + sentence)) <= MAX_LINES:
            shown += sentence
            continue
        parts += _in_twos(shown)
        shown = sentence
    return parts + _in_twos(shown)


def _in_twos(text: str) -> list[tuple[str, ...]]:
    lines = lines_of(text)
    return [tuple(lines[at : at + MAX_LINES]) for at in range(0, len(lines), MAX_LINES)]


def _sentences(text: str) -> list[str]:
    found, tokens = [""], _tokens(text)
    for place, token in enumerate(tokens):
        found[-1] += token
        if place + 1 < len(tokens) and _last(token) in _ENDS and token.strip().lower() not in _TITLES:
            found.append("")
    return found


def _tokens(text: str) -> list[str]:
    """What is never torn apart: a word with its marks, a Chinese character with those that must stay with it."""
    tokens: list[str] = []
    for found in _TOKEN.finditer(text):
        token = found[0]
        for piece in _pieces(token):
            joins = tokens and (piece[0] in _CLOSING or tokens[-1][-1] in _OPENING) and not piece[0].isspace()
            if joins and _width(tokens[-1] + piece) <= _ROOM:
                tokens[-1] += piece
            else:
                tokens.append(piece)
    return tokens


def _pieces(token: str) -> Iterator[str]:
    """A word, in pieces where it is longer than a line."""
    most = _ROOM // _CHINESE if any(map(_is_wide, token)) else _ROOM // _LATIN
    for start in range(0, len(token), most):
        yield token[start : start + most]


def _fewest(tokens: Sequence[str]) -> int:
    lines, shown = 1, ""
    for token in tokens:
        if shown and _width((shown + token).strip()) > _ROOM:
            lines, shown = lines + 1, ""
        shown += token
    return lines


def _penalty(tokens: Sequence[str], end: int) -> float:
    """How bad a break before this token is."""
    before, after = tokens[end - 1].strip(), tokens[end].strip()
    if _last(before) in _ENDS and before.lower() not in _TITLES:
        return -120.0
    if _last(before) in _PAUSES:
        return -80.0
    leans = before.lower() in _LEANING or after[0] in _PARTICLES
    return 150.0 if leans else 0.0


def _last(token: str) -> str:
    """Its last character that is no closing quotation mark or bracket."""
    return (token.rstrip("”’\"')）」』》】 ") or token)[-1]


def _width(text: str) -> int:
    return sum(_CHINESE if _is_wide(character) else _LATIN for character in text)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" or character in "“”‘’…—"


def _escaped(line: str) -> str:
    """No tag of ours and no tag of others: braces would be read as styles."""
    return line.replace("{", "(").replace("}", ")").replace("\\", "/")
