"""A person's own cards of people and places, reusable from one film to another; each a file of its own."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import CardsNotNamed, NoProvider, StorageError, TextTooLong, storage_error
from core.files import atomic_file, atomic_write
from core.messages import gettext_noop
from film.document import CastMember, Place
from jobs.storage.base import LocalStorage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from film.cards import Shown
    from film.document import Film
    from providers.base import Provider

_FOLDER = "cards"
_LARGEST = 2**16  # bytes of a card
MAX_CARDS = 500
_PORTRAIT = (
    "A reference picture of one person, {name}: {words}. From the head to the knees, facing the camera, calm, mouth "
    "closed, in even light before a plain grey background. Nobody else, no text."
)
_VIEW = (
    "A reference picture of a place, {name}: {words}. A wide view at eye level in even light. Nobody in it, no text."
)


class Card(BaseModel):
    """A person or a place as it is kept; its pictures lie with those of the films."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["person", "place"]
    person: CastMember | None = None
    place: Place | None = None

    @classmethod
    def of(cls, one: CastMember | Place) -> Card:
        return cls(kind="person", person=one) if isinstance(one, CastMember) else cls(kind="place", place=one)

    @property
    def content(self) -> CastMember | Place:
        if self.person is not None:
            return self.person
        if self.place is not None:
            return self.place
        raise ValueError(self.kind)

    @property
    def key(self) -> str:
        """One card of a name and kind; kept again it takes the place of the one before."""
        told = json.dumps([self.kind, self.content.name.casefold()])
        return hashlib.sha256(told.encode()).hexdigest()[:32]


class CardService:
    """``folder`` is where this person's pictures of films lie; ``read_picture`` gives one by its SHA-256."""

    def __init__(self, folder: Path, read_picture: Callable[[str], bytes], storage: LocalStorage | None = None) -> None:
        self._storage = storage or LocalStorage(folder)
        self._folder, self._read_picture = folder / _FOLDER, read_picture

    def all(self, kind: Literal["person", "place"] | None = None) -> tuple[Card, ...]:
        """The cards by name; a file that is none is left out."""
        with suppress(StorageError):  # those that are here
            self._storage.sync(self._name())
        paths = sorted(self._folder.glob("*.json"))[:MAX_CARDS] if self._folder.is_dir() else []
        found = [card for card in map(_read, paths) if card is not None and kind in (None, card.kind)]
        return tuple(sorted(found, key=lambda card: (card.content.name.casefold(), card.kind)))

    def keep(self, one: CastMember | Place) -> Card:
        """Keep a person or a place of a film for other films.

        Raises:
            StorageError.
        """
        card = Card.of(one)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            atomic_write(self._folder / f"{card.key}.json", card.model_dump_json().encode())
        except OSError as problem:
            raise storage_error(self._folder, problem) from None
        self._storage.keep(self._name(f"{card.key}.json"))
        return card

    def _name(self, file: str = "") -> str:
        return (self._folder / file).relative_to(self._storage.root).as_posix()

    def shown_in(self, description: str, cards: Sequence[Card]) -> Shown:
        """A clip's description with the cards that it names.

        Raises:
            CardsNotNamed: it names none of them.
            FileMissing: a picture is not kept here.
        """
        from film.cards import Cards, PersonCard, PlaceCard, shown_in

        people = [one.person.model_dump(exclude={"id"}) for one in cards if one.person]
        places = [one.place.model_dump(exclude={"id"}) for one in cards if one.place]
        file = Cards(
            people=tuple(map(PersonCard.model_validate, people)), places=tuple(map(PlaceCard.model_validate, places))
        )
        shown = shown_in(description, file, lambda digest: (digest, self._read_picture(digest)))
        if len(shown.unnamed) == len(cards):
            raise CardsNotNamed(names=", ".join(shown.unnamed))
        return shown

    def remove(self, card: Card) -> None:
        """Take a card out of the library; films keep theirs."""
        (self._folder / f"{card.key}.json").unlink(missing_ok=True)
        self._storage.remove(self._name(f"{card.key}.json"))


def drawn_from_words(one: CastMember | Place, artist: Provider) -> bytes:
    """A picture of nobody but them, in even light, as a service draws it from the card's words.

    Raises:
        NoProvider, ProviderError, EmptyText, TextTooLong.
    """
    from core.limits import checked_text
    from providers.base import ImageRequest
    from providers.offline import NAME

    if artist.name == NAME:
        raise NoProvider(step="image")
    is_person = isinstance(one, CastMember)
    look = ", ".join(part for part in (one.look, one.clothes if isinstance(one, CastMember) else "") if part)
    words = checked_text(look, gettext_noop("look"))
    about = _PORTRAIT if is_person else _VIEW
    prompt = about.format(name=one.name, words=words.rstrip(".。"))
    if artist.prompt_limit is not None and len(prompt) > artist.prompt_limit:
        raise TextTooLong(name=gettext_noop("look"), length=len(prompt), limit=artist.prompt_limit)
    width, height = (720, 1280) if is_person else (1280, 720)
    return artist.image(ImageRequest(prompt=prompt, width=width, height=height)).data


def write_zip(film: Film, target: Path, read: Callable[[str], bytes]) -> Path:
    """A film's document with its cards as a file of cards and their pictures beside it.

    Args:
        read: a picture's bytes by its SHA-256; raises an InputError.

    Raises:
        InputError, StorageError.
    """
    from media.pictures import kind_of

    names: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    for digest in dict.fromkeys(each for one in _cards_of(film) for each in one.pictures):
        data = read(digest)
        names[digest] = f"pictures/{digest[:16]}.{kind_of(data)}"
        pictures[names[digest]] = data
    try:
        with atomic_file(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("film.json", film.as_json())
            packed.writestr("cast.json", json.dumps(_file_of(film, names), ensure_ascii=False, indent=2))
            for name, data in pictures.items():
                packed.writestr(name, data, zipfile.ZIP_STORED)
    except OSError as problem:
        raise storage_error(target, problem) from None
    return target


def _cards_of(film: Film) -> tuple[CastMember | Place, ...]:
    return (*film.cast, *film.places)


def _file_of(film: Film, names: dict[str, str]) -> dict[str, object]:
    def told(one: CastMember | Place) -> dict[str, object]:
        return one.model_dump(mode="json", exclude={"id"}) | {"pictures": [names[each] for each in one.pictures]}

    return {"people": list(map(told, film.cast)), "places": list(map(told, film.places))}


def _read(path: Path) -> Card | None:
    try:
        with path.open("rb") as file:
            card = Card.model_validate_json(file.read(_LARGEST))
    except (OSError, ValidationError):
        return None
    return card if card.person or card.place else None
