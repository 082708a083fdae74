"""The order of a line as pure data: fair, predictable, and nobody starves."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.store.fair_order import Direction, Waiting, fair_order, moved, placed

OWNERS = st.sampled_from(["ann", "bob", "cid", "dee"])
DIRECTIONS: list[Direction] = ["up", "down", "top", "bottom"]


@st.composite
def lines(draw: st.DrawFn) -> list[Waiting]:
    owners = draw(st.lists(OWNERS, max_size=25))
    places = draw(st.lists(st.integers(-5, 5), min_size=len(owners), max_size=len(owners)))
    pairs = enumerate(zip(owners, places, strict=True))
    return [Waiting(position=place, number=n, job_id=f"job-{n}", owner=owner) for n, (owner, place) in pairs]


TURNS = st.dictionaries(OWNERS, st.integers(1, 9))


@given(lines(), TURNS)
def test_every_job_is_in_it_once_and_each_owners_own_order_is_kept(line: list[Waiting], turns: dict[str, int]) -> None:
    order = fair_order(line, turns)
    assert sorted(order) == sorted(line)
    for owner in {job.owner for job in line}:
        mine = [job for job in order if job.owner == owner]
        assert mine == sorted(mine)


@given(lines(), TURNS)
def test_the_predicted_order_is_the_one_that_comes(line: list[Waiting], turns: dict[str, int]) -> None:
    predicted, left, now = fair_order(line, turns), list(line), dict(turns)
    for served in range(len(line)):
        first = fair_order(left, now)[0]
        assert first == predicted[served]
        left.remove(first)
        now[first.owner] = max(now.values(), default=0) + 1


@given(lines(), TURNS)
def test_no_owner_gets_two_more_than_another_who_still_waits(line: list[Waiting], turns: dict[str, int]) -> None:
    order = fair_order(line, turns)
    for served in range(len(order)):
        got = Counter(job.owner for job in order[:served])
        waiting = {job.owner for job in order[served:]}
        assert all(got[one] - got[other] <= 1 for one in got for other in waiting)


@given(st.lists(OWNERS, min_size=30, max_size=60))
def test_one_job_is_served_soon_however_many_others_keep_coming(newcomers: list[str]) -> None:
    """Everybody else always has work waiting; eve has one job and waits for one turn of each at most."""
    line = [
        Waiting(position=0, number=n, job_id=f"old-{n}", owner=o) for n, o in enumerate(["ann", "bob", "cid", "dee"])
    ]
    line.append(Waiting(position=0, number=99, job_id="eve", owner="eve"))
    turns: dict[str, int] = {}
    for served, owner in enumerate(newcomers):
        line.append(Waiting(position=0, number=100 + served, job_id=f"new-{served}", owner=owner))
        first = fair_order(line, turns)[0]
        if first.owner == "eve":
            return
        assert served < 4
        line.remove(first)
        turns[first.owner] = served + 1
    raise AssertionError("eve was never served")


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1), st.data())
def test_a_move_changes_one_place_only(ids: list[str], data: st.DataObject) -> None:
    job, direction = data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(DIRECTIONS))
    after = moved(ids, job, direction)
    assert [each for each in after if each != job] == [each for each in ids if each != job]
    before = ids.index(job)
    wanted = {"up": before - 1, "down": before + 1, "top": 0, "bottom": len(ids) - 1}[direction]
    assert after.index(job) == min(max(wanted, 0), len(ids) - 1)


def test_a_job_that_does_not_wait_moves_nothing() -> None:
    assert moved(["a", "b"], "c", "top") == ["a", "b"]


@pytest.mark.parametrize(
    ("moving", "before", "after"),
    [(["d"], "b", "adbce"), (["a", "c"], None, "bdeac"), (["e", "a"], "c", "baecd"), (["x"], "b", "abcde")],
)
def test_some_are_placed_before_another(moving: list[str], before: str | None, after: str) -> None:
    assert "".join(placed("abcde", moving, before)) == after
