"""What services answer when they are asked what they hear: three wire formats, one ``HeardAnswer``."""

from __future__ import annotations

import json
from typing import Any

from description.text import bare_answer
from providers.answers import Reply, counted, dig, named
from providers.base import HeardAnswer, HeardWords
from providers.failure import Call

LISTEN = "Write down what is said in this sound."
_MOST, _LONGEST = 2_000, 4_000  # words with times of one sound; letters of one stretch
_NO_SPEECH, _UNLIKELY = 0.6, -1.0  # Whisper's own limits for a segment that is no speech


def heard_by_model(call: Call, reply: Reply, seconds: float) -> HeardAnswer:
    """The JSON that ``prompts/hearing.md`` asks a model for.

    Raises:
        ProviderAnswerUnclear: it is another text.
    """
    try:
        body = json.loads(bare_answer(reply.text))
    except (ValueError, RecursionError):
        raise call.unclear() from None
    stretches = dig(body, "stretches", list)
    if stretches is None:
        raise call.unclear()
    words = [_stretch(one) for one in stretches[:_MOST]]
    manners = [dig(one, "manner", str) for one in stretches]
    known = [one for one in manners if one in ("spoken", "sung")]
    return HeardAnswer(
        words=tuple(one for one in words if one.text),
        provider=call.provider,
        model=reply.model,
        seconds=seconds,
        language=_name(dig(body, "language", str)),
        sung=known.count("sung") * 2 > len(known) if known else None,
        tokens=reply.tokens,
    )


def heard_in_chat(call: Call, body: Any, seconds: float) -> HeardAnswer:
    """A chat's message is the text; Qwen-ASR names the language in its annotations. No text means no speech.

    Raises:
        PromptBlocked, NoTextReturned.
    """
    from providers.answers import told

    message, ending = dig(body, "choices.0.message", dict) or {}, dig(body, "choices.0.finish_reason", str) or ""
    content = message.get("content")
    whole = content if isinstance(content, str) else ""
    empty = content in ("", None, []) and ending in ("", "stop") and not message.get("refusal")
    text = "" if empty else told(call, message, ending) if not whole.isspace() else ""
    return HeardAnswer(
        words=(HeardWords(text=text[:_LONGEST]),) if text else (),
        provider=call.provider,
        model=named(call, body, "model"),
        seconds=seconds,
        language=_name(dig(message, "annotations.0.language", str)),
        tokens=counted(body, "usage.total_tokens"),
    )


def heard_in_transcript(call: Call, body: Any, seconds: float) -> HeardAnswer:
    """``verbose_json`` has words with their times or segments with theirs, ``json`` the text alone.

    A segment that the model itself holds for no speech is left out, as Whisper's own program does.
    """
    segments = [one for one in dig(body, "segments", list) or [] if isinstance(one, dict)]
    silent = [one for one in segments if _is_silence(one)]
    words = [_timed(one, "word") for one in (dig(body, "words", list) or [])[:_MOST]]
    words = [one for one in words if one.text and not any(_within(one, part) for part in silent)]
    if not words:
        spoken = [one for one in segments if one not in silent]
        words = [one for one in (_timed(part, "text") for part in spoken[:_MOST]) if one.text]
    text = (dig(body, "text", str) or "").strip()[:_LONGEST]
    if not words and text and not segments:
        words = [HeardWords(text=text)]
    return HeardAnswer(
        words=tuple(words),
        provider=call.provider,
        model=named(call, body, "model"),
        seconds=seconds,
        language=_name(dig(body, "language", str)),
        tokens=counted(body, "usage.total_tokens"),
    )


def _stretch(one: Any) -> HeardWords:
    return _timed(one, "text")


def _timed(one: Any, name: str) -> HeardWords:
    start, end = _seconds(one, "start"), _seconds(one, "end")
    told = start is not None and end is not None and end >= start
    text = (dig(one, name, str) or "").strip()[:_LONGEST]
    return HeardWords(text=text, start=start if told else None, end=end if told else None)


def _seconds(one: Any, name: str) -> float | None:
    number = one.get(name) if isinstance(one, dict) else None
    plain = isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < 86_400
    return float(number) if plain and number is not None else None


def _is_silence(segment: dict[str, Any]) -> bool:
    silence, likely = segment.get("no_speech_prob"), segment.get("avg_logprob")
    if not isinstance(silence, int | float) or not isinstance(likely, int | float):
        return False
    return silence > _NO_SPEECH and likely < _UNLIKELY


def _within(word: HeardWords, segment: dict[str, Any]) -> bool:
    start, end = _seconds(segment, "start"), _seconds(segment, "end")
    return start is not None and end is not None and word.start is not None and start <= word.start < end


def _name(language: str | None) -> str:
    plain = (language or "").strip().lower()[:20]
    return plain if plain.replace("-", "").replace(" ", "").isalpha() else ""
