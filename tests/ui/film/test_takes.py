"""The stage Takes: what the browser is shown of each take, choosing, more seeds, and a cost that does not grow."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from film.document import Film
from film.edits import with_join
from jobs.model.records import JobRecord
from tests.film.samples import FILM, changed
from tests.jobs.film_takes import FRAMES, take
from tests.ui.film.counting import statements
from tests.ui.still_app import page, primaries, words
from ui.app_context import AppContext

SMALL = Film.model_validate(changed(FILM, {"shot_frames": FRAMES}))


def stage(name: str, language: str = "en", film: str = SMALL.id, **query: str) -> AppTest:
    return page("film/film.py", language, film=film, stage=name, **query)


def shown(test: AppTest, component: str) -> dict[str, Any]:
    """What a component of ours gets."""
    (found,) = [one.proto for one in test.get("bidi_component") if one.proto.component_name == component]
    data: dict[str, Any] = json.loads(found.json)
    return data


def shots(test: AppTest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shown(test, "mova_takes")["shots"]
    return found


def taken(app_context: AppContext, shot_id: str, film: Film = SMALL, **how: Any) -> JobRecord:
    return take(app_context.service, app_context.worker.store, film, shot_id, **how)


@pytest.mark.parametrize(
    ("language", "none", "act"), [("en", "No take yet", "To the cut"), ("zh_CN", "还没有版本", "前往剪辑")]
)
def test_without_takes_each_shot_says_so(app_context: AppContext, language: str, none: str, act: str) -> None:
    app_context.service.films.save(SMALL)
    test = stage("takes", language)
    assert [none in one["note"] for one in shots(test)] == [True] * 3
    assert not any(one["more"] for one in shots(test))
    assert primaries(test) == [act]


def test_takes_lie_side_by_side_and_the_used_one_is_marked(app_context: AppContext) -> None:
    app_context.service.films.save(SMALL)
    first, second = taken(app_context, "s2"), taken(app_context, "s2")
    app_context.worker.store.jobs.update(second.id, request={"render": replace(second.render, seed=99)})
    one = shots(stage("takes"))[1]
    assert [(card["id"], card["chosen"]) for card in one["cards"]] == [(first.id, False), (second.id, True)]
    assert [card["seed"] for card in one["cards"]] == ["seed 7", "seed 99"]
    assert (one["latest"], one["more"]) == (second.id, True)
    assert one["cards"][0]["video"].endswith("/video.mp4")


def test_a_finding_and_a_state_are_said(app_context: AppContext) -> None:
    app_context.service.films.save(SMALL)
    bad, going = taken(app_context, "s1"), taken(app_context, "s1", state="saving")
    voices = [{"speaker": "keeper", "name": "the keeper", "likeness": 0.83, "beside": ["a"]}]
    app_context.worker.store.jobs.update(bad.id, look=("black",), report={"voices": [*voices, {"likeness": None}]})
    one = shots(stage("takes"))[0]
    assert "looks failed" in str(one["cards"][0]["lines"])
    assert "the keeper's voice beside other shots (1): likeness 0.83" in str(one["cards"][0]["lines"])
    assert [card["done"] for card in one["cards"]] == [True, False]
    assert (one["cards"][1]["video"], one["cards"][1]["lines"][0]) == ("", ["state", "Saving"])
    assert going.id == one["cards"][1]["id"]


def test_a_take_of_what_the_shot_was_before_says_so(app_context: AppContext) -> None:
    app_context.service.films.save(SMALL)
    taken(app_context, "s2")
    app_context.service.films.save(Film.model_validate(changed(SMALL, {"scenes.0.shots.1.action": "Mara laughs."})))
    one = shots(stage("takes"))[1]
    assert "Changed since these were made" in one["note"]
    assert ["look", "made before the shot was changed"] in one["cards"][0]["lines"]


def test_a_shot_that_continues_waits_for_the_one_before(app_context: AppContext) -> None:
    app_context.service.films.save(with_join(SMALL, "s2", "continue"))
    assert "has no take yet" in shots(stage("takes"))[1]["note"]


def test_a_press_chooses_and_the_second_of_two_tabs_is_told(app_context: AppContext) -> None:
    app_context.service.films.save(SMALL)
    first, _second = taken(app_context, "s2"), taken(app_context, "s2")
    test = stage("takes")
    seen = shown(test, "mova_takes")["revision"]
    app_context.service.cuts.change(SMALL.id, lambda film: film.model_copy(update={"title": "Elsewhere"}), after=seen)

    def act(script: str) -> list[str]:
        one = AppTest.from_string(script)
        one.query_params["lang"] = "en"
        one.run()
        assert not one.exception, one.exception
        return [str(toast.value) for toast in one.toast]

    script = """
from ui.film.takes import _take
from ui.shared.notices import say_notice
_take("the-lamp", {asked})
say_notice()
"""
    asked = {"act": "choose", "shot": "s2", "id": first.id, "revision": seen}
    assert "was changed elsewhere" in act(script.format(asked=asked))[0]
    assert app_context.service.films.get(SMALL.id)[0].shots[1].take is None
    assert act(script.format(asked={**asked, "revision": seen + 1})) == []
    assert app_context.service.films.get(SMALL.id)[0].shots[1].take == first.id
    assert app_context.service.films.get(SMALL.id)[0].title == "Elsewhere"
    assert [one["picked"] for one in shots(stage("takes"))] == [False, True, False]
    assert act(script.format(asked={"act": "newest", "shot": "s2", "revision": seen + 2})) == []
    assert app_context.service.films.get(SMALL.id)[0].shots[1].take is None
    assert [one["picked"] for one in shots(stage("takes"))] == [False] * 3
    more = {"act": "more", "shot": "s2", "latest": _second.id}
    assert "Sent with other seeds: 4" in act(script.format(asked=more))[0]
    assert act(script.format(asked=more)) == []  # a double click
    for nonsense in (None, 3, {"act": "choose"}, {"act": "choose", "shot": [], "id": {}, "revision": "x"}):
        assert act(script.format(asked=nonsense)) == []
    assert "(4)" not in words(test)


def test_a_page_of_shots_costs_the_same_however_many_there_are(app_context: AppContext) -> None:
    def film(count: int) -> Film:
        many = [{"id": f"s{number}", "action": f"Shot {number}."} for number in range(count)]
        return Film.model_validate(changed(SMALL, {"id": f"of-{count}", "scenes": [{"id": "a", "shots": many}]}))

    for count in (13, 300):
        app_context.service.films.save(film(count))
    with statements(app_context) as few:
        stage("takes", film="of-13")
    with statements(app_context) as many:
        test = stage("takes", film="of-300", page="25")
    assert len(shots(test)) == 12
    assert shots(test)[-1]["title"] == "Shot 300"
    assert many() <= few()


@pytest.mark.parametrize(("film", "said"), [(SMALL.id, ""), ("another", "The video is ready.")])
def test_a_take_that_is_there_is_told_everywhere_but_on_its_own_film(
    app_context: AppContext, film: str, said: str
) -> None:
    app_context.service.films.save(SMALL)
    job = taken(app_context, "s2")
    test = AppTest.from_string(f"""
import streamlit as st
from ui.shared.watching import _end_of
st.text(_end_of("{job.id}"))
""")
    test.query_params.update({"film": film, "lang": "en"})
    assert str(test.run().text[0].value).startswith(said)
    assert bool(test.text[0].value) is bool(said)
