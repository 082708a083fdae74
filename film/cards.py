"""A file of cards: people and places with their pictures beside it, for films and for single clips.

``{"people": [{"name": "Mei", "look": "…", "clothes": "…", "voice": "…", "strength": "identity", "pictures":
["mei.png"]}], "places": [{"name": "…", "look": "…", "pictures": ["…"]}]}``; all but the names is optional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import BadCards
from core.messages import Message, gettext_noop, message
from core.references import Reference, Strength
from description.text import collapse, ended
from film.document import MAX_CAST, MAX_PICTURES, MAX_PLACES, CastMember, Film, Line, Place, reason_of
from film.proposal import id_of

# The SHA-256 of a picture that a card names; raises an InputError.
KeepPicture = Callable[[str], str]
_File = Annotated[str, Field(min_length=1, max_length=255)]


class _Card(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Line, Field(min_length=1)]
    look: Line = ""
    strength: Strength = "identity"
    pictures: Annotated[tuple[_File, ...], Field(max_length=MAX_PICTURES)] = ()


class PersonCard(_Card):
    """``pictures`` are files beside the cards' own."""

    clothes: Line = ""
    voice: Line = ""


class PlaceCard(_Card):
    """``pictures`` are files beside the cards' own."""


class Cards(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    people: Annotated[tuple[PersonCard, ...], Field(max_length=MAX_CAST)] = ()
    places: Annotated[tuple[PlaceCard, ...], Field(max_length=MAX_PLACES)] = ()

    @model_validator(mode="after")
    def _names_each_once(self) -> Cards:
        names = [one.name.casefold() for one in (*self.people, *self.places)]
        if not names:
            raise ValueError(gettext_noop("there is no card in it"))
        if len(set(names)) < len(names):
            raise ValueError(gettext_noop("a name is there twice"))
        return self


def cards_from(text: str, name: str) -> Cards:
    """The cards in a JSON text.

    Raises:
        BadCards: it is no file of cards; says where and why.
    """
    try:
        return Cards.model_validate_json(text)
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors(include_url=False)[0]["loc"]) or "—"
        raise BadCards(str(problem), name=name, where=where, reason=reason_of(problem)) from None


def with_cards(film: Film, cards: Cards, keep: KeepPicture) -> Film:
    """The film with these cards: one of a name that it has is replaced, with its id; others come after them.

    Raises:
        InputError: a picture cannot be used.
    """
    cast, places = {_key(one.name): one for one in film.cast}, {_key(one.name): one for one in film.places}
    ids = {*(one.id for one in film.cast), *(one.id for one in film.places)}
    for person in cards.people:
        known = cast.get(_key(person.name))
        fields = person.model_dump(exclude={"pictures"}) | {"pictures": tuple(map(keep, person.pictures))}
        cast[_key(person.name)] = CastMember(id=known.id if known else _new_id(person.name, "cast", ids), **fields)
    for card in cards.places:
        there = places.get(_key(card.name))
        fields = card.model_dump(exclude={"pictures"}) | {"pictures": tuple(map(keep, card.pictures))}
        places[_key(card.name)] = Place(id=there.id if there else _new_id(card.name, "place", ids), **fields)
    changes = {"cast": tuple(cast.values()), "places": tuple(places.values())}
    return Film.model_validate(film.model_dump(by_alias=True) | changes)


@dataclass(frozen=True)
class Shown:
    """What a description and its cards are for one clip: ``unnamed`` cards are those that it does not name."""

    description: str
    references: tuple[Reference, ...]
    pictures: dict[str, bytes]
    unnamed: tuple[str, ...]

    @property
    def notes(self) -> tuple[Message, ...]:
        """What is said of cards that are not used."""
        template = gettext_noop("The description does not name {name}: that card is not used.")
        return tuple(message(template, name=name) for name in self.unnamed)


def shown_in(description: str, cards: Cards, read: Callable[[str], tuple[str, bytes]]) -> Shown:
    """A clip with the cards that its description names: their words after it, their pictures along with it.

    Args:
        read: the SHA-256 and the bytes of a picture; raises an InputError.
    """
    every: tuple[PersonCard | PlaceCard, ...] = (*cards.people, *cards.places)
    named = [one for one in every if _is_named(one.name, description)]
    references: list[Reference] = []
    pictures: dict[str, bytes] = {}
    for card in named:
        role = "person" if isinstance(card, PersonCard) else "place"
        for file in card.pictures:
            digest, data = read(file)
            pictures[digest] = data
            references.append(
                Reference.model_validate({"name": card.name, "role": role, "strength": card.strength, "sha256": digest})
            )
    words = " ".join(ended(one) for card in named for one in _told(card))
    text = f"{ended(description.rstrip())} {words}" if words else description
    unnamed = tuple(one.name for one in every if one not in named)
    return Shown(text, tuple(references), pictures, unnamed)


def _is_named(name: str, text: str) -> bool:
    """Whether a text has a name in it that is no part of a longer word; Chinese has no gaps between words."""
    wanted, text = name.casefold(), text.casefold()
    begins = text.find(wanted)
    while begins >= 0:
        before, after = text[:begins][-1:], text[begins + len(wanted) :][:1]
        if not (_joins(wanted[0], before) or _joins(wanted[-1], after)):
            return True
        begins = text.find(wanted, begins + 1)
    return False


def _joins(sign: str, neighbour: str) -> bool:
    return sign.isalnum() and sign < "\u2e80" and neighbour.isalnum() and neighbour < "\u2e80"


def _told(card: PersonCard | PlaceCard) -> Iterator[str]:
    parts = [card.look, card.clothes] if isinstance(card, PersonCard) else [card.look]
    if told := [collapse(part).rstrip(".。") for part in parts if part]:
        yield ", ".join([card.name, *told])
    if isinstance(card, PersonCard) and card.voice:
        yield f"{card.name}: {collapse(card.voice)}"


def picture_beside(file: Path, name: str) -> Path:
    """A picture beside a file of cards, or in a folder below it.

    Raises:
        BadCards: it would lie elsewhere.
    """
    folder, path = file.parent, file.parent / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        inside = False
    if not inside or Path(name).is_absolute():
        raise BadCards(name=file.name, where=name[:80], reason=gettext_noop("a picture lies beside the file of cards"))
    return path


def _new_id(name: str, kind: str, ids: set[str]) -> str:
    found = id_of(name, kind, ids)
    ids.add(found)
    return found


def _key(name: str) -> str:
    return collapse(name).casefold()
