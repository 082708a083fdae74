"""A person's films: revisions that nobody overwrites, shots with the jobs that are theirs, and pictures kept apart."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import FileMissing, FilmChanged, FilmIncomplete, NotAPicture, ReferenceMissing, UnknownFilm
from film.document import Film
from jobs.model.people import Person
from jobs.service.context import ServiceContext
from jobs.service.films import FilmService
from jobs.service.service import JobService
from jobs.service.videos import FinishedVideos
from tests.film.samples import FILM, changed
from tests.jobs.load.workers import service_at, settings_of
from tests.pictures import picture

ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[JobService]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as (opened, _store):
        yield opened


def edited(**changes: Any) -> Film:
    return Film.model_validate(changed(FILM, {name.replace("__", "."): value for name, value in changes.items()}))


def test_two_tabs_lose_nothing(service: JobService) -> None:
    films = service.of(ANN).films
    assert films.save(FILM, after=0) == 1
    assert films.save(edited(title="Mine"), after=1) == 2
    with pytest.raises(FilmChanged):
        films.save(edited(title="Theirs"), after=1)
    assert films.get("the-lamp")[0].title == "Mine"
    assert films.save(edited(title="Mine"), after=1) == 2  # the same once more is no other revision
    assert films.save(edited(title="From a file")) == 3
    assert [record.revision for record in films.all()] == [3]


def test_a_film_is_its_owners(service: JobService) -> None:
    service.of(ANN).films.save(FILM)
    assert service.of(ANN).shots.make_frames(FILM)
    with pytest.raises(UnknownFilm):
        service.of(BOB).films.get(FILM.id)
    assert service.of(BOB).films.all() == ()
    assert service.of(BOB).films.save(edited(title="Bob's"), after=0) == 1
    assert [state.job for state in service.of(BOB).films.shots(FILM)] == [None] * 3
    assert service.of(ANN).films.get(FILM.id)[0].title == "The Lamp"


def test_a_shot_is_ordered_once_and_again_only_where_it_changed(service: JobService) -> None:
    films, shots = service.of(ANN).films, service.of(ANN).shots
    ordered = shots.make_frames(FILM)
    assert len(ordered) == 3
    assert shots.make_frames(FILM) == ordered
    other = edited(scenes__0__shots__1__action="Mara laughs.")
    assert [state.is_stale for state in films.shots(other)] == [False, True, False]
    again = shots.make_frames(other)
    assert [one == two for one, two in zip(ordered, again, strict=True)] == [True, False, True]
    assert "Mara laughs." in service.of(ANN).get(again[1]).request.text
    assert shots.make_frames(FILM) == ordered  # back as it was, it is what it was


def test_only_some_shots_and_none_that_are_held(service: JobService) -> None:
    shots = service.of(ANN).shots
    assert len(shots.make_frames(FILM, only={"s2"})) == 1
    assert len(shots.render(edited(scenes__0__shots__0__held=True))) == 2


def test_an_own_picture_is_the_first_frame(service: JobService) -> None:
    films, shots = service.of(ANN).films, service.of(ANN).shots
    digest = films.add_picture(picture(1280, 720, "teal"))
    film = edited(scenes__1__shots__0__frame={"source": "own", "picture": digest})
    (job,) = shots.make_frames(film, only={"s3"})
    assert service.of(ANN).get(job).request.source_picture == "1280x720"
    with pytest.raises(FileMissing):
        service.of(BOB).shots.make_frames(film, only={"s3"})
    with pytest.raises(NotAPicture):
        films.add_picture(b"<svg>")


def test_a_film_without_all_its_videos_is_not_joined(service: JobService, tmp_path: Path) -> None:
    with pytest.raises(FilmIncomplete) as refused:
        service.of(ANN).assembly.join(FILM, tmp_path / "film.mp4", lambda _done, _all: None)
    assert refused.value.message() == "Shot 1 has no finished video yet."


def test_a_shot_goes_on_from_the_last_clean_frame_and_the_trim_says_so(
    service: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = edited(scenes__0__shots__1__join={"kind": "continue"}, scenes__0__shots__1__frame={"source": "last"})
    films, shots = service.of(ANN).films, service.of(ANN).shots
    (first, _third) = shots.make_frames(film)
    assert [state.inputs is None for state in films.shots(film)] == [False, True, False]
    service._store.jobs.move_to(first, "cancelled")
    completed = dataclasses.replace(service.get(first), state="completed")
    monkeypatch.setattr(ServiceContext, "several", lambda _self, _ids: {first: completed})
    taken = picture(1280, 720, "teal")
    monkeypatch.setattr(FinishedVideos, "clean_last_frame", lambda _self, job_id: (taken, 5))
    assert [shot.trim.end for shot in service.of(ANN).assembly.trimmed(film).shots] == [5, 0, 0]
    assert (
        service.of(ANN).assembly.trimmed(edited(scenes__0__shots__0__trim={"start": 0, "end": 9})).shots[0].trim.end
        == 9
    )
    assert films.shots(film)[1].inputs is not None


def with_cards(films: FilmService, **more: Any) -> Film:
    """The film with a picture of each person and of a place."""
    digests = [films.add_picture(picture(640, 640, colour)) for colour in ("red", "blue", "green")]
    pictures = {"cast__0__pictures": digests[:1], "cast__1__pictures": digests[1:2], "places__0__pictures": digests[2:]}
    return edited(**{**pictures, **more})


def test_pictures_travel_to_the_jobs_of_the_shots_in_which_they_are_seen(service: JobService) -> None:
    films, shots = service.of(ANN).films, service.of(ANN).shots
    jobs = [service.of(ANN).get(one) for one in shots.make_frames(with_cards(films))]
    names = [[one.name for one in job.request.references] for job in jobs]
    assert names == [["the old keeper", "the lantern room"], ["Mara", "the lantern room"], []]
    for job in jobs:
        kept = service._folders.references(job)
        assert [one.reference for one in kept] == list(job.request.references)


def test_another_picture_on_a_card_gives_exactly_its_shots_another_job(service: JobService) -> None:
    films, shots = service.of(ANN).films, service.of(ANN).shots
    before = shots.make_frames(with_cards(films))
    other = films.add_picture(picture(640, 640, "orange"))
    film = with_cards(films, cast__1__pictures=[other])
    assert [state.is_stale for state in films.shots(film)] == [False, True, False]
    after = shots.make_frames(film)
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, False, True]
    job = service.of(ANN).get(after[1])
    assert job.parent == before[1]  # it begins with everything of the job before that still fits
    assert other in [one.reference.sha256 for one in service._folders.references(job)]


def test_with_words_only_no_picture_is_needed(service: JobService) -> None:
    shots = service.of(ANN).shots
    film = edited(cast__0__pictures=["ab" * 32])
    with pytest.raises(ReferenceMissing, match="The picture of the old keeper cannot be read here"):
        shots.make_frames(film)
    jobs = shots.make_frames(edited(cast__0__pictures=["ab" * 32], words_only=True))
    assert [service.of(ANN).get(job).request.references for job in jobs] == [(), (), ()]


def test_a_picture_of_somebody_else_is_none_of_mine(service: JobService) -> None:
    film = with_cards(service.of(ANN).films)
    with pytest.raises(ReferenceMissing):
        service.of(BOB).shots.make_frames(film)


def test_the_frame_of_the_shot_before_is_one_more_picture(service: JobService) -> None:
    films, shots = service.of(ANN).films, service.of(ANN).shots
    digest = films.add_picture(picture(1280, 720, "teal"))
    own = {"source": "own", "picture": digest}
    film = edited(shot_before=True, scenes__0__shots__0__frame=own)
    assert [state.inputs is None for state in films.shots(film)] == [False, True, True]  # nothing is there yet
    (first,) = shots.make_frames(film)
    *_, second = shots.make_frames(film)
    job = service.of(ANN).get(second)
    (shot,) = job.request.references
    frame = service._folders.shown_frame(service.of(ANN).get(first))
    assert frame is not None
    assert (shot.role, shot.sha256) == ("shot", hashlib.sha256(frame.read_bytes()).hexdigest())
    assert films.shots(film)[2].inputs is None  # its turn comes when the second frame is there
