"""A film's document: what is refused and why, what it is made from, and how long it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadFilm
from film.document import Film, film_from, shot_hash
from tests.film.samples import FILM, changed, two_shots


def test_it_goes_to_json_and_back() -> None:
    assert film_from(FILM.as_json()) == FILM
    assert json.loads(FILM.as_json())["schema"] == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"scenes.0.shots.0.id": "s2"}, "an id is there twice"),
        ({"scenes.0.shots.0.cast": ["nobody"]}, "it names a person or a place that it does not have"),
        ({"scenes.0.place": "nowhere"}, "it names a person or a place that it does not have"),
        ({"scenes.0.shots.0.join": {"kind": "dissolve", "frames": 8}}, "the first shot follows no other"),
        ({"scenes.0.shots.1.join": {"kind": "dissolve", "frames": 0}}, "a dissolve has a number of frames"),
        ({"scenes.0.shots.1.join": {"kind": "continue"}}, "a shot that continues begins with the last frame"),
        ({"scenes.0.shots.1.frame": {"source": "own"}}, "an own first frame has a picture"),
        ({"scenes.0.shots.1.trim": {"start": 100, "end": 93}}, "a shot is shorter than what is trimmed"),
        ({"scenes.0.shots.1.camera": "zoom about"}, "Input should be"),
        ({"scenes.0.shots.1.take": "../../etc/passwd"}, "String should match pattern"),
        ({"id": "../film"}, "String should match pattern"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_what_it_cannot_be_is_refused_with_the_place_and_the_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadFilm) as refused:
        film_from(json.dumps(changed(FILM, change)), "mine.json")
    assert "mine.json" in refused.value.message()
    assert reason in refused.value.message()


def test_its_length_is_that_of_its_shots_to_the_frame() -> None:
    film = two_shots({"kind": "continue"}, {"source": "last"}, {"start": 3, "end": 4})
    assert film.num_frames == 193 + (193 - 7) - 1
    assert two_shots({"kind": "dissolve", "frames": 12}, {}, {}).num_frames == 193 * 2 - 12


TOUCHES: dict[str, tuple[Any, set[str]]] = {
    "style": ("Black and white.", {"s1", "s2", "s3"}),
    "cast.0.voice": ("A high voice.", {"s1"}),
    "places.1.look": ("Wet rocks.", {"s3"}),
    "scenes.0.light": ("A red light.", {"s1", "s2"}),
    "scenes.0.clothes": ({"mara": "a blue dress"}, {"s2"}),
    "scenes.0.shots.1.action": ("She laughs.", {"s2"}),
    "scenes.0.shots.1.trim": ({"start": 5, "end": 0}, set()),
    "scenes.0.shots.1.join": ({"kind": "dissolve", "frames": 12}, set()),
    "title": ("Another", set()),
}


@pytest.mark.parametrize("name", TOUCHES)
def test_a_change_touches_exactly_its_shots(name: str) -> None:
    value, touched = TOUCHES[name]
    other = Film.model_validate(changed(FILM, {name: value}))
    before, after = (
        {shot.id: shot_hash(film, scene, shot) for scene, shot in film.in_order()} for film in (FILM, other)
    )
    assert {shot for shot in before if before[shot] != after[shot]} == touched


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(BadFilm):
        film_from(text)
