"""The parts of a render as its server shows them, measured while it is followed."""

from __future__ import annotations

import pytest

from render.parts import PartsSeen, PartTimes, part_of


@pytest.mark.parametrize(
    ("status", "percent", "part"),
    [
        ("queued", 0, None),
        ("in_progress", 0, "encoding"),
        ("in_progress", 2, "denoising"),
        ("in_progress", 98, "denoising"),
        ("in_progress", 99, "decoding"),
        ("completed", 100, None),
        (None, 0, None),
    ],
)
def test_a_part_by_the_words_of_the_server(status: str | None, percent: int, part: str | None) -> None:
    assert part_of(status, percent) == part


def measured(steps: int, seen: list[tuple[float, int]], ended: float, *, whole: bool = True) -> PartTimes | None:
    parts = PartsSeen(steps, whole=whole)
    parts.saw("queued", 0, 0.0)
    for at, percent in seen:
        parts.saw("in_progress", percent, at)
    return parts.times(ended)


def test_the_parts_of_the_run_that_was_measured_on_the_real_pipeline() -> None:
    """Three steps of 17 s after 72 s of encoding, then 106 s of decoding and writing."""
    times = measured(3, [(10, 0), (82 + 17, 33), (82 + 34, 66), (82 + 51, 99)], 82 + 51 + 106)
    assert times == PartTimes(encoding=72, denoising=51, decoding=106)
    assert times.total == 229


def test_steps_between_two_looks_are_counted() -> None:
    times = measured(50, [(0, 0), (20 + 3 * 2, 6), (20 + 48 * 2, 96), (20 + 50 * 2, 99)], 150)
    assert times == PartTimes(encoding=20, denoising=100, decoding=30)


def test_a_single_step_cannot_be_told_from_the_encoding() -> None:
    assert measured(1, [(0, 0), (30, 99)], 40) == PartTimes(encoding=30, denoising=0, decoding=10)


@pytest.mark.parametrize(
    ("steps", "seen", "whole"),
    [
        (50, [(0, 0), (10, 2), (60, 99)], False),  # the beginning was not seen
        (50, [(0, 20), (60, 99)], True),
        (50, [(0, 0), (60, 99)], True),  # no step was seen
        (50, [(0, 0), (10, 2)], True),  # progress is told on a best-effort basis: the end of the steps was not
        (50, [], True),
    ],
)
def test_what_was_not_seen_is_not_made_up(steps: int, seen: list[tuple[float, int]], whole: bool) -> None:
    assert measured(steps, seen, 100, whole=whole) is None
