"""Where weights rest and how a render is spread, from numbers alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DegreesUnfit, TooLittleMemory
from launcher.fit import COMPONENT, LAYERWISE, RESIDENT, Spread, degrees, residency_for, spread, usable
from tests.launcher.made_up import gpus


@pytest.mark.parametrize(
    ("free", "mode"),
    [
        (192, RESIDENT),
        (141, RESIDENT),
        (130, RESIDENT),
        (129, COMPONENT),
        (80, COMPONENT),
        (48, COMPONENT),
        (47.2, COMPONENT),
        (40, LAYERWISE),
        (24, LAYERWISE),
        (12, LAYERWISE),
        (11, None),
        (8, None),
        (0, None),
    ],
)
def test_residency_by_free_memory(free: float, mode: str | None) -> None:
    assert residency_for(free) == mode


def test_slower_gpus_are_left_out() -> None:
    chosen, mode = usable(gpus(12, 141, 141, 80))
    assert ([gpu.index for gpu in chosen], mode) == ([1, 2], RESIDENT)


def test_too_little_on_the_roomiest() -> None:
    with pytest.raises(TooLittleMemory, match=r"12 GB .* 10 of 80 GB"):
        usable(gpus(8, 10, total=80))


@pytest.mark.parametrize(
    ("num_gpus", "split"),
    [
        (1, (1, 1)),
        (2, (1, 2)),
        (3, (3, 1)),
        (4, (1, 4)),
        (5, (5, 1)),
        (6, (3, 2)),
        (7, (7, 1)),
        (8, (2, 4)),
        (16, (4, 4)),
    ],
)
def test_degrees_for_movas_heads(num_gpus: int, split: tuple[int, int]) -> None:
    assert degrees(num_gpus, 4) == split


@given(st.integers(1, 64), st.integers(1, 64))
def test_degrees_always_fit(num_gpus: int, heads: int) -> None:
    ring, ulysses = degrees(num_gpus, heads)
    assert ring * ulysses == num_gpus
    assert heads % ulysses == 0


@pytest.mark.parametrize(
    ("asked", "split"),
    [({"ring": 2}, (2, 4)), ({"ring": 8}, (8, 1)), ({"ulysses": 2}, (4, 2)), ({"ring": 4, "ulysses": 2}, (4, 2))],
)
def test_degrees_that_are_asked_for(asked: dict[str, int], split: tuple[int, int]) -> None:
    assert degrees(8, 4, **asked) == split


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"ring": 2, "ulysses": 2}, "ring 2 x ulysses 2 is not 8"),
        ({"ring": 3}, r"3 \(ring\) does not divide 8"),
        ({"ulysses": 3}, r"3 \(ulysses\) does not divide 8"),
        ({"ulysses": 8}, "ulysses 8 does not divide 4"),
        ({"ring": 1}, "ulysses 8 does not divide"),
    ],
)
def test_degrees_that_cannot_be(asked: dict[str, int], words: str) -> None:
    with pytest.raises(DegreesUnfit, match=words):
        degrees(8, 4, **asked)


@given(st.integers(1, 64), st.integers(1, 64))
def test_a_spread_always_fits(num_gpus: int, heads: int) -> None:
    found = spread(num_gpus, heads)
    assert found.cfg * found.ring * found.ulysses == num_gpus
    assert found.cfg == (1 if num_gpus % 2 else 2)
    assert heads % found.ulysses == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"cfg": 1}, Spread(1, 2, 4)),
        ({"cfg": 2, "ring": 2}, Spread(2, 2, 2)),
        ({"ring": 2}, Spread(2, 2, 2)),
        ({"ring": 8}, Spread(1, 8, 1)),
        ({"ring": 2, "ulysses": 4}, Spread(1, 2, 4)),
        ({"ring": 2, "ulysses": 2}, Spread(2, 2, 2)),
    ],
)
def test_a_spread_that_is_asked_for(asked: dict[str, int], found: Spread) -> None:
    assert spread(8, 4, **asked) == found


def test_cfg_parallel_needs_two_halves() -> None:
    with pytest.raises(DegreesUnfit, match="over 3 GPUs like that: CFG parallel computes 2 branches"):
        spread(3, 4, cfg=2)
