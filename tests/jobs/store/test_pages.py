"""Pages of jobs, compared with a plain list."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.model.records import JobFilter, JobRecord
from jobs.model.states import JOB_STATES
from jobs.store.store import Store
from tests.jobs.samples import new_job

MODES = ["simple", "full"]
MODELS = ["mova-360p", "mova-720p"]
SERVERS = ["a", "b", "preview-worker-1", None]
SIZES_OF_JOBS = [(640, 352), (352, 640)]
START = datetime(2026, 11, 1, tzinfo=UTC)
MOMENTS = st.none() | st.integers(0, 40).map(lambda seconds: START + timedelta(seconds=seconds))
OWNERS = ["ann", "bob"]
TEXTS = ["a ginger cat", "一只橘猫 in the rain", "rainy harbour", "雨中的港口"]
WORDS = ["cat", "橘猫", "rain", "雨", "nothing", "!"]

FILTERS = st.builds(
    JobFilter,
    owner=st.none() | st.sampled_from(OWNERS),
    states=st.none() | st.frozensets(st.sampled_from(JOB_STATES), max_size=4),
    mode=st.none() | st.sampled_from(MODES),
    model=st.none() | st.sampled_from(MODELS),
    server=st.none() | st.sampled_from(["a", "b", "c", "preview"]),
    favourite=st.none() | st.booleans(),
    size=st.none() | st.sampled_from(["640x352", "1280x720"]),
    since=MOMENTS,
    until=MOMENTS,
    text=st.none() | st.sampled_from(WORDS),
)
HITS = {"cat": [0], "橘猫": [1], "rain": [1, 2], "雨": [3], "nothing": [], "!": []}
SIZES = st.integers(1, 9)
MANY = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def jobs(store: Store) -> list[JobRecord]:
    """60 jobs, newest first; some of the same moment, created in no order."""
    chance = random.Random(1)
    for _ in range(60):
        kinds: dict[str, Any] = {
            "mode": chance.choice(MODES),
            "model": chance.choice(MODELS),
            "owner": chance.choice(OWNERS),
        }
        created = START + timedelta(seconds=chance.randrange(40))
        width, height = chance.choice(SIZES_OF_JOBS)
        kinds |= {"width": width, "height": height, "state": chance.choice(JOB_STATES), "text": chance.choice(TEXTS)}
        kinds |= {"wanted_server": chance.choice((None, "box-a"))}
        job = store.jobs.create(new_job(created=created, **kinds))
        store.jobs.update(job.id, server=chance.choice(SERVERS), favourite=chance.random() < 0.3)
    for job in store.jobs.in_states(["draft"])[:2]:
        store.jobs.delete(job.id)
    return sorted(store.jobs.in_states(JOB_STATES), key=lambda job: job.number, reverse=True)


def fits(job: JobRecord, wanted: JobFilter) -> bool:
    plain = ("owner", "mode", "model", "favourite")
    same = all(getattr(wanted, name) in (None, getattr(job, name)) for name in plain)
    same = same and wanted.server in (None, job.server, (job.server or "").split("-")[0])
    same = same and wanted.size in (None, job.render.size)
    same = same and (wanted.since or START) <= job.created < (wanted.until or datetime.max.replace(tzinfo=UTC))
    text = wanted.text is None or TEXTS.index(job.request.text) in HITS[wanted.text]
    return same and text and (wanted.states is None or job.state in wanted.states)


@MANY
@given(wanted=FILTERS, size=SIZES)
def test_leafing_through_shows_every_job_once(
    store: Store, jobs: list[JobRecord], wanted: JobFilter, size: int
) -> None:
    expected = [job.id for job in jobs if fits(job, wanted)]
    page = store.pages.page(wanted, size=size)
    assert page.newer is None
    seen = [page]
    while page.older is not None:
        page = store.pages.page(wanted, size=size, older_than=page.older)
        seen.append(page)
    assert [job.id for one in seen for job in one.jobs] == expected
    assert all(len(one.jobs) == size for one in seen[:-1])
    assert store.pages.count(wanted) == len(expected)
    assert store.pages.count(wanted, at_most=7) == min(len(expected), 7)


@MANY
@given(wanted=FILTERS, size=SIZES)
def test_leafing_from_the_oldest_on_shows_every_job_once(
    store: Store, jobs: list[JobRecord], wanted: JobFilter, size: int
) -> None:
    expected = [job.id for job in reversed(jobs) if fits(job, wanted)]
    page = store.pages.page(wanted, size=size, oldest=True)
    assert page.older is None
    seen = [page]
    while page.newer is not None:
        page = store.pages.page(wanted, size=size, newer_than=page.newer, oldest=True)
        seen.append(page)
    assert [job.id for one in seen for job in reversed(one.jobs)] == expected
    if len(seen) > 1:
        back = store.pages.page(wanted, size=size, older_than=seen[-1].older, oldest=True)
        assert back.jobs == seen[-2].jobs


@MANY
@given(wanted=FILTERS, size=SIZES)
def test_leafing_back_ends_at_the_newest(store: Store, jobs: list[JobRecord], wanted: JobFilter, size: int) -> None:
    expected = [job for job in jobs if fits(job, wanted)]
    if not expected:
        return
    page = store.pages.page(wanted, size=size, newer_than=expected[-1].number)
    seen = [page]
    while page.newer is not None:
        page = store.pages.page(wanted, size=size, newer_than=page.newer)
        seen.append(page)
    assert [job.id for one in reversed(seen) for job in one.jobs] == [job.id for job in expected[:-1]]


def test_new_jobs_do_not_shift_the_page_that_is_read(store: Store) -> None:
    jobs = [store.jobs.create(new_job()) for _ in range(6)]
    first = store.pages.page(size=2)
    store.jobs.create(new_job())
    second = store.pages.page(size=2, older_than=first.older)
    assert [job.id for job in second.jobs] == [jobs[3].id, jobs[2].id]


def test_counts_name_every_state_and_leave_out_deleted_jobs(store: Store) -> None:
    for owner, state in [("ann", "draft"), ("ann", "draft"), ("ann", "failed"), ("bob", "draft")]:
        store.jobs.create(new_job(owner=owner, state=state))
    store.jobs.delete(store.pages.page(JobFilter(owner="bob")).jobs[0].id)
    nothing = dict.fromkeys(JOB_STATES, 0)
    assert store.pages.counts() == nothing | {"draft": 2, "failed": 1}
    assert store.pages.counts("bob") == nothing


def test_an_empty_store_has_an_empty_page(store: Store) -> None:
    page = store.pages.page()
    assert (page.jobs, page.older, page.newer) == ((), None, None)
    assert store.pages.count() == 0


def test_the_size_follows_the_settings(store: Store) -> None:
    job = store.jobs.create(new_job())
    store.jobs.update(job.id, request={"render": replace(job.render, width=352, height=640)})
    assert store.pages.count(JobFilter(size="640x352")) == 0
    assert [one.id for one in store.pages.page(JobFilter(size="352x640")).jobs] == [job.id]


def test_the_months_in_which_there_is_something(store: Store) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    moments = ["2026-01-31 15:59", "2026-01-31 16:00", "2026-02-10 10:00", "2024-12-31 23:00"]
    for number, moment in enumerate(moments):
        created = datetime.fromisoformat(f"{moment}+00:00")
        store.jobs.create(new_job(id=f"job-{number}", created=created, text="a cat" if number else "a boat"))
    months = store.pages.months(JobFilter(), zone)
    assert [f"{one.first:%Y-%m-%d %z}" for one in months] == [
        "2026-02-01 +0800",
        "2026-01-01 +0800",
        "2025-01-01 +0800",
    ]
    january = months[1]
    assert [job.id for job in store.pages.page(older_than=january.ends).jobs] == ["job-0", "job-3"]
    assert [job.id for job in store.pages.page(newer_than=january.begins, size=1).jobs] == ["job-0"]
    assert len(store.pages.months(JobFilter(text="boat"), zone)) == 1
    assert not store.pages.months(JobFilter(owner="nobody"), zone)
