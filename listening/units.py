"""A text as the units that are compared: English words, Chinese characters, whatever way both are written.

Made alike: width and case, traditional and simplified forms, numbers in words and in digits, contractions, punctuation,
fillers, and characters that sound the same and that no ear tells apart (他她它, 的地得).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_OTHER = "\u3040-\u30ff\uac00-\ud7af"  # kana and hangul
_TOKEN = re.compile(rf"[{_CJK}\u3007]|[{_OTHER}]|\d+|(?:(?![{_CJK}{_OTHER}\d_])\w)+")
_FILLERS = frozenset(
    [
        "uh",
        "um",
        "uhm",
        "er",
        "erm",
        "hmm",
        "hm",
        "mm",
        "mhm",
        "ah",
        "oh",
        "huh",
        "嗯",
        "呃",
        "唔",
        "啊",
        "哦",
        "噢",
        "喔",
    ]
)
_SOUNDS_ALIKE = str.maketrans("她它妳您地得儿", "他他你你的的尔")
# Behind an apostrophe: what stands there in full. Without one, as some write it, nothing is known.
_ENDINGS = {"re": "are", "ve": "have", "ll": "will", "m": "am"}
_SHORT = {"ok": "okay", "wanna": "want to", "gonna": "going to", "gotta": "got to", "mr": "mister", "cannot": "can not"}

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
_ONES += ["seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBER = {word: number for number, word in enumerate(_ONES)} | {
    word: number * 10 for number, word in enumerate(_TENS, 2)
}
_SCALE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_DIGIT = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_CHINESE_SCALE = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True)
class Unit:
    """``text`` as it is compared; it stood at ``start`` to ``end`` of the text."""

    text: str
    start: int
    end: int


def units_of(text: str) -> list[Unit]:
    """The units of a text in their order; fillers count only where there is nothing else."""
    found = list(_numbers(_without_and(list(_tokens(text)))))
    return [one for one in found if one.text not in _FILLERS] or found


def is_chinese(units: Iterable[Unit]) -> bool:
    """Whether most of them are characters."""
    marks = [bool(re.match(f"[{_CJK}]", one.text)) for one in units if not one.text.isdigit()]
    return sum(marks) * 2 > len(marks)


def _tokens(text: str) -> Iterator[Unit]:
    for found in _TOKEN.finditer(text):
        for word in _plain(found[0], text, found.start(), found.end()):
            yield Unit(word, found.start(), found.end())


def _plain(token: str, text: str, start: int, end: int) -> list[str]:
    word = unicodedata.normalize("NFKC", token).casefold()
    if re.match(f"[{_CJK}]", word):
        return [_simplified().convert(word).translate(_SOUNDS_ALIKE)]
    after = text[start - 1 : start]
    if after in ("'", "’") and start > 1 and text[start - 2].isalnum():
        return ["not"] if word == "t" else [_ENDINGS[word]] if word in _ENDINGS else []
    if text[end : end + 2].casefold() in ("'t", "’t") and word.endswith("n"):  # don't, isn't, can't, won't
        return [{"ca": "can", "wo": "will", "sha": "shall"}.get(word[:-1], word[:-1])]
    return _SHORT.get(word, word).split()


@lru_cache(maxsize=1)
def _simplified() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def _without_and(tokens: list[Unit]) -> Iterator[Unit]:
    """Two hundred and five is two hundred five."""
    for before, one, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if one.text != "and" or not before or not after or before.text not in _SCALE or after.text not in _NUMBER:
            yield one


def _numbers(tokens: Iterable[Unit]) -> Iterator[Unit]:
    """Runs of number words as one unit in digits."""
    run: list[Unit] = []
    for one in tokens:
        if run and not _goes_on(run, one):
            yield from _number(run)
            run = []
        if one.text in _NUMBER or one.text in _DIGIT or one.text in _CHINESE_SCALE or one.text in _SCALE:
            run.append(one)
        else:
            yield one
    yield from _number(run)


def _goes_on(run: list[Unit], one: Unit) -> bool:
    last = run[-1].text
    if last in _DIGIT or last in _CHINESE_SCALE:
        return one.text in _DIGIT or one.text in _CHINESE_SCALE
    if one.text in _SCALE:
        return True
    number = _NUMBER.get(one.text)
    before = _NUMBER.get(last)
    return number is not None and (before is None or (before >= 20 and 0 < number < 10))


def _number(run: list[Unit]) -> Iterator[Unit]:
    if run:
        words = [one.text for one in run]
        chinese = words[0] in _DIGIT or words[0] in _CHINESE_SCALE
        yield Unit(_chinese(words) if chinese else str(_english(words)), run[0].start, run[-1].end)


def _english(words: list[str]) -> int:
    total = current = 0
    for word in words:
        if word in _SCALE:
            current = max(current, 1) * _SCALE[word]
            if _SCALE[word] > 100:
                total, current = total + current, 0
        else:
            current += _NUMBER[word]
    return total + current


def _chinese(signs: list[str]) -> str:
    if not any(sign in _CHINESE_SCALE for sign in signs):
        return "".join(str(_DIGIT[sign]) for sign in signs)
    total = part = digit = 0
    for sign in signs:
        if sign in _DIGIT:
            digit = _DIGIT[sign]
        elif (scale := _CHINESE_SCALE[sign]) >= 10_000:
            total, part, digit = (total + part + digit) * scale, 0, 0
        else:
            part, digit = part + (digit or 1) * scale, 0
    return str(total + part + digit)
