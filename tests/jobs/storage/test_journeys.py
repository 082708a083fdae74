"""What people do with finished jobs, on a machine that made none of them."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import Settings
from jobs.database.tables import JobRow
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.service.export import zip_stream
from jobs.service.hand_over import zipped
from jobs.service.restored import order_again
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.store.store import Store
from media.videos import probe
from record.folder import FIRST_FRAME, VIDEO
from record.restore import run_of
from tests.film.samples import FILM
from tests.jobs.film_takes import FRAMES, all_takes
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import SMALL, service_at
from tests.jobs.storage.buckets import Bucket
from tests.jobs.storage.machines import machine
from tests.jobs.storage.whole import not_whole
from tests.pictures import gradient

Machine = Callable[[str], Settings]


@pytest.fixture
def settings(bucket: Bucket, tmp_path: Path, empty_sqlite: Path) -> Machine:
    """Of machines by their names, all over one database."""
    shutil.copy(empty_sqlite, tmp_path / "jobs.db")
    return lambda name: machine(bucket, tmp_path / name, f"sqlite:///{tmp_path / 'jobs.db'}")


def _nothing(*_: object) -> None: ...


def _finished(service: JobService, store: Store, after: JobRecord | None = None) -> JobRecord:
    job = shot(service, store, after=after)
    service._folders.record_file(job, "video", VIDEO)
    return job


def test_a_finished_job_is_used_elsewhere(settings: Machine, tmp_path: Path) -> None:
    with service_at(settings("one")) as (service, store):
        first = _finished(service, store)
        second = _finished(service, store, after=first)
        own = service.create(
            Order(request=JobRequest(mode="simple", text="A cat.", render=SMALL), picture=gradient(900, 700, "JPEG"))
        )
    with service_at(settings("other")) as (service, _):
        archive = zipfile.ZipFile(io.BytesIO(b"".join(zip_stream([service.files.whole(first.id)]))))
        names = {name.rpartition("/")[2] for name in archive.namelist()}
        assert {VIDEO, FIRST_FRAME, "job.json"} <= names
        assert not any(name.startswith(".") for name in names)
        video = archive.read(f"{first.id}/{VIDEO}")
        assert video == (tmp_path / "one" / first.id / VIDEO).read_bytes()
        document, frame = (archive.read(f"{first.id}/{name}") for name in ("job.json", FIRST_FRAME))
        run = run_of(document, service._context.settings, name="job.json", frame=frame)
        assert service.create(order_again(run, key=first.queue_key, seed=9, parent=first.id)).render.seed == 9
        # Once more: with the picture that was taken elsewhere.
        copy = service.copies.duplicate(own.id, seed=5)
        assert service.files.first_frame(copy) is not None
        # Extended: its last frame, and both in one film, which the third machine has as well.
        assert service.videos.last_frame(second.id).startswith(b"\x89PNG")
        film = service.videos.film([service.get(first.id), service.get(second.id)], _nothing)
        labelled = service.videos.labelled(first.id, _nothing)
    with service_at(settings("third")) as (service, _):
        found = service.files.path(service.get(second.id), film.name)
        assert found is not None
        assert found.read_bytes() == film.read_bytes()
        assert service.files.has(service.get(first.id), labelled.name)
        assert service.files.path(service.get(copy.id), FIRST_FRAME) is not None


def test_a_film_is_joined_and_handed_over_elsewhere(settings: Machine, tmp_path: Path) -> None:
    film = FILM.model_copy(update={"shot_frames": FRAMES})
    with service_at(settings("one")) as (service, store):
        takes = all_takes(service, store, film)
        for take in takes:
            service._folders.record_file(take, "video", VIDEO)
    with service_at(settings("other")) as (service, _):
        service.assembly.join(film, tmp_path / "film.mp4", _nothing)
        assert probe(tmp_path / "film.mp4").num_frames == len(takes) * FRAMES
        archive = zipfile.ZipFile(io.BytesIO(b"".join(zipped(service.hand_over.files(film, ["edl"])))))
        assert archive.testzip() is None
        assert sum(name.endswith(".mp4") for name in archive.namelist()) == len(takes)


def test_deleting_retention_and_orphans_reach_the_bucket(
    bucket: Bucket, settings: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service_at(settings("one")) as (service, store):
        deleted, old, stays = (_finished(service, store) for _ in range(3))
        with store.database.write() as session:
            row = session.get_one(JobRow, old.id)
            row.finished = datetime.now(UTC) - timedelta(days=40)
        storage = service.files.storage
        for name in ("20250101-120000-abcdef/video.mp4", f"{stays.id}/video.mp4"):  # of a process that was killed
            (storage.root / name).parent.mkdir(exist_ok=True)
            (storage.root / name).write_bytes(b"12345")
            storage.keep(name, "0" * 64)
    keeps = settings("other").model_copy(update={"retention_days": 30})
    with service_at(keeps) as (service, store):
        assert service.files.path(deleted, VIDEO) is not None
        freed = service.delete(deleted.id)
        assert freed
        assert not (keeps.output_dir / deleted.id).exists()
        house = service.files.housekeeping()
        retired = house.retire(lambda: True)
        assert retired is not None
        assert retired.jobs == 1
        left = {key.partition("/")[0] for key in _keys(service)}
        assert left == {stays.id, "20250101-120000-abcdef"}
        assert house.look(_nothing).orphans == ()  # all of it is new
        monkeypatch.setattr("jobs.service.bucket_housekeeping.SETTLED", -10.0)
        monkeypatch.setattr("jobs.service.bucket_housekeeping.HALF_WRITTEN", -10.0)
        usage = house.look(_nothing)
        assert {one.name: one.bytes for one in usage.orphans} == {
            "20250101-120000-abcdef": 5,
            f"{stays.id}/{'0' * 16}/video.mp4": 5,
        }
        assert house.remove(usage.orphans) == 10
        assert {one.name for one in store.files.of(stays.id)} == {key.rpartition("/")[2] for key in _keys(service)}
        assert list(not_whole(service, store)) == []
        (video,) = (one for one in store.files.of(stays.id) if one.name == VIDEO)
        service.files.storage.remove(f"{stays.id}/{VIDEO}")
        assert list(not_whole(service, store)) == [f"not in the bucket: {stays.id}/{video.sha256[:16]}/{VIDEO}"]


def _keys(service: JobService) -> list[str]:
    return [one.key for one in service.files.storage.kept() if not one.key.startswith(".")]
