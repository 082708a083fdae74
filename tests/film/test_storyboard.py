"""A person's own table: a row a shot, and clear words for a row that cannot be used."""

from __future__ import annotations

import pytest

from core.errors import BadFilm, EmptyText, InputError
from film.document import Film
from film.storyboard import film_from_csv

TABLE = """scene,place,time,size,camera,action,cast,lines,sound,join,dissolve,image,trim_start
1,Lighthouse,night,wide,,He trims it.,Keeper,"Keeper (quietly): ""The light must not go out."" | Mara: 爸！",rain,,,,
1,Lighthouse,night,close-up,push in,He turns.,Keeper,,,continue,,,
2,Sea,dawn,,,A boat turns.,,,,dissolve,,boat.png,4
"""


def read(text: str) -> Film:
    return film_from_csv(text, keep_picture=lambda name: "ab" * 32, name="board.csv").film


def test_a_row_is_a_shot() -> None:
    film = read("\ufeff" + TABLE)
    first, second, third = film.shots
    names = {one.id: one.name for one in film.cast}
    assert [(names[one.speaker], one.text, one.manner) for one in first.utterances] == [
        ("Keeper", "The light must not go out.", "quietly"),
        ("Mara", "爸！", ""),
    ]
    assert (first.size, first.cast, first.sound) == ("wide", ("keeper", "mara"), "rain")
    assert (second.join.kind, second.frame.source, second.camera) == ("continue", "last", "push in")
    assert (third.join.frames, third.frame.picture, third.trim.start) == (12, "ab" * 32, 4)
    assert [len(scene.shots) for scene in film.scenes] == [2, 1]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("action,colour\nA cat.,red\n", "there is no such column"),
        ("action,size\nA cat.,huge\n", "huge: extreme wide"),
        ("action,trim_start\nA cat.,four\n", "at row 2: invalid literal"),
        ("action,lines\nA cat.,hello\n", "a line is written as Name: words"),
        ("action,join\nA cat.,\nA dog.,dissolved\n", "at row 3"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(table: str, words: str) -> None:
    with pytest.raises(BadFilm) as refused:
        read(table)
    assert words in refused.value.message()
    assert "board.csv" in refused.value.message()


def test_an_empty_table_is_no_film() -> None:
    with pytest.raises(EmptyText):
        read("action,lines\n,\n")


def test_a_picture_that_cannot_be_kept_stops_it() -> None:
    def refuse(name: str) -> str:
        raise InputError(name)

    with pytest.raises(InputError):
        film_from_csv("action,image\nA cat.,../x.png\n", keep_picture=refuse, name="board.csv")
