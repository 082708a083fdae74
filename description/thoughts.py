"""A reasoning model's thoughts, which stand before its answer where its server does not keep the two apart."""

from __future__ import annotations

import re

from core.messages import gettext_noop

ONLY_THOUGHTS = gettext_noop("only its reasoning, without an answer")  # why there is no text, for the error

_NAMES = (
    r"(?:[a-z]{1,12}[:_]){0,2}(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad|analysis|monologue|思考)"
    r"(?:_[a-z]{1,12})?"
)
_OPEN, _CLOSE = r"(?:<\|?|&lt;|◁)", r"(?:\s{0,9}\|?>|\s{0,9}&gt;|▷)"
# How thoughts end: Qwen, DeepSeek, GLM, Seed, Magistral, Kimi, Cohere, Granite, Apriel; gpt-oss, with its marks or with
# what is left of them. Marks of an answer end what stands before it, too.
_END = re.compile(
    rf"{_OPEN}/{_NAMES}/?{_CLOSE}|{_OPEN}{_NAMES}\s?/{_CLOSE}"
    r"|\[/think\]|<\|end_of_thought\|>|<\|end_thinking\|>|<channel\|>"
    r"|<(?:answer|response)>|<\|(?:begin_of_(?:box|solution)|start_(?:response|text))\|>|\[begin final response\]"
    r"|^here is my response:"
    r"|<\|channel\|>\s{0,9}final\s{0,9}(?:<\|constrain\|>\w{0,9})?<\|message\|>"
    r"|assistantfinal|(?-i:\A\s{0,9}final(?=[A-Z]))",
    re.IGNORECASE | re.MULTILINE,
)
_BEGIN = re.compile(
    rf"{_OPEN}{_NAMES}(?:\s[^<>\n]{{0,80}})?{_CLOSE}"
    r"|\[think\]|<\|begin_of_thought\|>|<\|start_thinking\|>|<\|channel>|<\|channel\|>\s{0,9}(?:analysis|commentary)"
    r"|\A\s{0,9}here (?:is my thought process|are my reasoning steps):",
    re.IGNORECASE,
)
# gpt-oss without its marks: "analysisThe user wants", "analysiswe need", and "analysis" on a line of its own.
_BARE_ANALYSIS = re.compile(r"\A\s*analysis(?=[A-Z]|[ \t]{0,9}\n|(?:we|user|the user|need)\b)")
_FENCED_THOUGHTS = re.compile(r"```(?:think(?:ing)?|thoughts?|reason(?:ing)?)[ \t]{0,9}\n.*?(?:```|\Z)", re.I | re.S)
_LEFT_OVER = re.compile(
    r"<\|(?:end|return|im_end|eot_id|endoftext|end_of_(?:box|solution)|end_(?:response|text))\|>"
    r"|<\|im_start\|>(?:assistant\n)?|</(?:answer|response|s)>|<｜[^｜<>]{1,40}｜>|\[end final response\]",
    re.IGNORECASE,
)


def without_thoughts(answer: str) -> str:
    """The answer alone; empty where there are only thoughts.

    What stands before the last end of thoughts is never the result, and thoughts that do not end go on to the
    end of the text. ``without_thoughts(without_thoughts(t)) == without_thoughts(t)``.
    """
    while (left := _once(answer)) != answer:
        answer = left
    return answer


def _once(answer: str) -> str:
    answer = _FENCED_THOUGHTS.sub("", answer)
    ends = [found.end() for found in _END.finditer(answer)]
    text = answer[ends[-1] :] if ends else answer
    if _BARE_ANALYSIS.match(text):
        return ""
    begun = _BEGIN.search(text)
    return _LEFT_OVER.sub("", text[: begun.start()] if begun else text).strip()
