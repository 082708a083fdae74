"""Changes of a cut: only what was asked for changes, nothing is made anew for an order, and rules are kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FilmEditRefused
from film.document import Film, shot_hash
from film.edits import moved, with_join, with_sound_cut, with_take, with_trim
from tests.film.samples import FILM, changed


def ids(film: Film) -> str:
    return " ".join(shot.id for shot in film.shots)


def hashes(film: Film) -> dict[str, str]:
    return {shot.id: shot_hash(film, scene, shot) for scene, shot in film.in_order()}


def edited(**changes: Any) -> Film:
    return Film.model_validate(changed(FILM, {name.replace("__", "."): value for name, value in changes.items()}))


CONTINUED = edited(scenes__0__shots__1__join={"kind": "continue"}, scenes__0__shots__1__frame={"source": "last"})
DISSOLVED = edited(scenes__0__shots__1__join={"kind": "dissolve", "frames": 12})


def test_a_take_and_a_trim_belong_to_their_shot_alone() -> None:
    film = with_trim(with_take(FILM, "s2", "film-abc"), "s2", 3, 24)
    assert [(shot.take, shot.trim.start, shot.trim.end) for shot in film.shots] == [
        (None, 0, 0),
        ("film-abc", 3, 24),
        (None, 0, 0),
    ]
    assert hashes(film) == hashes(FILM)
    assert with_trim(with_take(film, "s2", None), "s2", 0, 0) == FILM


@pytest.mark.parametrize(("start", "end"), [(193, 0), (0, 193), (100, 93), (-1, 0)])
def test_a_trim_leaves_something(start: int, end: int) -> None:
    with pytest.raises(FilmEditRefused):
        with_trim(FILM, "s2", start, end)


def test_a_shot_that_continues_gives_up_its_own_frame_and_gets_one_back() -> None:
    film = with_join(FILM, "s2", "continue")
    assert (film.shots[1].join.kind, film.shots[1].frame.source) == ("continue", "last")
    assert film.num_frames == FILM.num_frames - 1
    assert with_join(film, "s2", "cut") == FILM


def test_the_sound_is_cut_within_what_is_trimmed_there() -> None:
    film = with_trim(with_trim(FILM, "s1", 0, 4), "s2", 6, 0)
    early, late = with_sound_cut(film, "s2", j_cut=6), with_sound_cut(film, "s2", l_cut=4)
    assert [(one.shots[1].join.j_cut, one.shots[1].join.l_cut) for one in (early, late)] == [(6, 0), (0, 4)]
    assert hashes(early) == hashes(late) == hashes(FILM)
    assert with_sound_cut(early, "s2") == film
    for cuts in ({"j_cut": 7}, {"l_cut": 5}, {"j_cut": 2, "l_cut": 2}, {"j_cut": -1}):
        with pytest.raises(FilmEditRefused):
            with_sound_cut(film, "s2", **cuts)
    with pytest.raises(FilmEditRefused):
        with_sound_cut(with_join(film, "s2", "dissolve", 3), "s2", j_cut=3)
    with pytest.raises(FilmEditRefused):
        with_sound_cut(with_trim(film, "s3", 4, 0), "s1", j_cut=1)
    assert with_trim(early, "s2", 2, 0).shots[1].join.j_cut == 2


def test_a_dissolve_has_a_length_and_nothing_else_has_one() -> None:
    film = with_join(FILM, "s2", "dissolve", 12)
    assert film.num_frames == FILM.num_frames - 12
    assert with_join(film, "s2", "cut", 12) == FILM
    for frames in (0, 49):
        with pytest.raises(FilmEditRefused):
            with_join(FILM, "s2", "dissolve", frames)


def test_the_first_shot_follows_no_other() -> None:
    with pytest.raises(FilmEditRefused) as refused:
        with_join(FILM, "s1", "dissolve", 12)
    assert "the first shot follows no other" in refused.value.message()


def test_sound_beside_its_picture_needs_trimmed_frames_and_is_shortened_with_them() -> None:
    trimmed = with_trim(with_trim(FILM, "s1", 0, 8), "s3", 6, 0)
    film = Film.model_validate(changed(trimmed, {"scenes.0.shots.1.join.l_cut": 8, "scenes.1.shots.0.join.j_cut": 6}))
    assert with_trim(with_trim(film, "s1", 0, 3), "s3", 2, 0).shots[1].join.l_cut == 3
    assert with_trim(film, "s3", 2, 0).shots[2].join.j_cut == 2
    assert with_join(film, "s2", "cut") == film
    assert with_join(film, "s2", "dissolve", 4).shots[1].join.l_cut == 0
    assert [shot.join.l_cut for shot in moved(film, "s1", None).shots] == [0, 0, 0]


def test_a_shot_that_is_gone_is_said() -> None:
    with pytest.raises(FilmEditRefused):
        with_take(FILM, "s9", None)


def test_an_order_changes_no_facts_and_is_undone_by_moving_back() -> None:
    film = moved(FILM, "s3", "s2")
    assert ids(film) == "s1 s3 s2"
    assert [scene.id for scene in film.scenes] == ["night", "dawn", "night-part-2"]
    assert hashes(film) == hashes(FILM)
    assert moved(film, "s3", None) == FILM


def test_shots_that_continue_each_other_move_together() -> None:
    assert ids(moved(CONTINUED, "s2", None)) == "s3 s1 s2"
    assert ids(moved(CONTINUED, "s3", "s2")) == "s3 s1 s2"
    assert moved(CONTINUED, "s1", "s2") == CONTINUED


def test_what_comes_to_begin_the_film_is_cut() -> None:
    film = moved(DISSOLVED, "s2", "s1")
    assert (ids(film), film.shots[0].join.kind) == ("s2 s1 s3", "cut")


@given(st.lists(st.tuples(st.sampled_from(["s1", "s2", "s3"]), st.sampled_from(["s1", "s2", "s3", None])), max_size=9))
def test_whatever_is_moved_no_shot_is_lost_or_to_be_made_anew(moves: list[tuple[str, str | None]]) -> None:
    film = CONTINUED
    for shot_id, before in moves:
        film = moved(film, shot_id, before)
    assert hashes(film) == hashes(CONTINUED)
    assert len({scene.id for scene in film.scenes}) == len(film.scenes) <= 3
