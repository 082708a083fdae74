"""Many jobs of many owners at once: all end right, no server has more than its share, nobody waits unfairly."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.execution.render import SAVED_AT_ONCE
from jobs.execution.runs import PREPARED_AT_ONCE
from tests.jobs.load.load_run import run_load
from tests.postgres import Postgres

OWNERS, SERVERS, AHEAD = 20, 8, 2


@pytest.mark.parametrize(
    ("database", "jobs", "workers", "files"),
    [("sqlite", 140, 1, "folder"), ("sqlite", 60, 2, "folder"), ("postgres", 60, 2, "bucket")],
)
def test_many_jobs_of_many_owners(
    database: str, jobs: int, workers: int, files: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With a bucket the workers share nothing but it and the database."""
    address, bucket = "", request.getfixturevalue("bucket") if files == "bucket" else None
    if database == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        server.execute("DROP DATABASE IF EXISTS crowded WITH (FORCE)")
        server.execute("CREATE DATABASE crowded TEMPLATE template0")
        address = server.url_of("crowded")
    scale = {"jobs": jobs, "owners": OWNERS, "servers": SERVERS, "workers": workers}
    seen = run_load(tmp_path, **scale, seconds=0.3, database=address, bucket=bucket)
    assert (seen.states, seen.readable) == ({"completed": jobs}, jobs)
    assert (seen.posts.total(), len(seen.posts)) == (jobs, jobs)
    assert max(seen.most_at_once) <= AHEAD
    assert seen.spread == 1
    assert "locked" not in seen.words
    assert "Traceback" not in seen.words
    # Jobs on servers, those that are prepared and those that are fetched: never a thread for each that there is.
    assert seen.most_threads < 30 + 3 * (SERVERS * AHEAD + PREPARED_AT_ONCE + SAVED_AT_ONCE)
    assert max(seen.memory_kib) < 500 * 1024
