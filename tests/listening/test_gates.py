"""Which take is good enough, and which is best."""

from __future__ import annotations

from typing import Any

import pytest

from listening.gates import Take, ranked


def take(name: str, heard: str | None = "said", look: tuple[str, ...] = (), **more: Any) -> Take:
    return Take(id=name, heard=heard, look=look, **more)


def ids(takes: list[list[Take]]) -> list[list[str]]:
    return [[one.id for one in tied] for tied in takes]


@pytest.mark.parametrize(
    ("one", "passes"),
    [
        (take("a"), True),
        (take("a", None), True),
        (take("a", "partly"), False),
        (take("a", "not_said"), False),
        (take("a", look=("frozen",)), False),
    ],
)
def test_good_enough(one: Take, passes: bool) -> None:
    assert one.passes is passes


def test_gates_come_before_measures_and_in_their_order() -> None:
    right = {"lines": [{"verdict": "partly", "right": 0.7}]}
    takes = [
        take("frozen", look=("frozen",)),
        take("missing", "not_said"),
        take("half", "partly", report={"lines": [{"verdict": "partly", "right": 0.4}]}),
        take("more", "partly", report=right),
        take("unjudged", None),
        take("said"),
    ]
    assert ids(ranked(takes)) == [["said"], ["unjudged"], ["more"], ["half"], ["missing"], ["frozen"]]


def test_what_nothing_tells_apart_is_tied_in_its_order() -> None:
    assert ids(ranked([take("b"), take("a"), take("late", report={"cut_off": True})])) == [["b", "a"], ["late"]]


def test_a_persons_pick_always_wins() -> None:
    assert ids(ranked([take("good"), take("mine", "not_said", look=("frozen",), picked=True)]))[0] == ["mine"]
