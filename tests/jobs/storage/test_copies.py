"""What a machine has of a bucket: uploaded where the bucket lacks it, dropped where nobody uses it."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path

import pytest

from config import Settings
from core.errors import BucketUnusable, NoBucket, StorageError
from jobs.model.records import JobRecord
from jobs.service.service import JobService
from jobs.storage.base import LocalStorage
from jobs.storage.bucket import BucketStorage, was_in_bucket
from jobs.store.response_cache import CachingProvider, ResponseCache
from jobs.store.store import Store
from jobs.worker import Worker
from media.frames import white_png
from providers.base import TextAnswer, TextRequest
from record.folder import FIRST_FRAME, POSTER, VIDEO, RunFolder
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import SMALL, service_at
from tests.jobs.storage.buckets import Bucket
from tests.jobs.storage.machines import machine, without_bucket
from tests.steps.fake_provider import FakeProvider


@pytest.fixture
def machines(bucket: Bucket, tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Two, over an empty database."""
    monkeypatch.setattr("jobs.storage.bucket._RETRY", {"max_retries": 0})
    shutil.copy(empty_sqlite, tmp_path / "jobs.db")
    return [machine(bucket, tmp_path / name, f"sqlite:///{tmp_path / 'jobs.db'}") for name in ("one", "other")]


def _nobody(*_: int) -> None: ...


def _completed(service: JobService, store: Store) -> JobRecord:
    job = shot(service, store)
    folders = service.files._folders
    folders.record_file(job, "video", VIDEO)
    assert folders.poster(job) is not None
    return job


def _aged(folder: Path, *names: str, days: float = 8) -> None:
    then = time.time() - days * 86_400
    for name in names:
        os.utime(folder / name, (then, then))


def test_what_was_made_before_there_was_a_bucket_is_uploaded_and_an_upload_goes_on(
    bucket: Bucket, machines: list[Settings]
) -> None:
    one, other = machines
    with service_at(without_bucket(one)) as (service, store):
        jobs = [_completed(service, store), _completed(service, store)]
        picture = service.films.add_picture(white_png(SMALL))
        with pytest.raises(NoBucket):
            service.files.housekeeping().upload(_nobody)
        recorded = sum(len(store.files.of(job.id)) for job in jobs)
    seen: list[tuple[int, int]] = []

    def breaks(done: int, of: int) -> None:
        seen.append((done, of))
        bucket.fault = "away" if done == 2 else ""

    with service_at(one) as (service, _):
        with pytest.raises(BucketUnusable):
            service.files.housekeeping().upload(breaks)
        bucket.fault = ""
        done = service.files.housekeeping().upload(_nobody)
        assert (done.files, done.there, done.missing) == (recorded - 1, 2, 0)
        again = service.files.housekeeping().upload(_nobody)
        assert (again.files, again.there) == (0, recorded + 1)
    assert seen == [(1, recorded + 1), (2, recorded + 1)]
    with service_at(other) as (service, _):
        for job in jobs:
            found = service.files.path(job, VIDEO)
            assert found is not None
            assert found.read_bytes() == (one.output_dir / job.id / VIDEO).read_bytes()
        assert service.films.picture(picture) == white_png(SMALL)
        assert service.files.housekeeping().upload(_nobody).there == recorded + 1


def test_only_copies_that_nobody_uses_and_the_bucket_has_are_dropped(bucket: Bucket, machines: list[Settings]) -> None:
    with service_at(without_bucket(machines[0])) as (service, store):
        before = _completed(service, store)
    with service_at(machines[0]) as (service, store):
        job, going = _completed(service, store), shot(service, store, state="draft")
        folder = service.files.folder_of
        _aged(folder(job), VIDEO, FIRST_FRAME)
        _aged(folder(going), FIRST_FRAME)
        _aged(folder(before), VIDEO, FIRST_FRAME)
        size, house = (folder(job) / VIDEO).stat().st_size, service.files.housekeeping()
        bucket.fault = "away"
        with pytest.raises(BucketUnusable):
            house.drop_copies()
        assert (folder(job) / VIDEO).is_file()
        bucket.fault = ""
        assert house.drop_copies() > size
        assert not (folder(job) / VIDEO).exists()
        assert all((folder(job) / name).is_file() for name in (POSTER, "job.json"))
        assert (folder(going) / FIRST_FRAME).is_file()
        assert (folder(before) / VIDEO).is_file()
        found = service.files.path(job, VIDEO)
        assert found is not None
        assert found.stat().st_size == size
        _aged(folder(job), VIDEO)
        assert service.files.path(job, VIDEO) == found  # used
        assert house.drop_copies() == 0
        (folder(job) / VIDEO).write_bytes(b"another one, that nobody has recorded")
        _aged(folder(job), VIDEO)
        assert house.drop_copies() == 0


def test_what_another_machine_deleted_is_gone_here_as_well(machines: list[Settings]) -> None:
    one, other = machines
    with service_at(without_bucket(other)) as (service, store):
        stray = _completed(service, store)
        store.jobs.delete(stray.id)
        store.jobs.purge(stray.id)
    with service_at(one) as (service, store):
        job = _completed(service, store)
        with service_at(other) as (elsewhere, _):
            assert elsewhere.files.path(job, VIDEO) is not None
            assert was_in_bucket(other.output_dir / job.id, other)
            house = elsewhere.files.housekeeping()
            house._settings = other.model_copy(update={"storage_copy_days": 0})  # copies in use are kept for ever
            service.delete(job.id)
            assert house.drop_copies() == 0  # may be on its way to a record
            for name in (job.id, stray.id):
                _aged(other.output_dir, name, days=1)
            house._settings = house._settings.model_copy(update={"storage_url": "s3://another/place"})
            assert house.drop_copies() == 0  # of a bucket that was replaced they may be all that is left
            house._settings = other.model_copy(update={"storage_copy_days": 0})
            assert house.drop_copies() > 0
            assert not (other.output_dir / job.id).exists()
            assert (other.output_dir / stray.id / VIDEO).is_file()  # it never was in the bucket: of another database?


@pytest.mark.parametrize("killed", [False, True])
def test_an_answer_that_was_paid_for_reaches_the_bucket_when_it_is_back(
    bucket: Bucket, machines: list[Settings], killed: bool
) -> None:
    words = TextRequest(task="image_prompt", system="Write.", user="A cat.")

    class Service(FakeProvider):
        def text(self, request: TextRequest) -> TextAnswer:
            bucket.fault = "away"
            return super().text(request)

    def asked(storage: LocalStorage, by: FakeProvider) -> str:
        folder = RunFolder(storage.root / "20261130-060000-abcdef")
        folder.path.mkdir(parents=True, exist_ok=True)
        return CachingProvider(by, ResponseCache(folder, "image_prompt", 1, storage)).text(words).text

    storage = BucketStorage(machines[0])
    assert asked(storage, Service(texts=["one"])) == "one"
    if killed:
        storage = BucketStorage(machines[0])
        assert asked(storage, FakeProvider(texts=["two"])) == "one"
    with pytest.raises(BucketUnusable):
        storage.catch_up()
    bucket.fault = ""
    storage.catch_up()
    assert asked(BucketStorage(machines[1]), FakeProvider(texts=["two"])) == "one"
    puts = len([one for one in bucket.asked if one.startswith("PUT")])
    storage.catch_up()
    assert len([one for one in bucket.asked if one.startswith("PUT")]) == puts


def test_what_a_killed_process_bought_reaches_the_bucket_although_another_machine_has_its_job(
    bucket: Bucket, machines: list[Settings]
) -> None:
    one, other = machines
    with service_at(one) as (service, store):
        going, ended = shot(service, store, state="draft"), _completed(service, store)
        for job in (going, ended):
            (service.files.folder_of(job) / ".answer-first_frame-1-ab.json").write_bytes(b"{}")
    worker = Worker(one)
    try:
        worker._look_after_copies()
        puts = len([one for one in bucket.asked if one.startswith("PUT")])
        worker._look_after_copies()
        assert len([one for one in bucket.asked if one.startswith("PUT")]) == puts
    finally:
        worker.store.close()
    storage = BucketStorage(other)
    assert storage.bring(f"{going.id}/.answer-first_frame-1-ab.json") is not None
    assert storage.bring(f"{ended.id}/.answer-first_frame-1-ab.json") is None  # of no use any more


def test_a_copy_is_dropped_by_two_at_once(machines: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    with service_at(machines[0]) as (service, store):
        job = _completed(service, store)
        _aged(service.files.folder_of(job), VIDEO)
        house, two = service.files.housekeeping(), service.files.housekeeping()
        compared = BucketStorage.is_copy

        def meanwhile(storage: BucketStorage, name: str, sha256: str) -> bool:
            monkeypatch.setattr(BucketStorage, "is_copy", compared)
            assert two.drop_copies() > 0
            return compared(storage, name, sha256)

        monkeypatch.setattr(BucketStorage, "is_copy", meanwhile)
        assert house.drop_copies() == 0
        assert not (service.files.folder_of(job) / VIDEO).exists()
        assert service.files.path(job, VIDEO) is not None


def test_a_fetch_survives_a_deleted_job_and_a_full_disk(
    machines: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = machines
    with service_at(one) as (service, store), service_at(other) as (elsewhere, _):
        job = _completed(service, store)
        monkeypatch.setattr("core.files.os.fsync", _full)
        with pytest.raises(StorageError, match="No space left on device"):
            elsewhere.files.path(job, VIDEO)
        assert not list((other.output_dir / job.id).glob("*.mp4")) + list((other.output_dir / job.id).glob(".*.part"))

        def deleted(_: int) -> None:
            elsewhere.delete(job.id)

        monkeypatch.setattr("core.files.os.fsync", deleted)
        assert elsewhere.files._folders.here(job.id, VIDEO) is None
        assert not (other.output_dir / job.id).exists()
        assert not list(service.files.storage.kept(job.id))


def _full(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
