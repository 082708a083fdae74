"""Estimates learned from finished renders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.store.render_times import Measured, estimate_of
from jobs.store.store import Store
from render.parts import PartTimes
from tests.jobs.samples import new_job

USUAL = new_job().request


def test_nothing_is_estimated_before_the_first(store: Store) -> None:
    assert store.times.estimate_of(USUAL, server="a") is None


def test_a_server_that_has_rendered_counts_alone(store: Store) -> None:
    for number, (server, seconds) in enumerate([("a", 100.0), ("a", 120.0), ("a", 110.0), ("b", 900.0)]):
        store.times.record(f"job-{number}", USUAL, server=server, seconds=seconds)
    estimate = store.times.estimate_of(USUAL, server="a")
    assert estimate is not None
    assert (estimate.median, estimate.low, estimate.high, estimate.n) == (110, 102, 118, 3)


def test_a_new_server_is_judged_by_the_others(store: Store) -> None:
    store.times.record("job", USUAL, server="a", seconds=100)
    estimate = store.times.estimate_of(USUAL, server="new")
    assert estimate is not None
    assert (estimate.median, estimate.n) == (100, 1)


def test_other_sizes_frames_and_steps_do_not_count(store: Store) -> None:
    store.times.record("job", USUAL, server="a", seconds=100)
    others = ({"width": 352, "height": 640}, {"num_frames": 97}, {"num_inference_steps": 20}, {"model": "mova-720p"})
    for other in others:
        assert store.times.estimate_of(new_job(**other).request) is None


def test_previews_tell_nothing_about_mova(store: Store) -> None:
    store.times.record("job", USUAL, server="preview-1", seconds=3)
    assert store.times.estimate_of(USUAL) is None
    assert store.times.estimate_of(USUAL, server="a") is None
    store.times.record("other", USUAL, server="a", seconds=100)
    estimates = (store.times.estimate_of(USUAL), store.times.estimate_of(USUAL, server="preview-2", is_preview=True))
    assert [one.median for one in estimates if one] == [100, 3]


def test_the_same_job_counts_once_and_old_ones_fade(store: Store) -> None:
    store.times.record("job", USUAL, server="a", seconds=1)
    store.times.record("job", USUAL, server="a", seconds=2)
    estimate = store.times.estimate_of(USUAL)
    assert estimate is not None
    assert (estimate.median, estimate.n) == (2, 1)
    for number in range(50):
        store.times.record(f"job-{number}", USUAL, server="a", seconds=300)
    estimate = store.times.estimate_of(USUAL)
    assert estimate is not None
    assert (estimate.low, estimate.n) == (300, 50)


PARTS = PartTimes(encoding=20, denoising=100, decoding=30)


def test_parts_are_learned_apart(store: Store) -> None:
    store.times.record("whole", USUAL, server="a", seconds=170)
    assert (estimate := store.times.estimate_of(USUAL))
    assert estimate.parts is None
    store.times.record("parts", USUAL, server="a", seconds=150, parts=PARTS)
    assert (estimate := store.times.estimate_of(USUAL))
    assert (estimate.parts, estimate.n) == (PARTS, 2)


def test_parts_tell_how_long_other_steps_take(store: Store) -> None:
    store.times.record("job", USUAL, server="a", seconds=151, parts=PARTS)
    draft = new_job(num_inference_steps=25).request
    estimate = store.times.estimate_of(draft, server="a")
    assert estimate is not None
    assert estimate.parts == PartTimes(encoding=20, denoising=50, decoding=30)
    assert estimate.median == 101
    store.times.record("draft", draft, server="a", seconds=90)
    assert (estimate := store.times.estimate_of(draft, server="a"))
    assert estimate.median == 90


def test_another_steps_on_this_server_tell_more_than_another_server(store: Store) -> None:
    store.times.record("fast", USUAL, server="b", seconds=10)
    store.times.record("draft", new_job(num_inference_steps=25).request, server="a", seconds=150, parts=PARTS)
    estimate = store.times.estimate_of(USUAL, server="a")
    assert estimate is not None
    assert estimate.median == 250


@given(st.lists(st.floats(0.1, 10_000), min_size=1, max_size=50))
def test_an_estimate_lies_within_what_was_seen(seconds: list[float]) -> None:
    estimate = estimate_of([Measured(one) for one in seconds])
    assert estimate is not None
    steps = [min(seconds), estimate.low, estimate.median, estimate.high, max(seconds)]
    assert steps == pytest.approx(sorted(steps))
    assert estimate.n == len(seconds)


def test_nothing_seen_is_no_estimate() -> None:
    assert estimate_of([]) is None
