"""Is a text a description as MOVA was trained to read it? Checked by code, because a limit in a prompt is not kept.

The rules follow what is public about MOVA's training captions and its text encoder: one English paragraph, quotations
verbatim and tied to visible people, sound last and without voices, 512 tokens and then a silent cut.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.messages import Message, gettext_noop, listed, message
from description import terms
from description.camera import camera_moves
from description.quotations import Quotation, key, narration, quotations
from description.reading import JobReader
from description.text import (
    MARKER,
    characters,
    collapse,
    estimated_tokens,
    length,
    speech_seconds,
    with_marker,
    words,
)

MAX_WORDS, TOO_MANY_WORDS, TOO_FEW_WORDS = 230, 260, 60
MAX_TOKENS, ENCODER_TOKENS = 480, 512
MAX_TURNS = 3
# Words and characters of speech for the trained 8.04 s beyond which it will not fit: one turn, several turns.
SPEECH_ROOM = {False: (25, 35), True: (30, 45)}
TRAINED_SECONDS = 193 / 24


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be. ``correct`` says that a model should be asked to correct it."""

    code: str
    message: Message
    correct: bool = True


Rule = Callable[[JobReader], Iterator[Finding]]


def check(text: str, user_text: str, *, seconds: float, marker: bool, elements: str = "") -> list[Finding]:
    """Everything about a description that MOVA would not understand as meant.

    Args:
        user_text: the person's own words, whose quotations and requests count.
        seconds: the length of the clip.
        marker: whether the subtitle marker should stand at the end.
        elements: what is seen in the first frame; its readable text may be quoted.
    """
    reading = JobReader(text, collapse(user_text), collapse(elements), seconds, marker)
    return [finding for rule in RULES for finding in rule(reading)]


def amount_and_speech(text: str, seconds: float) -> list[Finding]:
    """Whether a text of any kind is too long for the encoder, and its quotations for a clip of so many seconds."""
    text = collapse(text)
    reading = JobReader(text, text, "", seconds, False)
    return [*_amount(reading), *_speech(reading)]


def tag_in(text: str) -> str:
    """The first tag of another model in a description's own words, such as ``</think>``; empty without one."""
    found = terms.TAG.search(narration(collapse(text)))
    return found[0] if found else ""


def _same(quote: Quotation) -> str:
    return collapse(quote.text).rstrip(" ,.，。")


def _quoted_words(reading: JobReader) -> Iterator[Finding]:
    """Quotations out are the quotations in: none missing, none invented, none twice."""
    wanted, found = Counter(map(_same, reading.wanted)), Counter(map(_same, reading.quotes))
    exact = {_same(quote): quote.text for quote in (*reading.quotes, *reading.wanted)}
    source = key(f"{reading.user_text} {reading.elements}")
    for line in wanted - found:
        yield Finding(
            "quote_missing",
            message(gettext_noop("The quoted words “{quote}” are missing or changed."), quote=exact[line]),
        )
    for line in found:
        if line not in wanted and key(line) not in source:
            yield Finding(
                "quote_invented", message(gettext_noop("The quotation “{quote}” was not asked for."), quote=exact[line])
            )
        elif found[line] > max(1, wanted[line]):
            yield Finding(
                "quote_repeated",
                message(gettext_noop("The words “{quote}” are quoted more than once."), quote=exact[line]),
            )


def _amount(reading: JobReader) -> Iterator[Finding]:
    """Long enough to be a description, short enough for the encoder's 512 tokens."""
    count, tokens = length(reading.text), estimated_tokens(reading.text)
    if tokens > MAX_TOKENS or count > TOO_MANY_WORDS:
        template = gettext_noop(
            "{words} words, about {tokens} tokens: the encoder stops at {limit}, and the sound comes at the end."
        )
        yield Finding("too_long", message(template, words=count, tokens=tokens, limit=ENCODER_TOKENS))
    elif count > MAX_WORDS:
        yield Finding(
            "long",
            message(gettext_noop("{words} words; at most {limit} are advised."), words=count, limit=MAX_WORDS),
            False,
        )
    elif count < TOO_FEW_WORDS:
        yield Finding("short", message(gettext_noop("Only {words} words; MOVA was trained on about 200."), words=count))


def _speech(reading: JobReader) -> Iterator[Finding]:
    """The quotations are the user's own: what does not fit is said, no model may shorten it."""
    needed, turns = speech_seconds(reading.spoken), len(reading.spoken)
    facts = {"needed": round(needed, 1), "seconds": round(reading.seconds, 1)}
    if _speech_load(reading) > 1:
        template = gettext_noop(
            "About {needed} s of speech in a clip of {seconds} s: it will not fit. Shorten the quoted words."
        )
        yield Finding("speech_too_long", Message(template, dict(facts)), False)
    elif needed > reading.seconds:
        template = gettext_noop(
            "About {needed} s of speech in a clip of {seconds} s: it may sound hurried or be cut off."
        )
        yield Finding("speech_tight", Message(template, dict(facts)), False)
    if turns > MAX_TURNS:
        yield Finding(
            "many_turns",
            message(gettext_noop("{turns} turns of speech; MOVA rarely keeps more than three apart."), turns=turns),
            False,
        )
    if any(terms.OTHER_SCRIPT.search(quote.text) for quote in reading.spoken):
        yield Finding(
            "speech_language",
            message(gettext_noop("MOVA is known to speak English and Chinese; other languages are untested.")),
            False,
        )


def _speech_load(reading: JobReader) -> float:
    """How much of the room for speech is used; above 1 it will not fit."""
    room_words, room_characters = SPEECH_ROOM[len(reading.spoken) > 1]
    used = sum(len(words(q.text)) / room_words + characters(q.text) / room_characters for q in reading.spoken)
    return used * TRAINED_SECONDS / reading.seconds


def _speakers(reading: JobReader) -> Iterator[Finding]:
    """A line needs a visible person in its sentence, or MOVA moves the wrong mouth."""
    before = ""
    for sentence in reading.sentences:
        spoken = [quote for quote in quotations(sentence) if quote.spoken]
        told = narration(sentence)
        # A line that stands alone belongs to whom the sentence before it tells of.
        context = told if terms.LETTER.search(told) else before
        if spoken and not terms.HANDLE.search(terms.NOT_A_HANDLE.sub("", context)):
            yield Finding(
                "speaker_unclear", message(gettext_noop("It is not visible who says “{quote}”."), quote=spoken[0].text)
            )
        before = told
    if number := terms.SPEAKER_NUMBER.search(reading.narration):
        yield Finding("speaker_number", message(gettext_noop("“{words}” names no visible person."), words=number[0]))


def _parts(reading: JobReader) -> Iterator[Finding]:
    """Sound comes last, is there, and has no voices in it; the marker is the very last sentence."""
    if not reading.sentences:
        return
    has_quote = bool(quotations(reading.sentences[-1]))
    if has_quote or not terms.SOUND.search(narration(reading.sentences[-1])):
        template = (
            gettext_noop("The sound is not at the end.")
            if len(reading.sound_part) > 1
            else gettext_noop("No sound is described at the end.")
        )
        yield Finding("sound_not_last", message(template))
    else:
        yield from _voices(reading)
    if reading.text != with_marker(reading.text, reading.marker):
        yield Finding(
            "marker", message(gettext_noop("The sentence “{marker}” is missing or misplaced."), marker=MARKER), False
        )


def _voices(reading: JobReader) -> Iterator[Finding]:
    for sentence in reading.sound_part:
        voice = terms.VOICE.search(terms.BIRDS_SING.sub("", narration(sentence)))
        singing_is_meant = bool(
            voice and terms.SINGING.search(voice[0]) and terms.MUSIC_ASKED.search(reading.user_text)
        )
        if quotations(sentence) or (voice and not singing_is_meant):
            template = gettext_noop("The sound part speaks of voices (“{words}”); speech belongs before it.")
            yield Finding(
                "voice_in_sound", message(template, words=voice[0] if voice else quotations(sentence)[0].text)
            )
            return


def _language(reading: JobReader) -> Iterator[Finding]:
    """English outside the quotations: by script, and for Latin script by the commonest English words."""
    letters, foreign = len(terms.LETTER.findall(reading.narration)), len(terms.NOT_LATIN.findall(reading.narration))
    found = words(reading.narration)
    common = sum(bool(terms.FUNCTION_WORDS.match(word)) for word in found)
    if foreign > max(6, letters * 0.05) or (len(found) >= 30 and common < 0.15 * len(found)):
        yield Finding(
            "not_english", message(gettext_noop("The narration is not all English; MOVA was trained on English."))
        )


def _form(reading: JobReader) -> Iterator[Finding]:
    """Prose only."""
    forms = {
        "tag": (terms.TAG, gettext_noop("“{words}” is a tag of another model.")),
        "markdown": (terms.MARKDOWN, gettext_noop("“{words}” is markdown; MOVA reads plain prose.")),
        "label": (terms.LABEL, gettext_noop("“{words}” is a label; MOVA reads plain prose.")),
        "time_mark": (terms.TIME_MARK, gettext_noop("“{words}” is a timestamp; say what follows what instead.")),
        "preamble": (terms.PREAMBLE, gettext_noop("“{words}” speaks to the reader instead of describing.")),
    }
    yield from (finding for code, (pattern, text) in forms.items() for finding in _first(reading, code, pattern, text))


def _first(reading: JobReader, code: str, pattern: re.Pattern[str], template: str) -> Iterator[Finding]:
    if match := pattern.search(reading.narration):
        yield Finding(code, message(template, words=match[0].strip()))


def _wording(reading: JobReader) -> Iterator[Finding]:
    """Words that work against themselves: stillness is in the negative prompt, a negated thing is named."""
    yield from _first(
        reading, "stillness", terms.STILLNESS, gettext_noop("“{words}” asks for stillness; say what small thing moves.")
    )
    if match := terms.NEGATIVE.search(reading.narration):
        template = gettext_noop("“{words}” names what should not be there; say what is there instead.")
        yield Finding("negative", message(template, words=match[0]), correct=match[0].lower().startswith("no "))


def _camera(reading: JobReader) -> Iterator[Finding]:
    moves, asked = camera_moves(reading.narration), bool(terms.CAMERA_ASKED.search(reading.user_text))
    if moves and not asked:
        template = gettext_noop("A camera move ({moves}) that was not asked for.")
        yield Finding("camera_invented", message(template, moves=listed(sorted(moves))))
    elif len(moves) > 1:
        template = gettext_noop("More than one camera move ({moves}); one works best in a clip.")
        asked_for_more = len(camera_moves(narration(reading.user_text))) > 1
        yield Finding("camera_many", message(template, moves=listed(sorted(moves))), correct=not asked_for_more)
    if (cut := terms.CUT.search(reading.narration)) and not terms.CUT_ASKED.search(reading.user_text):
        yield Finding("cut_invented", message(gettext_noop("A cut (“{words}”) that was not asked for."), words=cut[0]))


def _music(reading: JobReader) -> Iterator[Finding]:
    text = terms.BIRDS_SING.sub("", reading.narration)
    seen = reading.elements.lower()
    found = next((match[0] for match in terms.MUSIC.finditer(text) if match[0].lower() not in seen), None)
    if found and not terms.MUSIC_ASKED.search(reading.user_text):
        yield Finding("music_invented", message(gettext_noop("Music (“{words}”) that was not asked for."), words=found))
    if terms.SINGING.search(terms.BIRDS_SING.sub("", reading.user_text)):
        yield Finding(
            "singing",
            message(gettext_noop("MOVA sings poorly; simple instruments or plain speech work better.")),
            False,
        )


def _frame(reading: JobReader) -> Iterator[Finding]:
    """The opening is that of the first frame, in one style."""
    seen = {word.lower() for word in words(reading.elements) if _tells(word)}
    opening = {word.lower() for word in words(reading.body[: max(300, len(reading.body) // 3)])}
    if len(seen) >= 5 and len(seen & opening) < 2:
        yield Finding("opening", message(gettext_noop("The beginning does not describe the first frame.")))
    styles = sorted(name for name, pattern in terms.STYLES.items() if pattern.search(reading.narration))
    if len(styles) > 1:
        yield Finding("styles", message(gettext_noop("More than one style ({styles})."), styles=listed(styles)), False)


def _tells(word: str) -> bool:
    return len(word) > 3 and not terms.OPENING_STOP.match(word)


RULES: tuple[Rule, ...] = (
    _quoted_words,
    _amount,
    _speech,
    _speakers,
    _parts,
    _language,
    _form,
    _wording,
    _camera,
    _music,
    _frame,
)
