"""Which of the lines that were asked for were said, and what was said beyond them.

A line may be said in another place than it was written, so each is looked for by itself where the order does not find
it. English is compared by words, Chinese by characters (``listening/units.py`` makes both alike).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from listening.units import Unit, is_chinese, units_of
from providers.base import HeardWords

Verdict = Literal["said", "partly", "not_said"]
SAID, PARTLY = 0.75, 0.25  # share of right words or characters
_LETTERS = 0.88  # of the letters: "grey" for "gray", "light house" for "lighthouse"
_AROUND = 2  # units before and after a match that may be part of it
_LONGEST = 600  # units that are looked at; a clip of a minute has 250
_FEWEST = 2  # units beyond the lines that are worth telling


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line that was asked for. ``right`` is the share of its words or characters that were heard, 0 to 1.

    ``start`` and ``end`` in seconds are None where nothing was heard or the service tells no times.
    """

    text: str
    verdict: Verdict
    heard: str = ""
    right: float = 0.0
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """``beyond`` is what was said besides the lines; ``other_language``: it was said in another script than asked."""

    lines: tuple[Line, ...]
    beyond: tuple[HeardWords, ...] = ()
    other_language: bool = False

    @property
    def verdict(self) -> Verdict | None:
        """The worst of the lines; None without any."""
        order: tuple[Verdict, ...] = ("not_said", "partly", "said")
        return next((one for one in order if any(line.verdict == one for line in self.lines)), None)


class _Heard:
    """What was heard as one text, and when each place of it was said."""

    def __init__(self, words: Sequence[HeardWords]) -> None:
        self._places: list[tuple[int, int, HeardWords]] = []
        text = ""
        for one in words:
            begins = len(text) + bool(text)
            text = f"{text} {one.text}" if text else one.text
            self._places.append((begins, len(text), one))
        self.text = text
        self.units = units_of(text)[:_LONGEST]

    def part(self, first: int, last: int) -> HeardWords:
        """Units ``first`` to ``last``, both included, as they were heard."""
        start, end = self.units[first].start, self.units[last].end
        text = _joined(self.text[start:end])
        return HeardWords(text=text, start=self._time(start), end=self._time(end))

    def _time(self, place: int) -> float | None:
        for begins, ends, one in self._places:
            if begins <= place <= ends and one.start is not None and one.end is not None:
                return round(one.start + (one.end - one.start) * (place - begins) / max(ends - begins, 1), 2)
        return None


@dataclass(frozen=True)
class _Match:
    """The units ``first`` to ``last`` of what was heard stand for a line; ``hits`` are those that are right."""

    hits: tuple[int, ...] = ()
    share: float = 0.0

    @property
    def span(self) -> range:
        return range(self.hits[0], self.hits[-1] + 1) if self.hits else range(0)


def compare(lines: Sequence[str], words: Sequence[HeardWords]) -> Comparison:
    """Compare what was to be said with what was heard, both in their order; a line without words is none."""
    lines = [line for line in lines if units_of(line)]
    heard, wanted = _Heard(words), [units_of(line)[:_LONGEST] for line in lines]
    found = _in_order(wanted, heard.units)
    taken = {place for one in found for place in one.span if one.share >= SAID}
    for number, units in enumerate(wanted):
        if found[number].share < SAID:
            free = [place for place in range(len(heard.units)) if place not in taken]
            elsewhere = _anywhere(units, heard.units, free)
            found[number] = max(found[number], elsewhere, key=lambda one: one.share)
            found[number] = _spelled_otherwise(units, heard.units, found[number])
            taken |= set(found[number].span)
    judged = [_line(line, one, heard) for line, one in zip(lines, found, strict=True)]
    used = {place for line, one in zip(judged, found, strict=True) if line.verdict != "not_said" for place in one.span}
    asked = [unit for units in wanted for unit in units]
    return Comparison(
        lines=tuple(judged),
        beyond=tuple(_beyond(heard, used)),
        other_language=bool(heard.units and lines) and is_chinese(heard.units) != is_chinese(asked),
    )


def _line(line: str, found: _Match, heard: _Heard) -> Line:
    if not found.hits:
        return Line(text=line, verdict="not_said")
    part = heard.part(found.hits[0], found.hits[-1])
    share = found.share
    verdict: Verdict = "said" if share >= SAID else "partly" if share >= PARTLY else "not_said"
    if verdict == "not_said":
        return Line(text=line, verdict=verdict, right=round(share, 2))
    return Line(text=line, verdict=verdict, heard=part.text, right=round(share, 2), start=part.start, end=part.end)


def _in_order(wanted: Sequence[list[Unit]], heard: Sequence[Unit]) -> list[_Match]:
    """All lines in a row against all that was heard."""
    asked = [unit.text for units in wanted for unit in units]
    pairs = dict(_aligned(asked, [unit.text for unit in heard]))
    found, place = [], 0
    for units in wanted:
        hits = tuple(pairs[one] for one in range(place, place + len(units)) if one in pairs)
        place += len(units)
        found.append(_closest(hits, len(units)))
    return found


def _anywhere(units: Sequence[Unit], heard: Sequence[Unit], free: Sequence[int]) -> _Match:
    """One line against what no other line has taken, in windows a little longer than itself."""
    asked, best = [unit.text for unit in units], _Match()
    wide = len(units) + max(1, len(units) // 3)
    known = set(asked)
    for begin, place in enumerate(free):
        if heard[place].text not in known:
            continue
        window = [one for one in free[begin : begin + wide] if one - place < wide]
        pairs = _aligned(asked, [heard[one].text for one in window])
        best = max(best, _closest(tuple(window[one] for _, one in pairs), len(units)), key=lambda one: one.share)
    return best


def _closest(hits: tuple[int, ...], wanted: int) -> _Match:
    """The hits without those that lie so far off that they make the match worse: what stands between counts too."""
    best = _Match()
    for first in range(len(hits)):
        for last in range(len(hits), first, -1):
            part = hits[first:last]
            between = part[-1] - part[0] + 1 - len(part)
            share = len(part) / (wanted + max(0, between - (wanted - len(part))))
            if share > best.share:
                best = _Match(part, share)
    return best


def _aligned(asked: list[str], heard: list[str]) -> list[tuple[int, int]]:
    """The places of equal units in the best alignment of both."""
    if not asked or not heard:
        return []
    import jiwer

    (chunks,) = jiwer.process_words([" ".join(asked)], [" ".join(heard)]).alignments
    return [
        (one.ref_start_idx + step, one.hyp_start_idx + step)
        for one in chunks
        if one.type == "equal"
        for step in range(one.ref_end_idx - one.ref_start_idx)
    ]


def _spelled_otherwise(units: Sequence[Unit], heard: Sequence[Unit], found: _Match) -> _Match:
    """The match by its letters, where nearly all of a line are right: its words are the same, written otherwise."""
    import jiwer

    asked = "".join(one.text for one in units)
    if not found.hits or is_chinese(units):
        return found
    best = found
    for first in range(max(0, found.hits[0] - _AROUND), found.hits[0] + 1):
        for last in range(found.hits[-1], min(len(heard), found.hits[-1] + _AROUND + 1)):
            share = 1 - float(jiwer.cer(asked, "".join(one.text for one in heard[first : last + 1])))
            if share >= _LETTERS and share > best.share:
                best = _Match(tuple(range(first, last + 1)), share)
    return best


def _beyond(heard: _Heard, used: set[int]) -> list[HeardWords]:
    """What no line has taken, each run of it."""
    found: list[HeardWords] = []
    run: list[int] = []
    for place in range(len(heard.units) + 1):
        if place < len(heard.units) and place not in used:
            run.append(place)
            continue
        if len(run) >= _FEWEST:
            found.append(heard.part(run[0], run[-1]))
        run = []
    return found


def _joined(text: str) -> str:
    """Characters that a service gave one by one, without the spaces between them."""
    return re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", text)
