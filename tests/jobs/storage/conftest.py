"""One server of buckets a session, one bucket a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jobs.storage.buckets import Bucket, bucket_on, bucket_server


@pytest.fixture(scope="session")
def buckets() -> Iterator[str]:
    with bucket_server() as address:
        yield address


@pytest.fixture
def bucket(buckets: str) -> Iterator[Bucket]:
    with bucket_on(buckets) as made:
        yield made
