"""The pace of asking: quick near a start and an end, calm in between; simulated, without a clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.pace import CALM, QUICK, QUICKEST, Pace, back_off


def _run(total: float, steps: int, *, decode: float = 0.0) -> tuple[float, int]:
    """Ask through a render of ``total`` seconds; returns how late its end was seen and how often was asked."""
    pace, now, asked = Pace(), 0.0, 0
    while True:
        asked += 1
        if now >= total + decode:
            return now - (total + decode), asked
        done = int(min(now / total, 1) * steps)
        pace.saw("in_progress", min(99, 100 * done // steps), now)
        now += pace.pause(now)


@given(total=st.floats(0.5, 3600), steps=st.integers(10, 100), decode=st.floats(0, 30))
def test_the_end_of_a_steady_render_is_seen_in_a_fifth_of_a_second(total: float, steps: int, decode: float) -> None:
    late, _ = _run(total, steps, decode=decode)
    assert late <= QUICK + 1e-6


@given(total=st.floats(0.5, 8), steps=st.integers(10, 100))
def test_the_end_of_a_short_one_is_seen_sooner(total: float, steps: int) -> None:
    late, _ = _run(total, steps)
    assert late <= max(QUICKEST, 0.02 * total) + 1e-6


def test_a_long_render_is_asked_about_calmly() -> None:
    _, asked = _run(600, 50)
    assert asked < 600 / CALM + 120 + 35 / QUICK  # 120 in its first ten seconds


def test_the_start_is_seen_quickly() -> None:
    pace = Pace()
    pace.saw("queued", 0, 0.0)
    assert pace.pause(0.0) == QUICKEST
    assert pace.pause(9.0) == pytest.approx(0.18)
    assert pace.pause(60.0) == CALM
    pace.saw("in_progress", 0, 60.0)
    assert pace.pause(61.0) == QUICKEST


def test_time_left_follows_the_steps() -> None:
    pace = Pace()
    pace.saw("in_progress", 0, 0.0)
    assert pace.seconds_left(5.0) is None
    pace.saw("in_progress", 10, 10.0)
    pace.saw("in_progress", 20, 20.0)
    assert pace.seconds_left(20.0) == pytest.approx(80)
    assert pace.seconds_left(25.0) == pytest.approx(75)
    pace.saw("in_progress", 99, 99.0)
    assert pace.seconds_left(99.0) is None


def test_progress_never_falls() -> None:
    pace = Pace()
    pace.saw("in_progress", 40, 1.0)
    pace.saw("in_progress", 30, 2.0)
    assert pace.progress == 40


@given(st.floats(0, 1e6))
def test_back_off_is_bounded(troubled_for: float) -> None:
    assert 0.5 <= back_off(troubled_for) <= 15
