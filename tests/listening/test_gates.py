"""Which take is good enough, and which is best."""

from __future__ import annotations

from typing import Any

import pytest

from listening.choice import known_then, takes_told
from listening.gates import Take, ranked, reason


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


@pytest.mark.parametrize(
    ("worse", "because"),
    [
        (take("b", look=("frozen",)), "look"),
        (take("b", "not_said"), "lines"),
        (take("b", report={"beyond": ["more"]}), "beyond"),
        (take("b", report={"cut_off": True}), "cut_off"),
        (take("b", report={"ending": {"jumps": True}}), "ending"),
        (take("b"), None),
    ],
)
def test_what_decides_between_two(worse: Take, because: str | None) -> None:
    assert reason(take("a"), worse) == because


def voiced(*likeness: float | None) -> dict[str, Any]:
    return {"voices": [{"speaker": "mara", "likeness": one} for one in likeness]}


def test_the_voice_orders_takes_that_pass_the_same_gates_and_stops_none() -> None:
    near, far = take("near", report=voiced(0.9, 0.8)), take("far", report=voiced(0.5))
    half = take("half", "partly", report=voiced(1.0))
    assert ids(ranked([far, half, near])) == [["near"], ["far"], ["half"]]
    assert (near.voice, far.passes, reason(near, far), reason(far, half)) == (0.85, True, "voice", "lines")
    as_near = take("as-near", report=voiced(0.84))
    assert ids(ranked([near, as_near])) == [["near", "as-near"]]
    for unknown in (take("alone", report=voiced(None)), take("older")):  # one that cannot be compared: none is
        assert ids(ranked([far, near, unknown])) == [["far", "near", unknown.id]]
        assert reason(near, far, [far, near, unknown]) is None
    told = takes_told([far, near], 2, "all")
    assert (told["best"], told["because"], [one["voice"] for one in told["tried"]]) == (["near"], "voice", [0.5, 0.85])


def test_what_is_told_of_an_order() -> None:
    half = {"lines": [{"verdict": "said", "right": 0.8}, {"verdict": "partly", "right": 0.5}]}
    told = takes_told([take("a", "not_said", seed=1), take("b", "partly", seed=2, report=half)], 4, "cap")
    assert (told["version"], told["ordered"], told["stopped"]) == (2, 4, "cap")
    assert (told["best"], told["because"]) == (["b"], "lines")
    assert [(one["job"], one["seed"], one["heard"], one["right"]) for one in told["tried"]] == [
        ("a", 1, "not_said", None),
        ("b", 2, "partly", 0.65),
    ]
    alone = takes_told([take("a"), take("b")], 2, "all")
    assert (alone["best"], alone["because"]) == (["a", "b"], None)


def test_what_was_known_of_a_pick() -> None:
    takes = [take("a"), take("b", "not_said")]
    known = known_then(takes[1], takes, "2026-01-01T00:00:00+00:00")
    assert known is not None
    assert (known["best"], known["because"], known["at"][:4]) == (["a"], "lines", "2026")
    best = known_then(takes[0], takes, "")
    assert best is not None
    assert (best["best"], best["because"]) == (["a"], None)
    assert known_then(takes[0], takes[:1], "") is None  # there was nothing to choose from
    assert known_then(take("c"), takes, "") is None  # not among the finished
