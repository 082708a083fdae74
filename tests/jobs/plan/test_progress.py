"""How far a render is and what it still takes, as a pure function of what was seen and of what is usual."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.model.records import Estimate, JobRecord
from jobs.plan.progress import RenderProgress, render_progress
from jobs.store.store import Store
from render.parts import PartTimes
from tests.jobs.samples import new_job

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PARTS = PartTimes(encoding=70, denoising=50, decoding=100)  # a step of one second
USUAL = Estimate(median=220, low=200, high=240, n=3, parts=PARTS)


@pytest.fixture
def job(store: Store) -> JobRecord:
    """On a server since 300 s."""
    job = store.jobs.create(new_job())
    sent = NOW - timedelta(seconds=300)
    return replace(job, state="rendering", stage="in_progress", server="gpu", sent=sent, moved=sent)


def seen(job: JobRecord, progress: int, moved: float, estimate: Estimate | None = USUAL, **more: Any) -> RenderProgress:
    """With this percentage for so many seconds."""
    moment = NOW - timedelta(seconds=moved)
    return render_progress(replace(job, progress=progress, moved=moment, **more), estimate, NOW)


@pytest.mark.parametrize(
    ("progress", "moved", "part", "percent", "left"),
    [
        (0, 0, "encoding", 0, 220),
        (0, 35, "encoding", 15, 185),
        (0, 71, "encoding", 32, 149),
        (0, 100, "encoding", 32, 149),  # longer than usual: it is not said to be further than it is
        (50, 0, "denoising", 43, 125),
        (98, 1, "denoising", 54, 100),
        (99, 0, "decoding", 54, 100),
        (99, 50, "decoding", 77, 50),
        (99, 101, "decoding", 99, 0),
    ],
)
def test_each_part_has_its_share(
    job: JobRecord, progress: int, moved: float, part: str, percent: int, left: float
) -> None:
    found = seen(job, progress, moved)
    assert (found.part, found.percent, found.seconds_left) == (part, percent, left)


def test_steps_are_counted(job: JobRecord) -> None:
    assert [seen(job, progress, 0).step for progress in (0, 2, 50, 98, 99)] == [0, 1, 25, 49, 50]


def test_without_parts_the_whole_time_tells(job: JobRecord) -> None:
    whole = replace(USUAL, median=400, parts=None)
    assert (seen(job, 50, 0, whole).percent, seen(job, 50, 0, whole).seconds_left) == (50, 100)
    assert seen(job, 50, 0, None).seconds_left is None
    assert seen(job, 0, 0, whole, stage="queued").seconds_left is None  # behind another job on its server


@given(st.lists(st.tuples(st.sampled_from((*range(0, 100, 2), 99)), st.floats(0, 5_000)), min_size=2, max_size=20))
def test_a_bar_never_goes_back(looks: list[tuple[int, float]]) -> None:
    plain = new_job()
    job = object.__new__(JobRecord)
    known: dict[str, Any] = {"state": "rendering", "stage": "in_progress", "server": "gpu", "waits_on": None}
    known |= {"request": plain.request, "sent": NOW, "unreachable_since": None, "moved": NOW}
    for name, value in known.items():
        object.__setattr__(job, name, value)
    percents = []
    for progress, waited in sorted(looks):
        object.__setattr__(job, "progress", progress)
        percents.append(render_progress(job, USUAL, NOW + timedelta(seconds=waited)).percent)
    assert percents == sorted(percents)


# ---- a job that stands still ---------------------------------------------------------------------------------------


def test_no_step_for_far_longer_than_usual_is_a_stall(job: JobRecord) -> None:
    slow = replace(USUAL, parts=replace(PARTS, denoising=40 * 50.0))
    assert seen(job, 50, 230, slow).stall is None
    stall = seen(job, 50, 360, slow).stall
    assert stall is not None
    assert (stall.part, stall.seconds, stall.usual, stall.asks) == ("denoising", 360, 40, True)


def test_a_part_is_borne_with_for_longer_and_short_waits_always(job: JobRecord) -> None:
    assert [bool(seen(job, 99, moved).stall) for moved in (290, 301)] == [False, True]
    assert [bool(seen(job, 50, moved).stall) for moved in (100, 121)] == [False, True]


def test_who_waits_on_is_asked_again_after_as_long(job: JobRecord) -> None:
    stalls = [seen(job, 50, 400, waits_on=NOW - timedelta(seconds=ago)).stall for ago in (10, 130)]
    assert [stall and stall.asks for stall in stalls] == [False, True]


def test_where_nothing_was_measured_the_jobs_own_steps_tell(job: JobRecord) -> None:
    job = replace(job, sent=NOW - timedelta(seconds=1000))
    assert [bool(seen(job, 20, moved, None).stall) for moved in (300, 700)] == [
        False,
        True,
    ]  # 10 steps in 700 s or less
    assert seen(job, 0, 900, None).stall is None


@pytest.mark.parametrize(
    "more", [{"server": "preview-1"}, {"unreachable_since": NOW}, {"stage": "queued"}, {"state": "queued"}]
)
def test_only_a_server_that_answers_can_stand_still(job: JobRecord, more: dict[str, Any]) -> None:
    assert seen(job, 50, 5_000, **more).stall is None
