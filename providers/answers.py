"""Reading what services return: JSON of any shape and base64."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, TypeVar

from core.errors import NoImageReturned, NoTextReturned, PromptBlocked
from core.messages import gettext_noop
from description.thoughts import ONLY_THOUGHTS, without_thoughts
from providers.failure import Call

T = TypeVar("T")
_MOST_TOKENS, _LONGEST_NAME, _SHOWN = 10**9, 200, 20_000


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A text model's result."""

    text: str
    model: str
    tokens: int | None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """An image model's result: the picture's bytes, or the address to fetch them from."""

    data: bytes = b""
    url: str = ""
    model: str
    tokens: int | None = None


def parsed(call: Call, text: str) -> Any:
    """The JSON of an answer.

    Raises:
        ProviderAnswerUnclear: for anything else, such as a login page with status 200.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise call.unclear(text[:_SHOWN]) from None


def dig(body: Any, path: str, kind: type[T]) -> T | None:
    """What stands at ``path``, such as ``choices.0.message``; None where it is missing or of another kind."""
    for step in path.split("."):
        if isinstance(body, dict):
            body = body.get(step)
        elif isinstance(body, list) and step.isdecimal() and int(step) < len(body):
            body = body[int(step)]
        else:
            return None
    return body if isinstance(body, kind) else None


def counted(body: Any, path: str) -> int | None:
    """A number of tokens; None where it is none, or more than any database can keep."""
    number = dig(body, path, int)
    return number if number is not None and 0 <= number <= _MOST_TOKENS and number is not True else None


def named(call: Call, body: Any, path: str) -> str:
    """The model that answered; the one that was asked where the answer names none."""
    return (dig(body, path, str) or "")[:_LONGEST_NAME] or call.model


def told(call: Call, message: dict[str, Any], ending: str) -> str:
    """The text of a chat's message, without thoughts, where it is whole.

    Raises:
        PromptBlocked, NoTextReturned: with the reason.
    """
    refusal = message.get("refusal")
    if refusal or ending == "content_filter":
        reason = ending if ending == "content_filter" else gettext_noop("refusal")
        raise call.error(PromptBlocked, str(refusal or ""), reason=reason)
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"text": content}]
    whole = "".join(dig(part, "text", str) or "" for part in parts)
    text = without_thoughts(whole)
    if ending == "length":
        raise call.error(NoTextReturned, reason=gettext_noop("it was cut off at the model's length limit"))
    if not text:
        raise call.error(NoTextReturned, reason=_why_empty(message, whole))
    return text


def _why_empty(message: dict[str, Any], whole: str) -> str:
    thoughts = message.get("reasoning_content") or message.get("reasoning")
    if whole.strip() or thoughts:
        return ONLY_THOUGHTS
    return gettext_noop("a tool call instead of a text") if message.get("tool_calls") else gettext_noop("empty")


def decoded(call: Call, encoded: str) -> bytes:
    """A picture from base64 of either alphabet, with or without ``data:image/png;base64,`` before it."""
    plain = encoded.partition(",")[2] if encoded.startswith("data:") else encoded
    try:
        return base64.b64decode(plain.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        raise call.error(NoImageReturned, reason=gettext_noop("its base64 is damaged")) from None


def data_url(picture: bytes, mime: str = "image/png") -> str:
    """A picture's bytes as a data URL."""
    return f"data:{mime};base64," + base64.b64encode(picture).decode("ascii")
