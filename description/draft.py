"""Drafts without a model: a person's own words, put into the shape that a step asks for. Nothing is made up."""

from __future__ import annotations

import re

from core.errors import TextTooLong
from core.messages import gettext_noop
from description import terms
from description.check import MAX_TOKENS, MAX_WORDS
from description.quotations import Quotation, narration, quotations, straight
from description.text import (
    MARKER,
    characters,
    collapse,
    ended,
    estimated_tokens,
    length,
    plain_prose,
    sentences,
    words,
)

_AMBIENCE = ("The natural sounds of the place are heard, close and clear.", "能听到现场自然的声音，近而清晰。")
_OPENING_WORDS = 80
_MEASURES = re.compile(r"(?<!\d)\d+\s*[x×]\s*\d+")
_BEFORE_SPEECH = re.compile(
    r"(?:(?<!\s)\s+)?\b(?:says?|said|asks?|asked|repl(?:y|ies)|answers?|whispers?|murmurs?|mutters?|shouts?|yells?|exclaims?|tells?|"
    r"calls? out|announces?)\b[^.!?\"“]{0,40}$",
    re.IGNORECASE,
)
_BEFORE_SPEECH_CHINESE = re.compile(r"(?:回答|回应|说|问|喊|叫|答|低语|念|唱)道?\s*(?:[:：，,]\s*)?$")


def is_chinese(text: str) -> bool:
    """Whether a text is written in Chinese more than in words with spaces."""
    return characters(text) > len(words(text))


def video_description_draft(user_text: str, elements: str, ambience: str = "") -> str:
    """Open on what is known of the frame, then the person's sentences in their order, sound at the end.

    What is known of the frame in another language than the person's is left out. ``ambience`` is the sentence about
    sound where the person tells of none.

    At most 230 words and 480 estimated tokens with the subtitle marker. To get there the opening goes first,
    then whole sentences from the end, but none with quoted words.

    Raises:
        TextTooLong: even so it does not fit.
    """
    chinese = is_chinese(user_text)
    told = [_ended(sentence) for sentence in sentences(straight(collapse(user_text)))]
    said = _sound_last(told, ambience or _AMBIENCE[chinese])
    opening = _opening(elements) if is_chinese(elements) == chinese else []
    while opening and not _fits([*opening, *said]):
        opening.pop()
    return ("" if chinese else " ").join([*opening, *_kept(said, user_text)])


def _ended(sentence: str) -> str:
    """With the full stop of its language where it has no end."""
    return f"{mended[:-1]}。" if (mended := ended(sentence)) != sentence and is_chinese(sentence) else mended


def _sound_last(said: list[str], ambience: str) -> list[str]:
    """The sentences with those about sound alone at the end, and a plain bed of sound where there is none."""
    if _is_sound(said[-1]):
        return said
    sounds = [sentence for sentence in said if terms.SOUND_OPENING.search(sentence) and _is_sound(sentence)]
    return [*(sentence for sentence in said if sentence not in sounds), *(sounds or [ambience])]


def _is_sound(sentence: str) -> bool:
    return bool(terms.SOUND.search(narration(sentence))) and not quotations(sentence)


def _opening(elements: str) -> list[str]:
    """The first sentences about the frame, without numbers of pixels and without what is not there."""
    chosen: list[str] = []
    for sentence in sentences(plain_prose(elements)):
        if _MEASURES.search(sentence) or terms.NEGATIVE.search(sentence):
            continue
        if length(" ".join([*chosen, sentence])) > _OPENING_WORDS:
            break
        chosen.append(ended(sentence))
    return chosen


def _fits(said: list[str]) -> bool:
    text = " ".join([*said, MARKER])
    return length(text) <= MAX_WORDS and estimated_tokens(text) <= MAX_TOKENS


def _kept(said: list[str], user_text: str) -> list[str]:
    kept = list(said)
    for number in range(len(said) - 1, -1, -1):
        if _fits(kept):
            return kept
        if not quotations(said[number]):
            del kept[number]
    if _fits(kept) and kept:
        return kept
    limit = len(user_text) * MAX_WORDS // (2 * length(user_text) or 1)
    raise TextTooLong(name=gettext_noop("description"), length=len(user_text), limit=max(1, limit))


def image_prompt_draft(user_text: str) -> str:
    """The person's sentences about what is to be seen: without sound, and without the words that will be said."""
    said = sentences(collapse(user_text))
    seen = [sentence for sentence in said if not _is_only_heard(sentence, said)] or said
    return ("" if is_chinese(user_text) else " ").join(_before_speech(sentence) for sentence in seen)


def _is_only_heard(sentence: str, said: list[str]) -> bool:
    """Sound of things that other sentences show already: dropping it loses nothing to be seen."""
    if not _is_sound(sentence):
        return False
    if terms.SOUND_OPENING.search(sentence):
        return True
    named = {word.lower() for word in words(terms.SOUND.sub("", sentence)) if not terms.FUNCTION_WORDS.match(word)}
    elsewhere = {word.lower() for other in said if other != sentence for word in words(other)}
    return bool(named) and named <= elsewhere


def _before_speech(sentence: str) -> str:
    """The moment before the words are said; words on signs stay."""
    for quote in reversed(quotations(sentence)):
        if quote.spoken:
            sentence = _silenced(sentence, quote)
    return _ended(sentence.strip())


def _silenced(sentence: str, quote: Quotation) -> str:
    before, after = sentence[: quote.start], sentence[quote.end :].lstrip(" ,，")
    if _BEFORE_SPEECH.search(before):
        return f"{_BEFORE_SPEECH.sub(' is about to speak', before)} {after}".strip()
    if _BEFORE_SPEECH_CHINESE.search(before):
        return f"{_BEFORE_SPEECH_CHINESE.sub('正要开口', before)}{after}"
    return f"{before.rstrip(' ,:：，')} {after}".strip()


def shortened(text: str, limit: int) -> str:
    """As many whole sentences from the beginning as fit into ``limit`` characters; all of it if not even one does."""
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > limit:
            break
        kept = longer
    return kept or text


def left_out(user_text: str, draft: str) -> int:
    """How many of the person's sentences a draft of theirs lacks."""
    drafted = _letters(draft)
    return sum(_letters(sentence) not in drafted for sentence in sentences(collapse(user_text)))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
