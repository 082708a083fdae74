"""The list of films and the way to a new one, over an app in which nothing runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from film.document import Film
from tests.film.samples import FILM
from tests.ui.film.counting import statements
from tests.ui.still_app import button, drawn, page, primaries, words
from tests.waiting import until
from ui.app_context import AppContext

SCRIPT = "INT. TOWER - NIGHT\n\nThe keeper trims the wick.\n\nKEEPER\nThe light must not go out.\n"


def cards(test: AppTest) -> list[dict[str, Any]]:
    """The posters as the browser gets them."""
    found = [one.proto for one in test.get("bidi_component") if one.proto.component_name == "mova_films"]
    return [card for one in found for group in json.loads(one.json)["groups"] for card in group]


def films_page(language: str = "en", **query: str) -> AppTest:
    return page("film/films.py", language, **query)


def made(test: AppTest) -> AppTest:
    """Press the primary button, and draw what comes of it once it is done."""
    button(test, "make-shots")
    if "new-film-work" in test.session_state:
        until(lambda: test.session_state["new-film-work"].done)
        drawn(test)
    return test


@pytest.mark.parametrize(
    ("language", "said", "act"), [("en", "joined to one video", "New film"), ("zh_CN", "八秒", "新建影片")]
)
def test_without_films_the_page_says_what_one_is(app_context: AppContext, language: str, said: str, act: str) -> None:
    test = films_page(language)
    assert said in words(test)
    assert primaries(test) == [act]


def test_a_film_has_its_title_its_length_and_how_far_it_is(app_context: AppContext) -> None:
    app_context.service.films.save(FILM)
    app_context.service.films.save(FILM.model_copy(update={"id": "other", "title": ""}))
    shown = {card["title"]: card for card in cards(films_page())}
    assert list(shown) == ["Untitled film", "The Lamp"]
    assert shown["The Lamp"]["length"] == "24.1 s"
    assert shown["The Lamp"]["href"] == "film?film=the-lamp&stage=script&lang=en"
    assert shown["The Lamp"]["lines"][0] == ["state", "Shots: 3"]


def test_a_page_of_films_costs_the_same_however_many_there_are(app_context: AppContext) -> None:
    films = app_context.service.films
    films.save(FILM)
    with statements(app_context) as alone:
        films_page()
    for number in range(60):
        films.save(FILM.model_copy(update={"id": f"film-{number}"}))
    with statements(app_context) as many:
        assert len(cards(films_page())) == 24
    assert many() <= alone()


def test_a_script_becomes_a_film_and_its_page_opens(app_context: AppContext) -> None:
    test = films_page(new="script")
    assert primaries(test) == ["Make the shots"]
    test.text_area(key="new-film-script").set_value(SCRIPT)
    test = made(drawn(test))
    (record,) = app_context.service.films.all()
    film = Film.model_validate(record.document)
    assert [one.text for shot in film.shots for one in shot.utterances] == ["The light must not go out."]
    said = words(test)
    assert "no model has read it" in said
    assert "The keeper trims the wick" in next(one.label for one in test.button if one.key == "open-shot-1")


def test_an_idea_without_a_text_service_is_split_and_that_is_said(app_context: AppContext) -> None:
    test = films_page("zh_CN", new="idea")
    test.text_area(key="new-film-idea").set_value("海边。\n\n她说：“走吧。”")
    made(drawn(test))
    assert len(app_context.service.films.all()) == 1
    assert "没有经过模型阅读" in words(test)


def test_what_is_no_table_is_told_and_what_was_given_stays(app_context: AppContext) -> None:
    test = films_page(new="table")
    test.file_uploader(key="new-film-table").set_value(("shots.csv", b"action,colour\nA boat.,red\n", "text/csv"))
    made(drawn(test))
    assert "there is no such column" in words(test)
    assert app_context.service.films.all() == ()
    test.file_uploader(key="new-film-table").set_value(("shots.csv", b"action,image\nA boat.,boat.png\n", "text/csv"))
    made(drawn(test))
    assert "it was not uploaded with the table" in words(test)


def test_no_film_and_no_text_make_nothing(app_context: AppContext) -> None:
    test = films_page(new="idea")
    assert not test.button(key="make-shots").disabled  # a press while a text is typed would be lost
    made(test)
    assert "is empty" in words(test)
    assert app_context.service.films.all() == ()
    assert "There is no such film." in words(page("film/film.py", film="../../etc"))


def test_a_film_is_deleted_once_its_person_knows_what_stays(app_context: AppContext) -> None:
    service = app_context.service
    service.films.save(FILM)
    (job,) = service.shots.make_frames(FILM, only={"s1"})
    test = button(page("film/film.py", film=FILM.id), "delete-film")
    assert "stay in the library: 1" in words(test)
    button(test, "delete-film-not")
    assert "stay in the library" not in words(test)
    assert service.films.count() == 1
    button(button(test, "delete-film"), "delete-film-really")
    assert (service.films.count(), service.get(job).id) == (0, job)
