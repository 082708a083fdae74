"""Whether a bucket and the database say the same, once nobody writes any more."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

from jobs.service.bucket_housekeeping import BucketHousekeeping
from jobs.service.housekeeping import OUR_FOLDERS
from jobs.service.service import JobService
from jobs.storage.base import key_of
from jobs.store.store import Store

_AGES = "jobs.service.bucket_housekeeping."


def not_whole(service: JobService, store: Store) -> Iterator[str]:
    """Files that are recorded and not in the bucket, and files in it that are nobody's although housekeeping was there.

    What killed processes left counts as old, so that housekeeping removes it now and not in a day.
    """
    recorded = {
        key_of(f"{job_id}/{one.name}", one.sha256) for job_id in store.chores.jobs() for one in store.files.of(job_id)
    }
    house = service.files.housekeeping()
    assert isinstance(house, BucketHousekeeping)
    with patch(f"{_AGES}SETTLED", -60.0), patch(f"{_AGES}HALF_WRITTEN", -60.0):
        house.remove(house.look(lambda *_: None).orphans)
    there = {one.key for one in service.files.storage.kept()}
    yield from (f"not in the bucket: {key}" for key in sorted(recorded - there))
    ours = (key for key in there - recorded if OUR_FOLDERS.fullmatch(key.partition("/")[0]))
    yield from (f"in the bucket, of no record: {key}" for key in sorted(ours))
