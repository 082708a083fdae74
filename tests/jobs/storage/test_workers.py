"""Workers on machines that share nothing but a database and a bucket."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from config import Settings
from core.errors import FilesNotRemoved
from jobs.model.request import JobRequest
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.worker import Worker
from media.frames import white_png
from record.folder import FIRST_FRAME, POSTER, RECORD, VIDEO
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import SMALL, service_at
from tests.jobs.running_service import RunningService
from tests.jobs.storage.buckets import Bucket
from tests.jobs.storage.machines import machine
from tests.waiting import until

pytestmark = pytest.mark.long


@contextmanager
def _working(settings: Settings, server: VideoServer) -> Iterator[RunningService]:
    worker = Worker(settings)
    worker.start()
    try:
        yield RunningService(worker, (server,))
    finally:
        worker.stop()


def _ordered(service: JobService) -> str:
    """A job with a picture of its person's own, sent to the queue."""
    request = JobRequest(mode="simple", text="A cat purrs.", render=SMALL)
    job = service.create(Order(request=request, picture=white_png(SMALL), owner="ann"))
    assert service.start(job.id)
    return job.id


def test_one_machine_takes_the_order_and_another_one_renders_it(
    bucket: Bucket, tmp_path: Path, empty_sqlite: Path
) -> None:
    shutil.copy(empty_sqlite, tmp_path / "jobs.db")
    with VideoServer(seconds=0.1) as server:
        one, other, third = (
            machine(bucket, tmp_path / name, f"sqlite:///{tmp_path / 'jobs.db'}", [server])
            for name in ("one", "other", "third")
        )
        with service_at(one) as (service, _):
            job_id = _ordered(service)
        with _working(other, server) as running:
            running.becomes(job_id, "completed")
        assert server.posts() == 1
        with service_at(one) as (service, _):  # whose own job.json is of before
            assert '"state": "completed"' in (service.files.whole(job_id) / RECORD).read_text()
        with service_at(third) as (service, store):
            job, fetches = service.get(job_id), len([one for one in bucket.asked if one.startswith("GET")])
            assert service.files.has(job, VIDEO)
            assert service.files.weigh(job_id) == sum(one.bytes for one in store.files.of(job_id))
            assert len([one for one in bucket.asked if one.startswith("GET")]) == fetches
            video, frame = service.files.path(job, VIDEO), service.files.first_frame(job)
            assert video is not None
            assert frame is not None
            assert video.read_bytes() == (other.output_dir / job_id / VIDEO).read_bytes()
            assert frame.read_bytes() == (other.output_dir / job_id / FIRST_FRAME).read_bytes()
            assert service.files.poster(job_id) is not None
            assert service.files.record(job_id).video == VIDEO
            assert {VIDEO, FIRST_FRAME, "job.json"} <= {path.name for path in service.files.whole(job_id).iterdir()}
            assert service.files.housekeeping().look(lambda *_: None).whole.jobs == 1
        with service_at(one.model_copy(update={"storage_addresses": "signed"})) as (service, _):
            whole, signed = (other.output_dir / job_id / VIDEO).read_bytes(), service.files.address(job, VIDEO)
            assert signed is not None
            part = requests.get(signed, headers={"Range": "bytes=4-11"}, timeout=30)
            assert (part.status_code, part.content) == (206, whole[4:12])
            assert part.headers["Content-Range"] == f"bytes 4-11/{len(whole)}"
            poster = service.files.poster(job_id)
            assert poster is not None
            assert poster.read_bytes() == (third.output_dir / job_id / POSTER).read_bytes()
            bucket.fault = "away"
            with pytest.raises(FilesNotRemoved):
                service.delete(job_id)
            bucket.fault = ""
        with _working(one, server) as running:
            until(lambda: running.worker.store.jobs.get(job_id) is None)
            assert not list(running.worker.folders.storage.kept(job_id))


def test_a_video_outlives_a_bucket_that_is_away_and_a_worker_that_dies(
    bucket: Bucket, tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has forgotten the job when the worker is back: what it had fetched is all there is."""
    monkeypatch.setattr("jobs.storage.bucket._RETRY", {"max_retries": 0})
    shutil.copy(empty_sqlite, tmp_path / "jobs.db")
    with VideoServer(seconds=None) as server:
        settings = machine(bucket, tmp_path / "one", f"sqlite:///{tmp_path / 'jobs.db'}", [server])
        with _working(settings, server) as running:
            job_id = _ordered(running.service)
            running.becomes(job_id, "rendering")
            bucket.fault = "away"
            server.finish()
            video = settings.output_dir / job_id / VIDEO
            until(lambda: video.is_file() and "The bucket" in running.worker._supervisor.held_by)
            assert running.service.get(job_id).state == "saving"
        server.forget_all()
        bucket.fault = ""
        with _working(settings, server) as running:
            running.becomes(job_id, "completed")
            assert running.service.files.path(running.service.get(job_id), VIDEO) == video
            assert any(one.key.endswith(VIDEO) for one in running.worker.folders.storage.kept(job_id))
        assert server.posts() == 1
