"""Reference pictures in words: each by its number, bound to its name, with what of it is kept."""

from __future__ import annotations

from typing import get_args

import pytest

from core.references import Reference, Role, Strength
from description.reference_words import bound, label


def reference(name: str = "Mei", role: Role = "person", strength: Strength = "identity") -> Reference:
    return Reference(name=name, role=role, strength=strength, sha256="ab" * 32)


def test_without_pictures_a_prompt_stays_as_it_is() -> None:
    assert bound("A cat.", ()) == "A cat."


@pytest.mark.parametrize("role", ["person", "place"])
def test_each_strength_is_said_in_other_words(role: Role) -> None:
    told = {bound("A cat.", [reference(role=role, strength=strength)]) for strength in get_args(Strength)}
    assert len(told) == 3
    assert all("Mei" in one and one.endswith("\n\nA cat.") for one in told)


def test_clothes_are_kept_only_where_the_card_says_so() -> None:
    kept = [bound("", [reference(strength=strength)]).splitlines()[1].split(". ")[1] for strength in get_args(Strength)]
    assert ["clothes" in one for one in kept] == [False, True, True]


def test_pictures_of_one_name_are_told_together_and_the_shot_before_is_nobody() -> None:
    shown = [reference(), reference(), reference(), reference("Otto"), reference("the shot before", "shot", "whole")]
    lines = bound("A cat.", shown).splitlines()
    assert lines[1].startswith("Pictures 1, 2 and 3 show Mei.")
    assert lines[2].startswith("Picture 4 shows Otto.")
    assert lines[3].startswith("Picture 5 is from the shot before this one.")
    assert [label(4, shown[3]), label(5, shown[4])] == ["Picture 4: Otto", "Picture 5: the shot before"]
