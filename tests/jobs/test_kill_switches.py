"""The places where crash tests kill a process are there: those tests are slow, and a name changes quickly."""

from __future__ import annotations

from functools import reduce
from importlib import import_module

import pytest

from tests.jobs.crash.kill_points import A_HARD_LIFE, kill_points

POINTS = kill_points()


@pytest.mark.parametrize("target", sorted({switch.target for switch in POINTS.values()}))
def test_a_switch_has_something_to_be_put_around(target: str) -> None:
    module, _, path = target.partition(":")
    assert callable(reduce(getattr, path.split("."), import_module(module)))


def test_a_hard_life_is_made_of_known_points() -> None:
    assert set(A_HARD_LIFE) <= set(POINTS)
