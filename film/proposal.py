"""A film that was proposed from a text, shot by shot: what is common to a screenplay, a table and an idea."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.messages import Message, gettext_noop, message
from description.quotations import quotations
from description.text import sentences, speech_seconds
from film.document import SHOT_SECONDS, CastMember, Film, Place, Scene, Shot, Utterance

_SHORT_TURNS = 2
_BREAKS = re.compile(r"(?<=[,;:，；：、—])\s*|(?<!\s)\s+(?=(?:and|but|or|because|so)\b)")
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Proposal:
    """A film, and what a person should know of how it came about."""

    film: Film
    notes: tuple[Message, ...] = ()


def new_film_id() -> str:
    return f"film-{secrets.token_hex(4)}"


@dataclass
class Builder:
    """Puts shots behind each other; a shot ends where its speech would no longer fit into 8.04 s."""

    cast: dict[str, CastMember] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    scenes: list[Scene] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    _numbers: int = 0

    @property
    def has_shots(self) -> bool:
        return self._numbers > 0

    def scene(self, place: str = "", time: str = "", light: str = "") -> None:
        """Begin another scene."""
        self._close()
        known = self._place(place) if place else None
        self.scenes.append(Scene(id=f"scene-{len(self.scenes) + 1}", place=known, time=time, light=light))

    def action(self, words: str) -> None:
        """Begin a shot in which this is seen."""
        self.shots.append(Shot(id=self._shot_id(), action=words))

    def line(self, speaker: str, words: str, manner: str = "") -> None:
        """Have somebody say this, in the last shot if there is still room, else in another one.

        What does not fit into one shot is split between its sentences, else at a comma; nothing is left out.
        """
        member = self.member(speaker)
        pieces = _pieces(words)
        if len(pieces) > 1:
            template = gettext_noop("A line of {speaker} is longer than a shot and was split into {n}.")
            self.notes.append(message(template, speaker=member.name, n=len(pieces)))
        for piece in pieces:
            said = Utterance(speaker=member.id, text=piece, manner=manner)
            if not self.shots or not _has_room(self.shots[-1], said):
                self.shots.append(Shot(id=self._shot_id(), size="medium close-up", cast=(member.id,)))
            self._change(utterances=(*self.shots[-1].utterances, said), seen=member.id)

    def member(self, name: str) -> CastMember:
        """The member of the cast of that name, a new one where there is none yet."""
        key = name.strip().casefold()
        if key not in self.cast:
            member_id = id_of(name, "cast", {one.id for one in self.cast.values()})
            self.cast[key] = CastMember(id=member_id, name=name.strip())
        return self.cast[key]

    def film(self, *, title: str = "", film_id: str | None = None, **more: object) -> Film:
        """The film so far; raises pydantic's ValidationError where a limit of the document is passed."""
        self._close()
        return Film.model_validate(
            {
                "schema": 1,
                "id": film_id or new_film_id(),
                "title": title,
                "cast": tuple(self.cast.values()),
                "places": tuple(self.places.values()),
                "scenes": tuple(self.scenes),
                **more,
            }
        )

    def add(self, shot: Shot) -> None:
        """Add a shot as it is."""
        self.shots.append(shot.model_copy(update={"id": self._shot_id()}))

    def _change(self, *, utterances: tuple[Utterance, ...], seen: str) -> None:
        last = self.shots[-1]
        cast = tuple(dict.fromkeys([*last.cast, seen]))
        self.shots[-1] = last.model_copy(update={"utterances": utterances, "cast": cast})

    def _close(self) -> None:
        if not self.shots:
            return
        if not self.scenes:
            self.scenes.append(Scene(id="scene-1"))
        self.scenes[-1] = self.scenes[-1].model_copy(update={"shots": (*self.scenes[-1].shots, *self.shots)})
        self.shots = []

    def _place(self, name: str) -> str:
        key = name.strip().casefold()
        if key not in self.places:
            place_id = id_of(name, "place", {one.id for one in self.places.values()})
            self.places[key] = Place(id=place_id, name=name.strip())
        return self.places[key].id

    def _shot_id(self) -> str:
        self._numbers += 1
        return f"shot-{self._numbers}"


def _has_room(shot: Shot, said: Utterance) -> bool:
    """Whether a line still fits: one turn, or two short ones."""
    lines = (*shot.utterances, said)
    return len(lines) <= _SHORT_TURNS and seconds_of(one.text for one in lines) <= SHOT_SECONDS


def seconds_of(lines: Iterable[str]) -> float:
    """How long lines take to say, one turn each."""
    return speech_seconds(quotations("\n\n".join(f"says “{' '.join(line.split())}”" for line in lines)))


def _pieces(words: str) -> list[str]:
    """A line in as few pieces as fit into one shot each."""
    return _packed(list(_parts(words)))


def _parts(words: str) -> Iterator[str]:
    for sentence in sentences(words):
        if seconds_of([sentence]) <= SHOT_SECONDS:
            yield sentence
        else:
            yield from _packed([part for part in _BREAKS.split(sentence) if part])


def _packed(parts: list[str]) -> list[str]:
    pieces: list[str] = []
    for part in parts:
        joined = f"{pieces[-1]} {part}" if pieces and pieces[-1][-1:].isascii() else f"{''.join(pieces[-1:])}{part}"
        if pieces and seconds_of([joined]) <= SHOT_SECONDS:
            pieces[-1] = joined
        else:
            pieces.append(part)
    return pieces


def id_of(name: str, kind: str, taken: set[str]) -> str:
    """An id for a name that none of ``taken`` is; of its Latin letters, or of ``kind`` where it has none."""
    plain = "-".join(_LATIN.findall(name.lower()))[:24].strip("-") or kind
    wanted, number = plain, 1
    while wanted in taken:
        number += 1
        wanted = f"{plain}-{number}"
    return wanted
