"""Files of cards: into a film, and into a single clip; what cannot be used is refused with its place."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadCards
from film.cards import cards_from, picture_beside, shown_in, with_cards
from film.document import Film, references_of, shot_hash
from tests.film.samples import FILM, changed

MEI = {"name": "Mei", "look": "a woman with short grey hair.", "clothes": "a blue coat", "voice": "A warm voice."}
CAFE = {"name": "Harbour café", "look": "A low room.", "pictures": ["cafe.png"]}


def told(**cards: Any) -> str:
    return json.dumps(cards, ensure_ascii=False)


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def read(name: str) -> tuple[str, bytes]:
    return digest(name), name.encode()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "—"),
        ("[]", "—"),
        ("{}", "—"),
        (told(people=[{}]), "people.0.name"),
        (told(people=[{"name": "Mei", "age": 7}]), "people.0.age"),
        (told(people=[{"name": "Mei", "strength": "strong"}]), "people.0.strength"),
        (told(people=[{"name": "Mei", "pictures": ["1", "2", "3", "4", "5"]}]), "people.0.pictures"),
        (told(people=[MEI], places=[{"name": "mei"}]), "—"),
        (told(people=[{"name": f"p{n}"} for n in range(51)]), "people"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(text: str, where: str) -> None:
    with pytest.raises(BadCards) as refused:
        cards_from(text, "cast.json")
    assert (refused.value.facts["name"], refused.value.facts["where"]) == ("cast.json", where)


@pytest.mark.parametrize("name", ["../mei.png", "/etc/passwd", "a/../../mei.png", "~/x/../../../mei.png"])
def test_a_picture_lies_beside_its_cards(tmp_path: Path, name: str) -> None:
    file = tmp_path / "cards" / "cast.json"
    file.parent.mkdir()
    if name.startswith("~"):
        assert picture_beside(file, "pictures/mei.png") == file.parent / "pictures" / "mei.png"
        return
    with pytest.raises(BadCards, match="a picture lies beside the file of cards"):
        picture_beside(file, name)


def test_a_link_out_of_the_folder_is_no_way_out(tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "mei.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(BadCards):
        picture_beside(tmp_path / "cards" / "cast.json", "mei.png")


def test_a_clip_has_the_words_and_pictures_of_the_cards_that_it_names() -> None:
    cards = cards_from(told(people=[MEI | {"pictures": ["a.png", "b.png"]}, {"name": "Otto"}], places=[CAFE]), "c")
    shown = shown_in("In the Harbour café, Mei says “Rain again”", cards, read)
    assert shown.description == (
        "In the Harbour café, Mei says “Rain again”. Mei, a woman with short grey hair, a blue coat. "
        "Mei: A warm voice. Harbour café, A low room."
    )
    assert [(one.name, one.role, one.sha256) for one in shown.references] == [
        ("Mei", "person", digest("a.png")),
        ("Mei", "person", digest("b.png")),
        ("Harbour café", "place", digest("cafe.png")),
    ]
    assert set(shown.pictures) == {one.sha256 for one in shown.references}
    assert [str(note) for note in shown.notes] == ["The description does not name Otto: that card is not used."]


@pytest.mark.parametrize(
    ("text", "named"),
    [("Meister Lampe", False), ("MEI!", True), ("老梅走来", True), ("a Meiji shrine, then Mei", True)],
)
def test_a_name_is_a_word_of_its_own(text: str, named: bool) -> None:
    cards = cards_from(told(people=[{"name": "Mei", "look": "x"}, {"name": "梅", "look": "y"}]), "c")
    assert bool(shown_in(text, cards, read).description != text) == named


def test_a_card_of_a_known_name_takes_its_place_with_its_id() -> None:
    cards = cards_from(told(people=[{"name": "mara", "look": "a girl", "pictures": ["m.png"]}, MEI]), "c")
    film = with_cards(FILM, cards, digest)
    assert [one.id for one in film.cast] == ["keeper", "mara", "mei"]
    assert film.member("mara").pictures == (digest("m.png"),)
    assert film.scenes == FILM.scenes


# ---- what of a film's cards goes along with a shot -------------------------------------------------------------------


def with_pictures(**more: Any) -> Film:
    document = changed(
        FILM,
        {
            "cast.0.pictures": [digest("keeper 1"), digest("keeper 2")],
            "cast.0.strength": "clothes",
            "cast.1.pictures": [digest("mara")],
            "places.0.pictures": [digest("tower")],
            **{name.replace("__", "."): value for name, value in more.items()},
        },
    )
    return Film.model_validate(document)


def hashes(film: Film) -> list[str]:
    return [shot_hash(film, scene, shot) for scene, shot in film.in_order()]


def test_a_film_without_pictures_is_made_from_what_it_was_made_from_before() -> None:
    """Or a new version of the program would make every shot of every film anew."""
    assert hashes(FILM) == [
        *("7691cc059946c548b4cd59a142043c6c", "57cf5d1572a852de20e1912ac535e055", "3042256cbe57876818a0f021eeaaf9de")
    ]


def test_pictures_go_along_with_the_shots_in_which_they_are_seen() -> None:
    film = with_pictures()
    shown = [[(one.name, one.role) for one in references_of(film, scene, shot)] for scene, shot in film.in_order()]
    place = ("the lantern room", "place")
    assert shown == [
        [("the old keeper", "person"), ("the old keeper", "person"), place],
        [("Mara", "person"), place],
        [],
    ]


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        ({"cast__1__pictures": [digest("another")]}, [False, True, False]),
        ({"cast__1__strength": "whole"}, [False, True, False]),
        ({"places__0__pictures": []}, [True, True, False]),
        ({"words_only": True}, [True, True, False]),
        ({"places__1__strength": "whole"}, [False, False, False]),
        ({"cast__0__pictures": [digest("keeper 2"), digest("keeper 1")]}, [True, False, False]),
    ],
)
def test_a_changed_card_makes_exactly_its_shots_stale(change: dict[str, Any], stale: list[bool]) -> None:
    before, after = hashes(with_pictures()), hashes(with_pictures(**change))
    assert [one != two for one, two in zip(before, after, strict=True)] == stale


def test_a_shot_with_a_picture_of_its_own_needs_none() -> None:
    film = with_pictures(scenes__0__shots__1__frame={"source": "own", "picture": digest("own")})
    scene, shot = list(film.in_order())[1]
    assert references_of(film, scene, shot) == ()


def test_other_clothes_in_a_scene_leave_the_face_alone_to_count() -> None:
    film = with_pictures(scenes__0__clothes={"keeper": "a nightshirt"})
    scene, shot = next(film.in_order())
    assert [one.strength for one in references_of(film, scene, shot)] == ["identity"] * 3
