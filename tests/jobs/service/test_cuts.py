"""The cut of a film: takes chosen and added, nothing lost between two tabs, and one file of exactly its frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import av
import pytest

import jobs.store.films
from core.errors import (
    FilmChanged,
    FilmEditRefused,
    FilmIncomplete,
    QuotaReached,
    ShotNotReady,
    StoreError,
    UnknownFilm,
)
from film.document import Film
from film.edits import moved, with_join, with_trim
from jobs.model.people import Person
from jobs.service.service import JobService
from jobs.store.store import Store
from media.videos import probe
from tests.film.samples import FILM, changed
from tests.jobs.film_takes import FRAMES, all_takes, take
from tests.jobs.load.workers import service_at, settings_of

ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")
SMALL = Film.model_validate(changed(FILM, {"shot_frames": FRAMES}))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[JobService, Store]]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as (service, store):
        yield service.of(ANN), store


def ignore(_done: int, _all: int) -> None:
    return


def revision_of(service: JobService) -> int:
    return service.films.get(SMALL.id)[1]


def test_a_take_is_chosen_and_the_second_of_two_tabs_is_told(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    service.films.save(SMALL, after=0)
    first, second = (take(service, store, SMALL, "s2") for _ in range(2))
    assert service.cuts.of(SMALL).shots[1].take == second
    assert service.cuts.choose_take(SMALL.id, "s2", first.id, after=1) == 2
    film, _ = service.films.get(SMALL.id)
    assert service.cuts.of(film).shots[1].take == service.get(first.id)
    with pytest.raises(FilmChanged):
        service.cuts.choose_take(SMALL.id, "s2", second.id, after=1)
    with pytest.raises(FilmEditRefused):
        service.cuts.choose_take(SMALL.id, "s1", second.id, after=2)
    assert service.films.get(SMALL.id) == (film, 2)
    assert service.cuts.choose_take(SMALL.id, "s2", None, after=2) == 3
    third = take(service, store, SMALL, "s2")
    assert service.cuts.of(service.films.get(SMALL.id)[0]).shots[1].take == third


def test_a_chosen_take_is_its_persons_pick_with_what_was_known_then(
    opened: tuple[JobService, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, store = opened
    service.films.save(SMALL, after=0)
    first, second, starred = [take(service, store, SMALL, "s2") for _ in range(3)]
    alone = take(service, store, SMALL, "s1")
    store.jobs.update(first.id, heard="not_said")
    service.library.mark_favourite(starred.id, favourite=True)

    def picked() -> list[str]:
        return [job.id for job in (first, second, starred, alone) if service.get(job.id).favourite]

    service.cuts.choose_take(SMALL.id, "s2", first.id, after=1)
    pick = service.get(first.id).pick
    assert pick is not None
    assert (pick["film"], pick["because"], len(pick["tried"])) == (SMALL.id, "lines", 3)
    assert picked() == [first.id, starred.id]
    service.cuts.choose_take(SMALL.id, "s2", second.id, after=2)
    assert (picked(), service.get(first.id).pick) == ([second.id, starred.id], None)
    service.cuts.choose_take(SMALL.id, "s2", starred.id, after=3)
    service.cuts.choose_take(SMALL.id, "s2", None, after=4)  # the star was there before
    service.cuts.choose_take(SMALL.id, "s1", alone.id, after=5)  # there was nothing to choose from
    assert picked() == [starred.id]
    before = service.films.get(SMALL.id)
    monkeypatch.setattr(jobs.store.films, "change_job", Mock(side_effect=OSError("killed")))
    with pytest.raises(StoreError):
        service.cuts.choose_take(SMALL.id, "s2", first.id, after=6)
    assert (service.films.get(SMALL.id), picked()) == (before, [starred.id])


def test_each_change_is_a_revision_and_a_refused_one_is_none(opened: tuple[JobService, Store]) -> None:
    service, _ = opened
    service.films.save(SMALL)
    assert service.cuts.change(SMALL.id, lambda film: with_trim(film, "s1", 2, 3), after=1) == 2
    assert service.cuts.change(SMALL.id, lambda film: moved(film, "s3", "s1"), after=2) == 3
    with pytest.raises(FilmEditRefused):
        service.cuts.change(SMALL.id, lambda film: with_trim(film, "s1", FRAMES, 0), after=3)
    film, revision = service.films.get(SMALL.id)
    assert (revision, [shot.id for shot in film.shots], film.shots[1].trim.end) == (3, ["s3", "s1", "s2"], 3)


def test_where_each_shot_lies(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    film = with_join(with_trim(with_join(SMALL, "s2", "dissolve", 4), "s2", 1, 2), "s3", "continue")
    take(service, store, film, "s1")
    cut = service.cuts.of(film)
    assert [(one.begins, one.frames, one.overlap) for one in cut.shots] == [(0, 17, 0), (13, 14, 4), (26, 17, 1)]
    assert (cut.num_frames, cut.missing) == (film.num_frames, (2, 3))
    assert cut.seconds == film.seconds


def test_an_old_take_keeps_its_own_length_and_says_that_it_is_old(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    take(service, store, SMALL, "s1")
    longer = Film.model_validate(changed(SMALL, {"shot_frames": 33}))
    shot = service.cuts.of(longer).shots[0]
    assert (shot.is_old, shot.rendered, shot.frames) == (True, FRAMES, FRAMES)


def test_four_more_seeds_are_sent_once(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    service.films.save(SMALL)
    with pytest.raises(ShotNotReady):
        service.cuts.more_takes(SMALL.id, "s1", latest="")
    first = take(service, store, SMALL, "s1")
    made = service.cuts.more_takes(SMALL.id, "s1", latest=first.id)
    assert service.cuts.more_takes(SMALL.id, "s1", latest=first.id) == ()
    state = service.films.shots(SMALL)[0]
    assert [job.id for job in state.jobs] == [first.id, *made]
    assert {job.state for job in state.jobs[1:]} == {"queued"}
    assert len({job.render.seed for job in state.jobs}) == 5
    again = service.cuts.more_takes(SMALL.id, "s1", latest=made[-1], count=1)
    assert again == (f"{first.id}-6",)


def test_without_room_for_all_of_them_none_is_sent(tmp_path: Path) -> None:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path), "QUOTA_JOBS_WAITING": "3"})) as (service, store):
        mine = service.of(ANN)
        mine.films.save(SMALL)
        first = take(mine, store, SMALL, "s1")
        with pytest.raises(QuotaReached):
            mine.cuts.more_takes(SMALL.id, "s1", latest=first.id)
        assert len(mine.films.shots(SMALL)[0].jobs) == 1


def test_another_persons_film_is_not_there(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    service.films.save(SMALL)
    made = take(service, store, SMALL, "s1")
    bob = service.of(BOB).cuts
    for act in (
        lambda: bob.change(SMALL.id, lambda film: film, after=1),
        lambda: bob.choose_take(SMALL.id, "s1", made.id, after=1),
        lambda: bob.more_takes(SMALL.id, "s1", latest=made.id),
        lambda: bob.join(SMALL.id, ignore, after=1),
    ):
        with pytest.raises(UnknownFilm):
            act()
    assert bob.of(SMALL).missing == (1, 2, 3)


def test_the_joined_file_has_exactly_its_frames_and_its_document(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    film = with_trim(with_join(SMALL, "s2", "dissolve", 4), "s3", 1, 2)
    service.films.save(film)
    takes = all_takes(service, store, film)
    cut = service.cuts.of(film)
    assert service.cuts.joined(film, cut) is None
    webhook, _secret = service.webhooks.add("https://receiver.example/hook", ["film.completed"])
    joined = service.cuts.join(film.id, ignore, after=1)
    assert service.cuts.joined(film, cut) == joined == service.cuts.join(film.id, ignore, after=1)
    (told,) = service.webhooks.log(webhook.id)
    about = {"object": "film", "id": film.id, "revision": 1, "job": joined.job_id, "file": joined.name}
    assert json.loads(told.body)["data"] == about
    path = service.files.folder(joined.job_id) / joined.name
    assert probe(path).num_frames == cut.num_frames == 17 + 13 + 14
    with av.open(str(path)) as container:
        inside = json.loads(container.metadata["comment"])
    assert Film.model_validate(inside["film"]) == film
    assert inside["shots"] == [one.id for one in takes]
    assert ("cut", joined.name) in [(file.kind, file.name) for file in service.files.recorded(joined.job_id)]


def test_a_joined_file_takes_the_place_of_the_one_before(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    service.films.save(SMALL)
    all_takes(service, store, SMALL)
    before = service.cuts.join(SMALL.id, ignore, after=1)
    service.cuts.change(SMALL.id, lambda film: moved(film, "s3", "s1"), after=1)
    film, _ = service.films.get(SMALL.id)
    assert service.cuts.joined(film, service.cuts.of(film)) is None
    with pytest.raises(FilmChanged):
        service.cuts.join(SMALL.id, ignore, after=1)
    after = service.cuts.join(SMALL.id, ignore, after=2)
    assert not (service.files.folder(before.job_id) / before.name).exists()
    assert (service.files.folder(after.job_id) / after.name).is_file()


def test_a_deleted_film_takes_its_joined_file_with_it_and_leaves_its_jobs(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    service.films.save(SMALL)
    takes = all_takes(service, store, SMALL)
    joined = service.cuts.join(SMALL.id, ignore, after=1)
    theirs = service.of(BOB)
    theirs.films.save(SMALL)
    assert service.films.jobs_of(SMALL.id) == len(takes) == 3
    service.films.delete(SMALL.id)
    assert not service.cuts.file(joined).exists()
    assert [file.kind for file in service.files.recorded(joined.job_id)].count("cut") == 0
    assert all(service.get(one.id).state == "completed" for one in takes)
    with pytest.raises(UnknownFilm):
        service.films.delete(SMALL.id)
    assert (theirs.films.count(), service.films.save(SMALL, after=0)) == (1, 1)
    assert [one.jobs for one in service.films.shots(SMALL)] == [(), (), ()]


def test_what_is_trimmed_for_a_shot_that_continues_is_said_and_recorded(
    opened: tuple[JobService, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, store = opened
    film = with_join(SMALL, "s2", "continue")
    service.films.save(film)
    all_takes(service, store, film)
    monkeypatch.setattr(type(service.videos), "clean_last_frame", lambda _self, _job_id: (b"", 5))
    joined = service.cuts.join(film.id, ignore, after=1)
    trimmed, whole, *shots = [note.text() for note in joined.notes]
    assert trimmed == "Shot 1: its last 5 frames flash or blur; the film leaves them away."
    assert whole.startswith("The film: -1")
    assert [one.partition(":")[0] for one in shots] == ["Shot 1", "Shot 2", "Shot 3"]
    newest, revision = service.films.get(film.id)
    assert (revision, newest.shots[0].trim.end) == (2, 5)
    found = service.cuts.joined(newest, service.cuts.of(newest))
    assert found is not None
    assert found.notes == joined.notes  # also after a restart
    assert service.cuts.join(film.id, ignore, after=2).notes == joined.notes
    assert probe(service.files.folder(joined.job_id) / joined.name).num_frames == newest.num_frames


def test_a_film_without_all_its_takes_is_not_joined(opened: tuple[JobService, Store]) -> None:
    service, store = opened
    service.films.save(SMALL)
    take(service, store, SMALL, "s1")
    with pytest.raises(FilmIncomplete):
        service.cuts.join(SMALL.id, ignore, after=1)
