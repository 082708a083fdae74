"""Estimates learned from finished renders."""

from __future__ import annotations

from typing import Any

from jobs.store import Store

USUAL: dict[str, Any] = {"model": "mova-360p", "size": "640x352", "num_frames": 193, "num_inference_steps": 50}


def test_nothing_is_estimated_before_the_first(store: Store) -> None:
    assert store.times.estimate(**USUAL, server="a") is None


def test_a_server_that_has_rendered_counts_alone(store: Store) -> None:
    for number, (server, seconds) in enumerate([("a", 100.0), ("a", 120.0), ("a", 110.0), ("b", 900.0)]):
        store.times.record(f"job-{number}", server=server, seconds=seconds, **USUAL)
    estimate = store.times.estimate(**USUAL, server="a")
    assert estimate is not None
    assert (estimate.median, estimate.low, estimate.high, estimate.n) == (110, 102, 118, 3)


def test_a_new_server_is_judged_by_the_others(store: Store) -> None:
    store.times.record("job", server="a", seconds=100, **USUAL)
    estimate = store.times.estimate(**USUAL, server="new")
    assert estimate is not None
    assert (estimate.median, estimate.n) == (100, 1)


def test_other_sizes_frames_and_steps_do_not_count(store: Store) -> None:
    store.times.record("job", server="a", seconds=100, **USUAL)
    for other in ({"size": "352x640"}, {"num_frames": 97}, {"num_inference_steps": 20}, {"model": "mova-720p"}):
        assert store.times.estimate(**USUAL | other) is None


def test_the_same_job_counts_once_and_old_ones_fade(store: Store) -> None:
    store.times.record("job", server="a", seconds=1, **USUAL)
    store.times.record("job", server="a", seconds=2, **USUAL)
    estimate = store.times.estimate(**USUAL)
    assert estimate is not None
    assert (estimate.median, estimate.n) == (2, 1)
    for number in range(50):
        store.times.record(f"job-{number}", server="a", seconds=300, **USUAL)
    estimate = store.times.estimate(**USUAL)
    assert estimate is not None
    assert (estimate.low, estimate.n) == (300, 50)
