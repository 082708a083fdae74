"""Films out of files: back as they were, nothing overwritten, nobody else's touched, and what is missing is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import FilmChanged, UnknownFilm
from film.document import Film
from jobs.model.people import Person
from jobs.service.film_files import MissingPicture
from jobs.service.service import JobService
from jobs.store.store import Store
from record.restore_film import FilmInside
from tests.film.samples import FILM, changed
from tests.jobs.film_takes import take
from tests.jobs.load.workers import service_at, settings_of
from tests.pictures import picture

ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[JobService, Store]]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as (service, store):
        yield service.of(ANN), store


def edited(**changes: Any) -> Film:
    return Film.model_validate(changed(FILM, {name.replace("__", "."): value for name, value in changes.items()}))


def test_a_film_that_is_not_here_is_taken_in_as_it_is(opened: tuple[JobService, Store]) -> None:
    service, _ = opened
    offer = service.film_files.offer(FilmInside(FILM))
    assert (offer.revision, offer.is_newest, offer.untaken) == (0, False, (1, 2, 3))
    assert service.films.all() == ()
    assert service.film_files.take_in(FILM, after=0) == (FILM.id, 1)
    assert service.films.get(FILM.id) == (FILM, 1)


def test_a_film_that_is_here_is_opened_or_gets_another_revision(opened: tuple[JobService, Store]) -> None:
    service, _ = opened
    service.films.save(FILM)
    service.films.save(edited(title="Newer"))
    assert service.film_files.offer(FilmInside(edited(title="Newer"))).is_newest
    offer = service.film_files.offer(FilmInside(FILM))
    assert (offer.revision, offer.is_newest) == (2, False)
    service.films.save(edited(title="Newest"), after=2)
    with pytest.raises(FilmChanged):
        service.film_files.take_in(offer.film, after=offer.revision)
    assert service.film_files.take_in(offer.film, after=3) == (FILM.id, 4)
    assert service.films.get(FILM.id, 3)[0].title == "Newest"


def test_a_film_of_an_id_that_somebody_else_has_is_taken_in_like_any_other(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    service.films.save(FILM)
    take(service, store, FILM, "s2")
    bob, unknown = service.of(BOB), edited(id="of-nobody")
    for film in (FILM, unknown):
        with pytest.raises(UnknownFilm):
            bob.films.get(film.id)
        assert bob.film_files.offer(FilmInside(film)).untaken == (1, 2, 3)
        assert bob.film_files.take_in(film, after=0) == (film.id, 1)
        assert bob.film_files.take_in(edited(id=film.id, title="Mine"), after=1) == (film.id, 2)
    assert service.films.get(FILM.id) == (FILM, 1)
    assert service.films.shots(FILM)[1].chosen is not None


def test_missing_pictures_and_takes_are_named(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    here, gone = service.films.add_picture(picture(64, 64, "teal")), "f" * 64
    film = edited(
        cast__1__pictures=[here, gone],
        places__0__pictures=[gone],
        scenes__1__shots__0__frame={"source": "own", "picture": gone},
        scenes__0__shots__0__take="film-of-elsewhere",
        bed={"sound": gone, "name": "waltz.mp3"},
    )
    take(service, store, film, "s2")
    offer = service.film_files.offer(FilmInside(film))
    assert offer.pictures == tuple(MissingPicture(of, gone) for of in ("Mara", "the lantern room", 3))
    assert (offer.music, offer.untaken) == ("waltz.mp3", (1, 3))
    assert len(service.of(BOB).film_files.offer(FilmInside(film)).pictures) == 4
