"""A film out of a file as it can be taken in here: what of it is known, which pictures and takes are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from film.document import Film

if TYPE_CHECKING:
    from jobs.service.context import ServiceContext
    from jobs.service.films import FilmService
    from record.restore_film import FilmInside


@dataclass(frozen=True)
class MissingPicture:
    """``of`` is whose it is: a name out of the cast or of a place, or the number of a shot; ``digest`` its SHA-256."""

    of: str | int
    digest: str


@dataclass(frozen=True, kw_only=True)
class FilmOffer:
    """A film as a file has it. ``revision`` is the newest one that is here, 0 where there is none of this id.

    ``is_newest`` says that the file has just that one; ``pictures`` are not kept here, nor the music of this name, and
    ``untaken`` are the numbers of the shots of which no finished take is here.
    """

    film: Film
    revision: int
    is_newest: bool
    pictures: tuple[MissingPicture, ...]
    music: str
    untaken: tuple[int, ...]


class FilmFiles:
    """A person's films as they come out of files."""

    def __init__(self, context: ServiceContext, films: FilmService) -> None:
        self._context, self._films = context, films
        self._owner = context.person.name

    def offer(self, inside: FilmInside) -> FilmOffer:
        """What taking it in would mean; nothing is written."""
        film, store = inside.film, self._context.store.films
        known = store.get(self._owner, film.id)
        here = [state.number for state in self._films.shots(film) if state.chosen is not None]
        return FilmOffer(
            film=film,
            revision=known.revision if known else 0,
            is_newest=known is not None and known.document == film.model_dump(mode="json", by_alias=True),
            pictures=tuple(one for one in _pictures(film) if not self._films.has_picture(one.digest)),
            music=_music(film) if film.bed and not self._films.has_picture(film.bed.sound) else "",
            untaken=tuple(number for number in range(1, len(film.shots) + 1) if number not in here),
        )

    def take_in(self, film: Film, *, after: int) -> tuple[str, int]:
        """Record a film of a file as the next revision; returns its id and that number.

        It keeps its id, whoever else has a film of the same one: ids are each person's own, so that none tells what
        others have.

        Raises:
            FilmChanged: there is a newer revision than ``after``; nothing was written.
        """
        return film.id, self._films.save(film, after=after)


def _music(film: Film) -> str:
    return (film.bed.name or film.bed.sound[:12]) if film.bed else ""


def _pictures(film: Film) -> list[MissingPicture]:
    """Every picture that a film names."""
    cast = [MissingPicture(one.name, digest) for one in film.cast for digest in one.pictures]
    places = [MissingPicture(one.name, digest) for one in film.places for digest in one.pictures]
    frames = [(number, shot.frame.picture) for number, shot in enumerate(film.shots, 1)]
    return [*cast, *places, *(MissingPicture(number, digest) for number, digest in frames if digest)]
