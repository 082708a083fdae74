"""A person's own cards: kept once a name, nobody else's, and exported with a film in a form that comes in again."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from core.errors import EmptyText, FileMissing, NoProvider, ProviderBusy
from film.cards import cards_from, with_cards
from jobs.service.service import JobService
from tests.film.samples import FILM
from tests.jobs.load.workers import service_at, settings_of
from tests.jobs.service.test_films import ANN, BOB, service
from tests.jobs.service.test_films import with_cards as with_pictures
from tests.pictures import picture
from tests.providers.fake_services import FakeServices, Raw

__all__ = ["service"]


def test_a_card_of_the_same_name_takes_the_place_of_the_one_before(service: JobService) -> None:
    cards = service.of(ANN).films.cards
    cards.keep(FILM.cast[1])
    cards.keep(FILM.cast[1].model_copy(update={"id": "elsewhere", "name": "MARA", "look": "older now"}))
    cards.keep(FILM.places[0].model_copy(update={"name": "Mara"}))  # a place is no person
    assert [(card.kind, card.content.look) for card in cards.all()] == [
        *(("person", "older now"), ("place", FILM.places[0].look))
    ]
    assert [card.content.name for card in cards.all("person")] == ["MARA"]
    cards.remove(cards.all("person")[0])
    assert [card.kind for card in cards.all()] == ["place"]


def test_nobody_has_the_cards_of_others(service: JobService) -> None:
    service.of(ANN).films.cards.keep(FILM.cast[0])
    assert service.of(BOB).films.cards.all() == ()


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"kind": "person"}', b"\xff\xfe", b"[" * 5000])
def test_a_file_that_is_no_card_is_left_out(service: JobService, content: bytes) -> None:
    cards = service.of(ANN).films.cards
    cards.keep(FILM.cast[0])
    (file,) = cards._folder.glob("*.json")
    file.with_name("other.json").write_bytes(content)
    assert [card.content.name for card in cards.all()] == [FILM.cast[0].name]


def test_a_film_is_exported_with_its_cards_and_they_come_in_again(service: JobService, tmp_path: Path) -> None:
    films = service.of(ANN).films
    film = with_pictures(films)
    with zipfile.ZipFile(films.export_cards(film, tmp_path / "film.zip")) as packed:
        packed.extractall(tmp_path / "there")
    document = json.loads((tmp_path / "there" / "film.json").read_text())
    assert document == film.model_dump(mode="json", by_alias=True)
    cards = cards_from((tmp_path / "there" / "cast.json").read_text(), "cast.json")
    theirs = service.of(BOB).films
    again = with_cards(FILM, cards, lambda name: theirs.add_picture((tmp_path / "there" / name).read_bytes()))
    assert (again.cast, again.places) == (film.cast, film.places)
    assert service.of(BOB).shots.make_frames(again)


def test_an_export_without_a_picture_is_none(service: JobService, tmp_path: Path) -> None:
    film = FILM.model_copy(update={"cast": (FILM.cast[0].model_copy(update={"pictures": ("ab" * 32,)}),), "scenes": ()})
    with pytest.raises(FileMissing):
        service.of(ANN).films.export_cards(film, tmp_path / "film.zip")
    assert not list(tmp_path.glob("*film.zip*"))


def test_a_picture_is_drawn_from_the_words_of_a_card(tmp_path: Path) -> None:
    drawn = picture(720, 1280, "teal")
    with FakeServices() as fake:
        fake.script("dashscope.image", Raw(503), drawn)
        settings = settings_of({"OUTPUT_DIR": str(tmp_path), **fake.environment("dashscope"), "PROVIDER_ATTEMPTS": "1"})
        with service_at(settings) as (opened, _store):
            films = opened.of(ANN).films
            with pytest.raises(ProviderBusy):
                films.draw_card(FILM.cast[0])
            digest = films.draw_card(FILM.cast[0])
            assert films.picture(digest) == drawn
            said = fake.received("dashscope.image")[-1].texts[0]
            assert "the old keeper: a man of seventy with a white beard, a grey wool coat." in said
            with pytest.raises(EmptyText):
                films.draw_card(FILM.places[1])
        assert fake.count("dashscope.image") == 2


def test_without_a_service_no_picture_is_drawn(service: JobService) -> None:
    with pytest.raises(NoProvider):
        service.of(ANN).films.draw_card(FILM.cast[0])
