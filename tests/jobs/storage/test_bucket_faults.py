"""A bucket that is away, that refuses, or that gives back something else."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from core.errors import BucketUnusable, ConfigError, StorageLibraryMissing
from jobs.storage.bucket import BucketStorage
from jobs.storage.choose import storage_of
from tests.jobs.storage.buckets import Bucket, Fault

VIDEO = "20261130-060000-abcdef/video.mp4"
DIGEST = "7b7632005be0f36c5d1663a6c5ec4d13315589c9e96e1687f79e0866f1df5ce4"


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.storage.bucket._RETRY", {"max_retries": 0})


def _machine(bucket: Bucket, folder: Path) -> BucketStorage:
    storage = BucketStorage(bucket.settings(folder))
    (folder / VIDEO).parent.mkdir(parents=True)
    return storage


@pytest.mark.parametrize("fault", ["away", "refused"])
def test_what_cannot_be_kept_is_said_and_stays_here(bucket: Bucket, tmp_path: Path, fault: Fault) -> None:
    one = _machine(bucket, tmp_path)
    (tmp_path / VIDEO).write_bytes(b"video")
    bucket.fault = fault
    with pytest.raises(BucketUnusable) as problem:
        one.keep(VIDEO, DIGEST)
    told = f"{problem.value} {problem.value.next_step()} {problem.value.raw}"
    assert bucket.name in told
    assert not any(word in told for word in ("testing", "127.0.0.1", "<Error>", "http"))
    bucket.fault = ""
    one.keep(VIDEO, DIGEST)
    assert (tmp_path / VIDEO).read_bytes() == b"video"


def test_what_came_back_changed_is_never_taken(bucket: Bucket, tmp_path: Path) -> None:
    import hashlib

    data = b"the whole video of this job"
    one, other = _machine(bucket, tmp_path / "one"), _machine(bucket, tmp_path / "other")
    (tmp_path / "one" / VIDEO).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    one.keep(VIDEO, digest)
    bucket.fault = "half"
    with pytest.raises(BucketUnusable):
        other.bring(VIDEO, digest, len(data))
    assert not list((tmp_path / "other" / VIDEO).parent.iterdir())
    bucket.fault = ""
    found = other.bring(VIDEO, digest, len(data))
    assert found is not None
    assert found.read_bytes() == data


def test_a_file_that_is_here_needs_no_bucket_and_another_one_of_its_name_is_left_alone(
    bucket: Bucket, tmp_path: Path
) -> None:
    import hashlib

    one, other = _machine(bucket, tmp_path / "one"), _machine(bucket, tmp_path / "other")
    (tmp_path / "one" / VIDEO).write_bytes(b"recorded")
    digest = hashlib.sha256(b"recorded").hexdigest()
    one.keep(VIDEO, digest)
    (tmp_path / "other" / VIDEO).write_bytes(b"not kept yet")
    found = other.bring(VIDEO, digest, 8)
    assert found is not None
    assert found.read_bytes() == b"recorded"
    assert (tmp_path / "other" / VIDEO).read_bytes() == b"not kept yet"
    bucket.fault = "away"
    assert one.bring(VIDEO, digest, 8) is not None


def test_a_secret_outlives_a_bucket_that_is_away(bucket: Bucket, tmp_path: Path) -> None:
    one, other = _machine(bucket, tmp_path / "one"), _machine(bucket, tmp_path / "other")
    secret = one.secret(".s")
    bucket.fault = "away"
    assert one.secret(".s") == secret
    with pytest.raises(BucketUnusable):
        other.secret(".s")
    bucket.fault = ""
    assert other.secret(".s") == secret


def test_addresses_are_signed_where_the_settings_say_so(bucket: Bucket, tmp_path: Path) -> None:
    import requests

    one = _machine(bucket, tmp_path)
    (tmp_path / VIDEO).write_bytes(b"0123456789")
    one.keep(VIDEO, DIGEST)
    assert one.address(VIDEO, DIGEST) is None
    signed = BucketStorage(bucket.settings(tmp_path, storage_addresses="signed")).address(VIDEO, DIGEST)
    assert signed is not None
    assert "testing" not in signed
    answer = requests.get(signed, headers={"Range": "bytes=2-4"}, timeout=10)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (206, b"234", "video/mp4")


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(StorageLibraryMissing) as problem:
        storage_of(config.fresh().model_copy(update={"storage_url": "s3://bucket"}))
    assert "requirements-storage.txt" in problem.value.next_step()


@pytest.mark.parametrize(
    "wrong", ["bucket", "file:///tmp", "s3://", "s3://key:secret@bucket", "s3://b/../c", "s3://bu//c"]
)
def test_a_wrong_address_is_refused_at_start(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("STORAGE_URL", wrong)
    with pytest.raises(ConfigError) as problem:
        config.fresh()
    assert "STORAGE_URL" in str(problem.value)
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize(
    ("told", "region"),
    [
        ({}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1"),
        ({"AWS_DEFAULT_REGION": "eu-north-1", "AWS_REGION": "eu-west-2"}, "eu-west-2"),
    ],
)
def test_the_region_is_told_as_to_other_tools(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], region: str
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STORAGE_URL", "s3://bucket")
    monkeypatch.setenv("STORAGE_ADDRESSES", "signed")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    signed = storage_of(config.fresh()).address(VIDEO, DIGEST)
    assert signed is not None
    assert f"%2F{region}%2Fs3%2Faws4_request" in signed
