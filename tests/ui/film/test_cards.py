"""Cards on the stage Script: pictures by upload and from a frame, their strength, and cards that go to another film."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from core.references import STRENGTHS
from film.document import Film
from tests.film.samples import FILM
from tests.pictures import picture
from tests.ui.film.test_script import now, script
from tests.ui.still_app import button, drawn, words
from ui.app_context import AppContext

RED = picture(640, 640, "red")
OTHER = FILM.model_copy(update={"id": "another", "cast": FILM.cast[1:], "scenes": ()})


@pytest.fixture(autouse=True)
def films(app_context: AppContext) -> AppContext:
    app_context.service.films.save(FILM)
    return app_context


def uploader(test: object, key: str) -> object:
    return next(one for one in test.file_uploader if (one.key or "").startswith(key))  # type: ignore[attr-defined]


def with_picture(app_context: AppContext) -> Film:
    digest = app_context.service.films.add_picture(RED)
    keeper = FILM.cast[0].model_copy(update={"pictures": (digest,)})
    film = FILM.model_copy(update={"cast": (keeper, *FILM.cast[1:])})
    app_context.service.films.save(film)
    return film


@pytest.mark.parametrize(("language", "told"), [("en", "What of the pictures counts"), ("zh_CN", "图片中以什么为准")])
def test_a_picture_is_uploaded_and_says_how_much_of_it_counts(
    app_context: AppContext, language: str, told: str
) -> None:
    test = script(language=language)
    uploader(test, "upload-keeper-").set_value(("keeper.png", RED, "image/png"))  # type: ignore[attr-defined]
    drawn(test)
    (digest,) = now(app_context).member("keeper").pictures
    assert app_context.service.films.picture(digest) == RED
    strength = next(one for one in test.selectbox if one.label == told)
    strength.set_value(STRENGTHS[1])
    drawn(test)
    assert now(app_context).member("keeper").strength == "clothes"
    assert [one.key for one in test.button if (one.key or "").startswith("remove-picture-")] == [
        "remove-picture-keeper-0"
    ]
    button(test, "remove-picture-keeper-0")
    assert now(app_context).member("keeper").pictures == ()


def test_what_is_no_picture_is_refused_with_the_reason(app_context: AppContext) -> None:
    test = script()
    uploader(test, "upload-keeper-").set_value(("keeper.png", b"<svg>", "image/png"))  # type: ignore[attr-defined]
    drawn(test)
    assert now(app_context).member("keeper").pictures == ()
    assert "not a picture" in words(test)


def test_a_picture_that_is_gone_is_told(app_context: AppContext) -> None:
    keeper = FILM.cast[0].model_copy(update={"pictures": ("ab" * 32,)})
    app_context.service.films.save(FILM.model_copy(update={"cast": (keeper, *FILM.cast[1:])}))
    assert "This picture is not kept here" in words(script())


def test_a_card_goes_to_another_film_with_its_pictures(app_context: AppContext) -> None:
    kept = with_picture(app_context).member("keeper")
    button(script(), "keep-card-keeper")
    app_context.service.films.save(OTHER)
    test = script("another")
    next(one for one in test.selectbox if one.label == "Person").set_value("")
    drawn(test)
    card = next(one for one in test.selectbox if one.label == "One of my cards")
    card.set_value(app_context.service.films.cards.all()[0].key)
    drawn(test)
    button(test, "take-card-CastMember")
    taken = now(app_context, "another").cast[-1]
    assert (taken.name, taken.look, taken.pictures) == (kept.name, kept.look, kept.pictures)
    button(test, "delete-card-CastMember")
    assert app_context.service.films.cards.all() == ()
    assert now(app_context, "another").cast[-1] == taken


def test_a_frame_of_the_film_becomes_a_picture(app_context: AppContext) -> None:
    films = app_context.service.films
    own = {"source": "own", "picture": films.add_picture(picture(1280, 720, "teal"))}
    document = FILM.model_dump(mode="json", by_alias=True)
    document["scenes"][0]["shots"][0]["frame"] = own
    film = Film.model_validate(document)
    films.save(film)
    app_context.service.shots.make_frames(film, only={"s1"})
    test = script()
    taken = next(one for one in test.selectbox if one.label == "Or take a first frame of the film")
    taken.set_value(1)
    drawn(test)
    (digest,) = now(app_context).member("keeper").pictures
    assert Image.open(io.BytesIO(films.picture(digest))).size == (640, 352)


def test_words_only_is_a_choice_of_the_film(app_context: AppContext) -> None:
    test = script()
    next(one for one in test.checkbox if one.label == "Send no pictures of people and places").check()
    next(one for one in test.button if "save-film" in (one.key or "")).click()
    drawn(test)
    assert now(app_context).words_only


def test_without_a_service_drawing_says_why_not(app_context: AppContext) -> None:
    test = button(script(), "draw-keeper")
    assert "No configured service can do this step" in words(test)
    assert now(app_context).member("keeper").pictures == ()
