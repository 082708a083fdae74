"""A worker is killed beside a bucket, and one on another machine goes on: nothing is lost, bought or sent twice."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

import pytest

from core.steps import STEPS
from tests.jobs.crash.kill_switch import Switch
from tests.jobs.crash.lives import Nursery
from tests.jobs.crash.scene import KILLED, USUAL, check_folder, scene
from tests.jobs.storage.buckets import Bucket
from tests.postgres import Postgres

KEEP = "jobs.storage.bucket:BucketStorage.keep"
POINTS = {
    "between the upload of an answer and its step": Switch(KEEP, ".answer-first_frame", after=True),
    "between the upload of the video and its record": Switch(KEEP, "video.mp4", after=True),
}


@pytest.mark.parametrize("point", POINTS)
def test_another_machine_goes_on(
    point: str, bucket: Bucket, postgres: Postgres, tmp_path: Path, nursery: Nursery
) -> None:
    name = f"bucket_{token_hex(4)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    told = {one.lower(): value for one, value in bucket.variables.items()}
    with scene(tmp_path, nursery, database=postgres.url_of(name)) as stage:
        for machine, end in (("one", KILLED), ("other", 0)):
            stage.more = told | {"output_dir": str(tmp_path / machine)}
            assert stage.run(*([POINTS[point]] if end else [])) == end, stage.log
        with stage.job_service() as service:
            (job,) = service.library.page(size=100).jobs
            recorded = {f"{job.id}/{one.sha256[:16]}/{one.name}" for one in service.files.recorded(job.id)}
            kept = {one.key for one in service.files.storage.kept(job.id)}
        assert (job.state, stage.paid()) == ("completed", USUAL)
        assert [one.tag for one in stage.server.accepted] == [f"mova-360p#{job.id}.0"]
        check_folder(tmp_path / "other" / job.id, STEPS)
        assert recorded <= kept
        assert not any(".answer-" in key for key in kept)
