"""Pages of jobs, compared with a plain list."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.records import JobFilter, JobRecord
from jobs.states import JOB_STATES
from jobs.store import Store
from tests.jobs.samples import new_job

MODES = ["simple", "full"]
MODELS = ["mova-360p", "mova-720p"]
SERVERS = ["a", "b", None]
OWNERS = ["ann", "bob"]
TEXTS = ["a ginger cat", "一只橘猫 in the rain", "rainy harbour", "雨中的港口"]
WORDS = ["cat", "橘猫", "rain", "雨", "nothing", "!"]

FILTERS = st.builds(
    JobFilter,
    owner=st.none() | st.sampled_from(OWNERS),
    states=st.none() | st.frozensets(st.sampled_from(JOB_STATES), max_size=4),
    mode=st.none() | st.sampled_from(MODES),
    model=st.none() | st.sampled_from(MODELS),
    server=st.none() | st.sampled_from(["a", "b", "c"]),
    favourite=st.none() | st.booleans(),
    text=st.none() | st.sampled_from(WORDS),
)
HITS = {"cat": [0], "橘猫": [1], "rain": [1, 2], "雨": [3], "nothing": [], "!": []}
SIZES = st.integers(1, 9)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def jobs(store: Store) -> list[JobRecord]:
    """60 jobs, newest first; some of the same moment, created in no order."""
    chance = random.Random(1)
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for _ in range(60):
        kinds = {"mode": chance.choice(MODES), "model": chance.choice(MODELS), "owner": chance.choice(OWNERS)}
        created = start + timedelta(seconds=chance.randrange(40))
        inputs = {"text": chance.choice(TEXTS)}
        job = store.jobs.create(new_job(state=chance.choice(JOB_STATES), inputs=inputs, created=created, **kinds))
        store.jobs.update(job.id, server=chance.choice(SERVERS), favourite=chance.random() < 0.3)
    for job in store.jobs.in_states(["draft"])[:2]:
        store.jobs.delete(job.id)
    return sorted(store.jobs.in_states(JOB_STATES), key=lambda job: job.number, reverse=True)


def fits(job: JobRecord, wanted: JobFilter) -> bool:
    plain = ("owner", "mode", "model", "server", "favourite")
    same = all(getattr(wanted, name) in (None, getattr(job, name)) for name in plain)
    text = wanted.text is None or TEXTS.index(job.inputs["text"]) in HITS[wanted.text]
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


@MANY
@given(wanted=FILTERS, size=SIZES, number=st.integers(1, 20))
def test_a_page_is_reached_by_its_number(
    store: Store, jobs: list[JobRecord], wanted: JobFilter, size: int, number: int
) -> None:
    expected = [job.id for job in jobs if fits(job, wanted)]
    page = store.pages.numbered(number, wanted, size=size)
    assert [job.id for job in page.jobs] == expected[(number - 1) * size : number * size]
    assert (page.older is not None) == (bool(page.jobs) and len(expected) > number * size)


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
