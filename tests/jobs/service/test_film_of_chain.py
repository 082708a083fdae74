"""A chain made with Extend becomes a film: its shots in their order, their takes, and nothing to render again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import BadFilm, NothingToExtend
from jobs.service.service import JobService
from jobs.store.store import Store
from media.videos import probe
from tests.film.samples import FILM
from tests.jobs.film_takes import take
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import service_at, settings_of


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[JobService, Store]]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as opened:
        yield opened


def test_a_chain_is_a_film_with_all_its_takes(made: tuple[JobService, Store], tmp_path: Path) -> None:
    service, store = made
    text = 'A lighthouse in a storm. A keeper says "The light stays on."'
    one = shot(service, store, num_frames=17, order={"text": text})
    two = shot(service, store, after=one, num_frames=17, first=16)
    other = shot(service, store, after=one, num_frames=17, first=16)
    three = shot(service, store, after=other, num_frames=17, first=32)
    film = service.films.from_chain(other.id)
    states = service.films.shots(film)
    assert [state.chosen and state.chosen.id for state in states] == [one.id, other.id, three.id]
    assert {take.id for take in states[1].takes} == {two.id, other.id}
    assert not any(state.is_stale for state in states)
    assert [shot.join.kind for shot in film.shots] == ["cut", "continue", "continue"]
    assert film.shots[0].action == "A lighthouse in a storm."
    assert [said.text for said in film.shots[0].utterances] == ["The light stays on."]
    assert service.shots.render(film) == ()
    service.assembly.join(film, tmp_path / "film.mp4", lambda *_: None)
    assert probe(tmp_path / "film.mp4").num_frames == 3 * 17 - 2
    service.films.save(film.model_copy(update={"title": "Mine"}))
    assert service.films.from_chain(three.id).title == "Mine"  # the same chain is the same film


def test_a_chain_that_was_extended_is_the_same_film_with_one_shot_more(made: tuple[JobService, Store]) -> None:
    service, store = made
    one = shot(service, store, num_frames=17)
    alone = service.films.from_chain(one.id)
    two = shot(service, store, after=one, num_frames=17)
    three = shot(service, store, after=two, num_frames=17)
    longer = service.films.from_chain(three.id)
    assert (alone.id, len(alone.shots), len(longer.shots)) == (longer.id, 1, 3)
    other = shot(service, store, after=one, num_frames=17)
    branch = service.films.from_chain(other.id)
    assert [state.chosen and state.chosen.id for state in service.films.shots(branch)] == [one.id, other.id]


def test_a_take_of_another_film_is_told(made: tuple[JobService, Store]) -> None:
    service, store = made
    service.films.save(FILM)
    job = take(service, store, FILM, "s1")
    with pytest.raises(BadFilm, match="part of another film"):
        service.films.from_chain(job.id)


def test_an_unfinished_job_makes_no_film(made: tuple[JobService, Store]) -> None:
    service, store = made
    with pytest.raises(NothingToExtend):
        service.films.from_chain(shot(service, store, state="draft").id)
