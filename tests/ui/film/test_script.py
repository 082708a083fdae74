"""The stage Script: a film edited form by form, by one tab and by two, short and long."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from film.document import Film, Scene, Shot
from film.edits import with_take
from tests.film.samples import FILM
from tests.ui.film.counting import statements
from tests.ui.still_app import button, drawn, page, primaries, words
from ui.app_context import AppContext

LONG = FILM.model_copy(
    update={
        "id": "long",
        "scenes": tuple(
            Scene(id=f"scene-{n}", shots=tuple(Shot(id=f"s-{n}-{m}", action=f"Act {n} {m}.") for m in range(10)))
            for n in range(30)
        ),
    }
)


def script(film_id: str = "the-lamp", language: str = "en", **query: str) -> AppTest:
    return page("film/film.py", language, **{"film": film_id, "stage": "script", **query})


def field(test: AppTest, name: str, label: str) -> object:
    """The field of a form with this label; the first of them."""
    return next(one for one in getattr(test, name) if one.label == label)


def typed(test: AppTest, kind: str, label: str, value: object) -> AppTest:
    field(test, kind, label).set_value(value)  # type: ignore[attr-defined]
    return test


def saved(test: AppTest, key: str) -> AppTest:
    next(one for one in test.button if one.key and key in one.key).click()
    return drawn(test)


def now(app_context: AppContext, film_id: str = "the-lamp") -> Film:
    return app_context.service.films.get(film_id)[0]


@pytest.fixture(autouse=True)
def films(app_context: AppContext) -> AppContext:
    app_context.service.films.save(FILM)
    return app_context


@pytest.mark.parametrize(("language", "scene", "size"), [("en", "Scene 1", "close-up"), ("zh_CN", "场景 1", "特写")])
def test_scenes_and_shots_in_their_order(app_context: AppContext, language: str, scene: str, size: str) -> None:
    test = script(language=language)
    assert scene in words(test)
    lines = [one.label for one in test.button if (one.key or "").startswith("open-")]
    assert "The old keeper trims the wick" in lines[0].replace("\\", "")
    assert size in lines[1]
    assert len(lines) == 3


def test_a_shot_is_edited_and_saved_as_a_revision(app_context: AppContext) -> None:
    test = button(script(), "open-s1")
    assert test.query_params["shot"] == "s1"
    assert primaries(test) == ["Save the shot"]
    typed(test, "text_area", "What happens", "The keeper waits.")
    typed(test, "text_area", "Words 1", "It must not go out, Mara.")
    typed(test, "selectbox", "Camera", "pan left")
    typed(test, "checkbox", "Hold back", True)
    saved(test, "save-shot")
    (film, revision), shot = app_context.service.films.get("the-lamp"), now(app_context).shots[0]
    assert (revision, shot.action, shot.utterances[0].text) == (2, "The keeper waits.", "It must not go out, Mara.")
    assert (shot.camera, shot.held, shot.utterances[0].manner) == ("pan left", True, "quietly")
    assert film.shots[1:] == FILM.shots[1:]


def away_and_back(test: AppTest) -> AppTest:
    """The stage Sheet and the stage Script again."""
    for stage in ("sheet", "script"):
        test.query_params["stage"] = stage
        test.query_params.pop("shot", None)
        drawn(test)
    return test


def test_what_is_typed_of_a_shot_stays_while_another_stage_is_looked_at(app_context: AppContext) -> None:
    test = button(script(), "open-s1")
    assert "not saved yet" not in words(test)
    drawn(typed(test, "text_area", "What happens", "The keeper waits."))
    assert "not saved yet" in words(test)
    app_context.service.films.save(with_take(now(app_context), "s1", "some-take"))  # as on another stage
    away_and_back(test)
    lines = [one.label for one in test.button if (one.key or "").startswith("open-")]
    assert ["not saved yet" in line for line in lines] == [True, False, False]
    button(test, "open-s1")
    assert field(test, "text_area", "What happens").value == "The keeper waits."  # type: ignore[attr-defined]
    saved(test, "save-shot")
    assert (now(app_context).shots[0].action, now(app_context).shots[0].take) == ("The keeper waits.", "some-take")
    assert "not saved yet" not in words(test) + str([one.label for one in test.button])


def test_what_is_typed_is_discarded_and_a_version_that_comes_back_shows_what_is_recorded(
    app_context: AppContext,
) -> None:
    test = button(script(), "open-s1")
    before = now(app_context).shots[0].action
    drawn(typed(test, "text_area", "What happens", "The keeper waits."))
    saved(test, "save-shot-discard")
    assert field(test, "text_area", "What happens").value == before  # type: ignore[attr-defined]
    drawn(typed(test, "text_area", "What happens", "The keeper sleeps."))
    saved(test, "save-shot")
    app_context.service.films.save(FILM, after=2)
    button(away_and_back(test), "open-s1")
    assert field(test, "text_area", "What happens").value == before  # type: ignore[attr-defined]


def test_what_is_typed_of_a_person_stays_and_is_not_drawn_from(app_context: AppContext) -> None:
    test = script()
    drawn(typed(test, "text_input", "Look", "a woman of sixty"))
    drawn(typed(test, "text_input", "Style", "charcoal"))
    away_and_back(test)
    assert field(test, "text_input", "Look").value == "a woman of sixty"  # type: ignore[attr-defined]
    assert field(test, "text_input", "Style").value == "charcoal"  # type: ignore[attr-defined]
    assert next(one for one in test.button if (one.key or "").startswith("draw-")).disabled
    other = FILM.model_copy(update={"id": "other"})
    app_context.service.films.save(other)
    test.query_params["film"] = "other"
    assert field(drawn(test), "text_input", "Look").value == FILM.cast[0].look  # type: ignore[attr-defined]


def test_an_emptied_line_goes_and_another_one_comes(app_context: AppContext) -> None:
    test = script(shot="s1")
    typed(test, "text_area", "Words 1", "")
    typed(test, "selectbox", "Speaker 2", "mara")
    typed(test, "text_area", "Words 2", "Father?")
    saved(test, "save-shot")
    assert [(one.speaker, one.text) for one in now(app_context).shots[0].utterances] == [("mara", "Father?")]


def test_a_shot_goes_on_from_the_one_before(app_context: AppContext) -> None:
    test = typed(script(shot="s2"), "selectbox", "Follows the shot before by", "continue")
    saved(test, "save-shot")
    shot = now(app_context).shots[1]
    assert (shot.join.kind, shot.frame.source) == ("continue", "last")
    assert "goes on from the shot before" in next(one.label for one in script().button if one.key == "open-s2")


def test_shots_are_moved_added_and_removed(app_context: AppContext) -> None:
    test = button(script(shot="s1"), "shot-down")
    assert [one.id for one in now(app_context).shots] == ["s2", "s1", "s3"]
    test = button(test, "shot-add")
    assert [one.id for one in now(app_context).shots] == ["s2", "s1", "shot-1", "s3"]
    assert test.query_params["shot"] == "shot-1"
    test = button(test, "shot-remove")
    assert [one.id for one in now(app_context).shots] == ["s2", "s1", "s3"]
    test = button(test, "add-scene")
    assert len(now(app_context).scenes) == 3


def test_the_film_its_people_places_and_scenes_are_edited(app_context: AppContext) -> None:
    test = typed(script(), "text_input", "Title", "The Light")
    typed(test, "selectbox", "Orientation", "portrait")
    saved(test, "save-film")
    typed(test, "text_input", "Voice", "A thin voice.")
    saved(test, "save-cast")
    test.selectbox(key="cast-which").set_value("")
    typed(drawn(test), "text_input", "Name", "A child")
    saved(test, "save-cast")
    typed(test, "text_input", "Time of day", "before dawn")
    saved(test, "save-night")
    test.selectbox(key="place-which").set_value("")
    typed(drawn(test), "text_input", "Name", "the harbour")  # the first field of that name is of a person
    film = now(app_context)
    assert (film.title, film.orientation, film.scenes[0].time) == ("The Light", "portrait", "before dawn")
    assert [(one.name, one.voice) for one in film.cast][::2] == [("the old keeper", "A thin voice."), ("A child", "")]


def test_who_is_seen_in_a_shot_is_not_removed_and_that_is_said(app_context: AppContext) -> None:
    test = button(script(), "remove-cast")
    assert "it names a person or a place that it does not have" in words(test)
    assert now(app_context) == FILM


def test_the_second_tab_is_told_and_loses_nothing(app_context: AppContext) -> None:
    first, second = script(shot="s1"), script(shot="s1")
    saved(typed(first, "text_area", "What happens", "Mine."), "save-shot")
    typed(second, "text_area", "What happens", "Theirs.")
    saved(second, "save-shot")
    assert "was changed elsewhere" in words(second)
    assert "Changed shots: 1." in words(second)
    assert field(second, "text_area", "What happens").value == "Theirs."  # type: ignore[attr-defined]
    assert now(app_context).shots[0].action == "Mine."
    second = button(second, "film-on-top")
    assert now(app_context).shots[0].action == "Theirs."
    assert "was changed elsewhere" not in words(second)


def test_the_second_tab_takes_the_newer_version_instead(app_context: AppContext) -> None:
    first, second = script(shot="s1"), script(shot="s1")
    saved(typed(first, "text_area", "What happens", "Mine."), "save-shot")
    saved(typed(second, "text_area", "What happens", "Theirs."), "save-shot")
    second = button(second, "film-newer")
    assert field(second, "text_area", "What happens").value == "Mine."  # type: ignore[attr-defined]
    saved(typed(second, "text_area", "What happens", "Ours."), "save-shot")
    assert now(app_context).shots[0].action == "Ours."


def test_what_others_changed_besides_stays_when_mine_is_saved_on_top(app_context: AppContext) -> None:
    first, second = script(), script(shot="s2")
    saved(typed(first, "text_input", "Title", "Renamed"), "save-film")
    saved(typed(second, "text_area", "What happens", "Mara turns."), "save-shot")
    button(second, "film-on-top")
    assert (now(app_context).title, now(app_context).shots[1].action) == ("Renamed", "Mara turns.")


def test_an_earlier_version_comes_back(app_context: AppContext) -> None:
    test = script()
    saved(typed(test, "text_input", "Title", "Worse"), "save-film")
    button(test, "film-restore")
    film, revision = app_context.service.films.get("the-lamp")
    assert (film.title, revision) == ("The Lamp", 3)
    assert app_context.service.films.get("the-lamp", 2)[0].title == "Worse"


def test_three_hundred_shots_cost_what_thirty_do(app_context: AppContext) -> None:
    films = app_context.service.films
    films.save(LONG)
    films.save(LONG.model_copy(update={"id": "short", "scenes": LONG.scenes[:3]}))
    with statements(app_context) as few:
        short = script("short")
    with statements(app_context) as many:
        long = script("long")
    assert many() == few()
    lines = [[one.key for one in test.button if (one.key or "").startswith("open-")] for test in (short, long)]
    assert list(map(len, lines)) == [24, 24]
    assert len(list(long.main)) <= len(list(short.main)) + 1
    assert "Page 1 of 13" in words(long)
    later = script("long", page="13", shot="s-29-9")
    assert field(later, "text_area", "What happens").value == "Act 29 9."  # type: ignore[attr-defined]
