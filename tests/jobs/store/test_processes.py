"""Several processes on one store at once: nothing lost, nothing twice, nothing locked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.model.records import JobFilter
from jobs.model.request import QueueKey
from jobs.store.store import Store, open_store
from tests.jobs.parallel import claim_all, create_the_same, in_parallel, open_it, write_jobs
from tests.jobs.samples import new_job, queued_job
from tests.postgres import Postgres


@pytest.mark.long
def test_eight_writers_lose_nothing(address: str) -> None:
    written = in_parallel(write_jobs, [(address, f"owner-{n}", 10) for n in range(8)])
    store = open_store(address)
    assert store.pages.count() == 80
    assert {job.id for job in store.jobs.in_states(["waiting"])} == {job_id for ids in written for job_id in ids}
    for n in range(8):
        assert store.pages.counts(f"owner-{n}")["waiting"] == 10
    assert store.pages.count(JobFilter(text="owner 9")) == 8
    store.close()


def test_threads_share_one_store(store: Store) -> None:
    def work(n: int) -> str:
        job = store.jobs.create(new_job(owner=f"owner-{n % 4}", state="waiting"))
        assert store.queue.enqueue(job.id)
        return store.queue.claim(f"server-{n}", QueueKey("mova-360p"), 1) or ""

    with ThreadPoolExecutor(8) as pool:
        claimed = set(pool.map(work, range(40)))
    assert len(claimed - {""}) == 40
    assert store.pages.counts(states=["submitted"]) == {"submitted": 40}


@pytest.mark.long
def test_four_claimers_share_three_servers(address: str) -> None:
    store = open_store(address)
    models = ["small", "small", "large"]
    jobs = [queued_job(store, owner=f"owner-{n % 7}", model=models[n % 3]).id for n in range(80)]
    results = in_parallel(claim_all, [(address, seed) for seed in range(4)])
    assert sorted(job_id for claimed, _ in results for job_id in claimed) == sorted(jobs)
    assert [too_many for _, too_many in results] == [0] * 4
    assert (store.queue.occupied(), store.pages.counts()["lost"]) == ((), 80)
    store.close()


@pytest.mark.long
def test_what_four_processes_do_to_the_same_jobs_happens_once(address: str) -> None:
    moves = in_parallel(create_the_same, [(address, 10)] * 4)
    store = open_store(address)
    assert sum(each[0] for each in moves) == 10
    assert store.pages.count() == 10
    assert all(len(store.steps.of(f"job-{n}")) == 1 for n in range(10))
    store.close()


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_processes_that_find_an_empty_database_make_the_tables_once(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = f"sqlite:///{tmp_path / 'new' / 'jobs.db'}"
    if database == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        server.execute("DROP DATABASE IF EXISTS empty WITH (FORCE)")
        server.execute("CREATE DATABASE empty TEMPLATE template0")
        address = server.url_of("empty")
    assert len(in_parallel(open_it, [(address,)] * 4)) == 4
    store = open_store(address)
    assert store.pages.count() == 0
    store.close()
