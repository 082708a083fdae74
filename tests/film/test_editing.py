"""Changes of a film: what moves stays whole, what follows is mended, what is none is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadFilm
from film.document import CastMember, Film, Place
from film.editing import (
    add_scene,
    add_shot,
    changed,
    differences,
    move_shot,
    new_member_id,
    remove_member,
    remove_place,
    remove_shot,
    shot_of,
    with_member,
    with_place,
    with_scene,
    with_shot,
)
from tests.film.samples import FILM, two_shots

CHAINED = two_shots({"kind": "continue"}, {"source": "last"}, {})


def ids(film: Film) -> list[list[str]]:
    return [[shot.id for shot in scene.shots] for scene in film.scenes]


def test_a_shot_moves_within_its_scene_and_over_its_end() -> None:
    assert ids(move_shot(FILM, "s2", -1)) == [["s2", "s1"], ["s3"]]
    assert ids(move_shot(FILM, "s2", 1)) == [["s1"], ["s2", "s3"]]
    assert ids(move_shot(FILM, "s3", -1)) == [["s1", "s2", "s3"]]
    for unmoved in (move_shot(FILM, "s1", -1), move_shot(FILM, "s3", 1), move_shot(FILM, "no", 1)):
        assert unmoved == FILM


def test_what_comes_first_follows_no_other() -> None:
    film = move_shot(CHAINED, "s2", -1)
    assert (film.shots[0].id, film.shots[0].join.kind, film.shots[0].frame.source) == ("s2", "cut", "made")
    assert remove_shot(CHAINED, "s1").shots[0].frame.source == "made"


@given(st.lists(st.tuples(st.sampled_from(["up", "down", "add", "scene", "remove"]), st.integers(0, 9)), max_size=12))
def test_whatever_is_moved_added_and_removed_it_stays_a_film(acts: list[tuple[str, int]]) -> None:
    film = CHAINED
    for act, number in acts:
        shots = film.shots
        one = shots[number % len(shots)].id if shots else "none"
        before = len(shots)
        if act == "add":
            film, _ = add_shot(film, one)
        elif act == "scene":
            film, _ = add_scene(film, one)
        elif act == "remove":
            film = remove_shot(film, one)
        else:
            film = move_shot(film, one, -1 if act == "up" else 1)
            assert sorted(shot.id for shot in film.shots) == sorted(shot.id for shot in shots)
        assert len(film.shots) - before in (-1, 0, 1)
        assert Film.model_validate_json(film.as_json()) == film
        assert all(scene.shots for scene in film.scenes)


def test_new_shots_and_scenes_have_ids_of_their_own() -> None:
    film, new = add_shot(FILM, "s1")
    assert ids(film) == [["s1", new, "s2"], ["s3"]]
    film, other = add_scene(film, "s1")
    assert ids(film) == [["s1", new, "s2"], [other], ["s3"]]
    assert ids(add_scene(FILM, None)[0])[-1] == ["shot-1"]


def test_parts_are_replaced_by_their_ids() -> None:
    found = shot_of(FILM, "s2")
    assert found is not None
    film = with_shot(FILM, found[1].model_copy(update={"action": "Mara laughs."}))
    assert [shot.action for shot in film.shots][1] == "Mara laughs."
    film = with_scene(film, film.scenes[0].model_copy(update={"light": "Dark.", "shots": ()}))
    assert (film.scenes[0].light, len(film.scenes[0].shots)) == ("Dark.", 2)
    film = with_member(film, CastMember(id=new_member_id(film), name="A child"))
    film = with_place(film, Place(id="rocks", name="the reef"))
    assert ([one.name for one in film.cast][-1], film.places[1].name) == ("A child", "the reef")
    assert shot_of(film, "s9") is None


def test_who_is_in_a_shot_and_where_it_plays_stay() -> None:
    with pytest.raises(BadFilm, match="The Lamp"):
        remove_member(FILM, "mara")
    with pytest.raises(BadFilm, match="The Lamp"):
        remove_place(FILM, "tower")
    with pytest.raises(BadFilm):
        changed(FILM, title="x" * 500)


def test_what_another_version_changed_is_told() -> None:
    assert differences(FILM, FILM) == []
    film, _ = add_shot(changed(FILM, title="Mine"), "s3")
    told = " ".join(map(str, differences(FILM, remove_shot(move_shot(film, "s2", -1), "s3"))))
    assert told == (
        "New shots: 3. Removed shots: 1. The shots have another order. Title, style, music or format were changed."
    )
    other = with_member(with_shot(FILM, FILM.shots[1].model_copy(update={"action": "No."})), FILM.cast[0])
    assert [str(one) for one in differences(FILM, other)] == ["Changed shots: 2."]
