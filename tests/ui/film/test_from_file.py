"""A film's file dropped on Films or on Create: the film is back, nothing is overwritten, what is missing is named."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from film.document import Film
from tests.film.samples import FILM, changed
from tests.jobs.film_takes import all_takes
from tests.ui.film.test_takes import SMALL
from tests.ui.still_app import button, drawn, page, words
from ui.app_context import AppContext

GONE = "f" * 64


def document(film: Film = FILM, **changes: Any) -> bytes:
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return Film.model_validate(changed(film, named)).as_json().encode()


def dropped(data: bytes, name: str = "film.json", *, on: str = "films", language: str = "en") -> AppTest:
    test = page("film/films.py" if on == "films" else "create/create.py", language)
    if on == "films":
        test.file_uploader(key="film-file-0").set_value([(name, data, "application/json")])
    elif on == "create":
        test.file_uploader(key="restore-files-0").set_value([(name, data, "application/json")])
    else:
        test.file_uploader(key="create-upload").set_value([(name, data, "application/json")])
    return drawn(test)


def joined_file(app_context: AppContext) -> bytes:
    """The joined film of a person, whose document is then forgotten."""
    service, store = app_context.service, app_context.worker.store
    service.films.save(SMALL)
    all_takes(service, store, SMALL)
    made = service.cuts.join(SMALL.id, lambda _done, _all: None, after=1)
    return (service.files.folder(made.job_id) / made.name).read_bytes()


@pytest.mark.parametrize("place", ["films", "create", "picture"])
def test_a_joined_film_is_back(app_context: AppContext, place: str) -> None:
    data = joined_file(app_context)
    app_context.service.films.save(Film.model_validate(changed(SMALL, {"title": "Newer"})))
    test = dropped(data, "lamp.mp4", on=place)
    assert "differs from the file" in words(test)
    assert app_context.service.films.get(SMALL.id)[1] == 2
    button(test, "film-file-take")
    assert app_context.service.films.get(SMALL.id) == (SMALL, 3)
    assert app_context.service.films.get(SMALL.id, 2)[0].title == "Newer"


@pytest.mark.parametrize(
    ("language", "missing"),
    [("en", "Shots without a take here: 1, 2, 3"), ("zh_CN", "这里没有已完成版本的镜头：1、2、3")],
)
def test_a_document_from_elsewhere_becomes_a_film(app_context: AppContext, language: str, missing: str) -> None:
    test = dropped(document(cast__1__pictures=[GONE]), language=language)
    assert missing in words(test)
    assert "Mara (ffffffff)" in words(test)
    assert app_context.service.films.all() == ()
    button(test, "film-file-take")
    assert app_context.service.films.get(FILM.id)[1] == 1


def test_the_same_film_is_opened(app_context: AppContext) -> None:
    app_context.service.films.save(FILM)
    test = dropped(document())
    assert "film-file-take" not in [one.key for one in test.button]
    button(test, "film-file-open")
    assert app_context.service.films.get(FILM.id)[1] == 1


def test_the_second_of_two_tabs_is_told(app_context: AppContext) -> None:
    app_context.service.films.save(FILM)
    test = dropped(document(title="From the file"))
    app_context.service.films.save(Film.model_validate(changed(FILM, {"title": "Elsewhere"})), after=1)
    button(test, "film-file-take")  # the page had been drawn anew before, and its offer with it
    assert {app_context.service.films.get(FILM.id, number)[0].title for number in (1, 2, 3)} == {
        "The Lamp",
        "Elsewhere",
        "From the file",
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (document().replace(b'"schema": 1', b'"schema": 9'), "a newer version of this program wrote it"),
        (document().replace(b'"keeper"', b'"nobody"', 1), "names a person"),
        (b"{}", "contains no film of this program"),
        (b"\x00" * 100, "contains no film of this program"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(app_context: AppContext, data: bytes, said: str) -> None:
    test = dropped(data)
    assert said in words(test)
    button(test, "film-file-close")
    assert said not in words(test)
    assert app_context.service.films.all() == ()


def test_on_create_a_run_is_still_a_run(app_context: AppContext) -> None:
    test = dropped(b'{"schema": 2, "kind": "mova-run"}', "job.json", on="create")
    assert "cannot be restored" in words(test)
    assert "film-file-close" not in [one.key for one in test.button]
