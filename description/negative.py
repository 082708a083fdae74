"""A negative prompt without the terms that forbid what the person asks for.

MOVA's usual negative prompt is a Chinese quality list; it also forbids still pictures, artwork, crowds and captions.
The terms are SGLang 0.5.23's (``multimodal_gen/configs/sample/mova.py``, Apache-2.0); ours only leaves some out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.messages import Message, gettext_noop, message
from description import terms

DEFAULT = (
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，"
    "残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，"
    "三条腿，背景人很多，倒着走"
)


@dataclass(frozen=True)
class NegativePrompt:
    """A negative prompt to use instead of the server's default, and why: one note per request."""

    value: str
    notes: tuple[Message, ...]


@dataclass(frozen=True)
class _Wish:
    message: Message
    pattern: re.Pattern[str]
    terms: tuple[str, ...]


def _wish(template: str, pattern: str, *terms: str) -> _Wish:
    return _Wish(message(template), re.compile(pattern, re.IGNORECASE), terms)


_CAPTIONS = _wish(
    gettext_noop("The server's negative prompt forbids captions; one that allows them is offered."),
    terms.CAPTIONS.pattern,
    "字幕",
)
_ARTWORK = _wish(
    gettext_noop("The server's negative prompt forbids painted and drawn styles; one that allows them is offered."),
    r"\b(?:paint(?:ing|ed|erly)|watercolou?r|ink[- ]wash|artwork|anime|manga|cartoon|illustrat\w+|sketch\w*|gouache|"
    r"comic|pixel art|claymation|woodcut|ukiyo-e)\b"
    r"|油画|水彩|水墨|国画|画风|插画|动漫|动画|漫画|卡通|素描|版画|剪纸|像素",
    *("风格", "作品", "画作", "画面"),
)
_WISHES = (
    _wish(
        gettext_noop("The server's negative prompt forbids crowds; one that allows them is offered."),
        r"\b(?:crowds?|crowded|audience|market|bazaar|festival|parade|stadium|spectators|passers-?by|many people|"
        r"busy street|rush hour)\b"
        r"|人群|集市|市场|夜市|观众|拥挤|人山人海|熙熙攘攘|热闹|庙会|游行|许多人|很多人|人来人往",
        *("背景人很多", "杂乱的背景"),
    ),
    _wish(
        gettext_noop("The server's negative prompt forbids messy places; one that allows them is offered."),
        r"\b(?:mess|messy|cluttered|chaotic|junk)\b|凌乱|杂乱|乱糟糟",
        "杂乱的背景",
    ),
    _wish(
        gettext_noop("The server's negative prompt forbids still pictures; one that allows them is offered."),
        r"\b(?:still(?:ness)?|motionless|static|frozen|stationary|freezes?)\b|静止|静态|一动不动|纹丝不动|定格",
        *("静态", "静止", "静止不动的画面"),
    ),
    _ARTWORK,
    _CAPTIONS,
    _wish(
        gettext_noop("The server's negative prompt forbids vivid colours; one that allows them is offered."),
        r"\b(?:vivid|neon|garish|psychedelic|saturated|colou?rful)\b|鲜艳|艳丽|霓虹|五颜六色|绚丽",
        "色调艳丽",
    ),
    _wish(
        gettext_noop("The server's negative prompt forbids walking backwards; one that allows it is offered."),
        r"\bwalk\w* backwards?\b|\bmoonwalk\w*|倒着走|倒退|后退",
        "倒着走",
    ),
)


def wants_captions(user_text: str) -> bool:
    """Whether a text asks for captions on the picture; one that forbids them does not."""
    return bool(terms.CAPTIONS.search(terms.NO_CAPTIONS.sub("", user_text)))


def offered(user_text: str, *, elements: str = "", captions: bool = False) -> NegativePrompt | None:
    """The default without the terms that this description contradicts; None if it contradicts none.

    Args:
        elements: what is seen in the first frame, where a painted style may show.
        captions: whether captions on the picture are wanted.
    """
    wishes = [request for request in _WISHES if _is_meant(request, user_text, elements, captions)]
    if not wishes:
        return None
    left_out = {term for request in wishes for term in request.terms}
    value = "，".join(term for term in DEFAULT.split("，") if term not in left_out)
    return NegativePrompt(value, tuple(request.message for request in wishes))


def _is_meant(request: _Wish, user_text: str, elements: str, captions: bool) -> bool:
    if request is _CAPTIONS:
        return captions or wants_captions(user_text)
    return bool(request.pattern.search(f"{user_text} {elements}" if request is _ARTWORK else user_text))
