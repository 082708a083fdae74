"""Screen direction within a dialogue, as far as words say it."""

from __future__ import annotations

import pytest

from film.direction import reversals
from film.document import Film

SAYS = {"a": [{"speaker": "a", "text": "Well?"}], "b": [{"speaker": "b", "text": "No."}], "": []}


def film(*shots: tuple[str, str], names: tuple[str, str] = ("Mara", "the old keeper")) -> Film:
    """A scene of shots, each with who speaks and what is seen."""
    told = [
        {"id": f"s{number}", "action": action, "utterances": SAYS[who], "cast": [who] if who else []}
        for number, (who, action) in enumerate(shots, 1)
    ]
    cast = [{"id": one, "name": name} for one, name in zip("ab", names, strict=True)]
    return Film.model_validate({"id": "talk", "cast": cast, "scenes": [{"id": "one", "shots": told}]})


def found(one: Film, told: dict[str, str] | None = None) -> list[str]:
    return [str(reversal.words) for reversal in reversals(one, told)]


@pytest.mark.parametrize(
    "shots",
    [
        [("a", "Mara looks to the left."), ("b", "The old keeper looks to the right.")],
        [("a", "Mara looks right at him."), ("b", "The old keeper looks right now.")],
        [("a", "Her left hand shakes."), ("b", "His right hand shakes.")],
        [("a", "Mara looks left, then turns right."), ("b", "He looks left.")],
        [("a", "Mara looks to the left."), ("", "Rain."), ("b", "The old keeper looks to the left.")],
        [("a", "Mara looks to the left."), ("a", "Mara looks to the right.")],
        [("a", "A wall."), ("b", "A door.")],
    ],
    ids=["each other", "at and now", "hands", "both ways", "no dialogue", "alone", "no words"],
)
def test_what_is_no_reversal(shots: list[tuple[str, str]]) -> None:
    assert found(film(*shots)) == []


def test_two_who_look_to_the_same_side_do_not_look_at_each_other() -> None:
    talk = film(("a", "Mara looks to the left."), ("b", "The keeper, close. He turns toward the left, slowly."))
    assert found(talk) == ["Shots 1 and 2: two who talk to each other look to the same side."]
    assert reversals(talk)[0].shot == "s2"


def test_one_who_changes_the_side() -> None:
    talk = film(("a", "Mara stands on the left, the old keeper at the window."), ("b", "Mara is on the right."))
    shots = tuple(one.model_copy(update={"cast": ("a", "b")}) for one in talk.scenes[0].shots)
    talk = talk.model_copy(update={"scenes": (talk.scenes[0].model_copy(update={"shots": shots}),)})
    assert found(talk) == ["Shots 1 and 2: Mara is on one side, then on the other."]


def test_chinese_words_and_what_is_told_of_the_frames() -> None:
    talk = film(("a", "小明看向左边。"), ("b", "老人坐着。"), names=("小明", "老人"))
    assert found(talk) == []
    assert found(talk, {"s2": "老人面朝画面左侧。"}) == [
        "Shots 1 and 2: two who talk to each other look to the same side."
    ]
