"""What a text asks to be seen: place, hour, weather, who and what is there, and how near the camera is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from description import terms
from description.quotations import narration, quotations
from description.text import sentences, with_marker
from storyboard import lexicon

_TIMES, _WEATHERS, _PLACES, _SHOTS, _PEOPLE, _ANIMALS, _THINGS, _ACTIONS, _SIDES, _NUMBERS = (
    lexicon.compiled(names)
    for names in (
        *(lexicon.TIMES, lexicon.WEATHERS, lexicon.PLACES, lexicon.SHOTS, lexicon.PEOPLE, lexicon.ANIMALS),
        *(lexicon.THINGS, lexicon.ACTIONS, lexicon.SIDES, lexicon.NUMBERS),
    )
)
_COLOURS = {name: lexicon.pattern(*words[:2]) for name, words in lexicon.COLOURS.items()}
_MOST = 3  # kinds of subjects in one picture
_CAMERA = re.compile(r"\bcamera\b|镜头", re.IGNORECASE)
_CLAUSE = re.compile(r"[,.;:!?，。；：！？]|\b(?:and|while)\b")
_PLURAL = re.compile(r"(?:men|[^s]s|children|fishes|geese|wolves)$", re.IGNORECASE)
_PRONOUNS = re.compile(r"she|he|they|她|他|人|他们|她们", re.IGNORECASE)


@dataclass(frozen=True)
class Subject:
    """Somebody or something to look at. ``colour`` is a name of ``lexicon.COLOURS`` or empty."""

    kind: str
    count: int = 1
    action: str = ""
    side: str = ""
    colour: str = ""
    umbrella: bool = False

    @property
    def is_person(self) -> bool:
        return self.kind in lexicon.PEOPLE

    @property
    def is_animal(self) -> bool:
        return self.kind in lexicon.ANIMALS


@dataclass(frozen=True)
class Scene:
    """A picture in names of the lexicon; the same scene is always drawn alike."""

    place: str
    time: str
    weather: frozenset[str] = frozenset()
    shot: str = ""
    subjects: tuple[Subject, ...] = ()
    things: tuple[str, ...] = ()
    talks: bool = False
    crowd: bool = False
    monochrome: bool = False

    @property
    def seed(self) -> int:
        told = (self.place, self.time, sorted(self.weather), self.shot, self.subjects, self.things, self.crowd)
        return int.from_bytes(sha256(repr(told).encode()).digest()[:6], "big")


@lru_cache(maxsize=64)
def scene_of(text: str) -> Scene:
    """The scene in a text: what is said in it, and how the camera moves, shows nothing."""
    text = with_marker(text, False)
    seen = _seen(text)
    subjects = _subjects(seen)
    things = tuple(name for name, words in _THINGS.items() if words.search(seen))
    weather = frozenset(name for name, words in _WEATHERS.items() if words.search(seen))
    return Scene(
        place=_place(seen, subjects, weather),
        time=_first(_TIMES, seen) or ("night" if "fireworks" in things else "day"),
        weather=weather,
        shot=_first(_SHOTS, seen),
        subjects=subjects,
        things=things,
        talks=any(quote.spoken for quote in quotations(text))
        or bool(re.search(r"\btalk|\bconvers|说话|交谈|聊|对话", seen)),
        crowd=bool(lexicon.CROWD.search(seen)),
        monochrome=bool(lexicon.MONOCHROME.search(seen)),
    )


def _seen(text: str) -> str:
    """The words without what is said and heard; of what the camera does only how near it is."""
    shown = []
    for sentence in sentences(text):
        told = narration(sentence)
        if _CAMERA.search(told):
            shown += [match[0] for words in _SHOTS.values() for match in words.finditer(told)]
        elif not terms.SOUND_OPENING.search(told):
            shown.append(told)
    return " ".join(shown)


def _first(names: dict[str, re.Pattern[str]], text: str) -> str:
    """The name whose words come first in the text."""
    found = {name: match.start() for name, words in names.items() if (match := words.search(text))}
    return min(found, key=lambda name: found[name], default="")


def _place(text: str, subjects: tuple[Subject, ...], weather: frozenset[str]) -> str:
    """Places are in the order of how much they decide: a window in a spaceship is in space."""
    found = next((name for name, words in _PLACES.items() if words.search(text)), "")
    if found:
        return found
    at_home = any(subject.kind == "cat" for subject in subjects)
    return ("street" if weather else "room") if at_home else "field"


def _subjects(text: str) -> tuple[Subject, ...]:
    """People and animals in the order of the text; whoever is named twice is there once."""
    found: dict[str, int] = {}
    for names in (_PEOPLE, _ANIMALS):
        hidden = text
        for kind, words in names.items():
            for match in words.finditer(hidden):
                if not (_PRONOUNS.fullmatch(match[0]) and found):
                    found[kind] = min(match.start(), found.get(kind, match.start()))
            hidden = words.sub(lambda match: "·" * len(match[0]), hidden)
    others = found.keys() & (_PEOPLE.keys() - {"people"})
    if "people" in found and (others or lexicon.CROWD.match(text, found["people"])):
        del found["people"]
    ordered = sorted(found, key=lambda kind: found[kind])[:_MOST]
    return tuple(_subject(kind, text, found[kind]) for kind in ordered)


def _subject(kind: str, text: str, at: int) -> Subject:
    before, after = text[max(0, at - 36) : at], text[at : at + 70]
    near = _CLAUSE.split(before)[-1] + _CLAUSE.split(after)[0]
    named = (_PEOPLE | _ANIMALS)[kind].match(text, at)
    name = named[0] if named else ""
    count = _first(_NUMBERS, _CLAUSE.split(before)[-1][-14:] + name) or ("3" if _PLURAL.search(name) else "1")
    return Subject(
        kind,
        int(count),
        _first(_ACTIONS, after) or _first(_ACTIONS, text[:at]),
        _first(_SIDES, near) or "",
        _first(_COLOURS, _CLAUSE.split(before)[-1][-24:] + _CLAUSE.split(after)[0]),
        _has_umbrella(_CLAUSE.split(before)[-1], name, _CLAUSE.split(after)[0][len(name) :]),
    )


def _has_umbrella(before: str, name: str, after: str) -> bool:
    """In Chinese what somebody holds is named before them (撑伞的男人), in English after them."""
    held = _THINGS["umbrella"]
    return bool(held.search(before[-6:]) if not name.isascii() else held.search(after))
