"""What every storage does: what one machine kept, another one finds. Two machines share a folder, or a bucket alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

import config
from jobs.storage.base import LocalStorage
from jobs.storage.choose import storage_of
from tests.jobs.storage.buckets import Bucket

JOB = "20261130-060000-abcdef"


@dataclass
class Machines:
    one: LocalStorage
    other: LocalStorage

    def write(self, name: str, data: bytes, *, recorded: bool = True) -> tuple[str, str, int]:
        """Write and keep a file on the first machine; returns its name, SHA-256 and size."""
        path = self.one.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        self.one.keep(name, digest if recorded else "")
        return name, digest, len(data)


@pytest.fixture(params=["folder", "bucket"])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> Machines:
    if request.param == "folder":
        settings = config.fresh().model_copy(update={"output_dir": tmp_path, "storage_url": None})
        return Machines(storage_of(settings), storage_of(settings))
    bucket: Bucket = request.getfixturevalue("bucket")
    one, other = (storage_of(bucket.settings(tmp_path / name)) for name in ("one", "other"))
    for each in (one, other):
        each.root.mkdir()
    return Machines(one, other)


@pytest.mark.parametrize("size", [0, 5, 6_000_000], ids=["empty", "small", "in parts"])
def test_a_recorded_file_is_found_elsewhere(machines: Machines, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    found = machines.other.bring(*machines.write(f"{JOB}/video.mp4", data))
    assert found is not None
    assert (found.name, found.read_bytes()) == ("video.mp4", data)


def test_names_may_be_strange(machines: Machines) -> None:
    found = machines.other.bring(*machines.write(f"{JOB}/first frame+名 50%.png", b"picture"))
    assert found is not None
    assert found.read_bytes() == b"picture"


def test_a_newer_version_is_found_over_an_older_copy(machines: Machines) -> None:
    machines.other.bring(*machines.write(f"{JOB}/poster.jpg", b"old"))
    newer = machines.write(f"{JOB}/poster.jpg", b"newer")
    machines.one.remove_older(*newer[:2])
    found = machines.other.bring(*newer)
    assert found is not None
    assert found.read_bytes() == b"newer"


def test_what_nobody_kept_is_not_there(machines: Machines) -> None:
    assert machines.other.bring(f"{JOB}/video.mp4", "0" * 64, 3) is None
    assert machines.other.bring(f"{JOB}/job.json") is None


def test_an_unrecorded_file_is_found_by_its_name(machines: Machines) -> None:
    machines.write("films/p/picture", b"a", recorded=False)
    found = machines.other.bring("films/p/picture")
    assert found is not None
    assert found.read_bytes() == b"a"


def test_a_folder_is_brought_up_to_date(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.storage.bucket._SYNC_SECONDS", 0.0)
    for name in ("a.json", "b.json"):
        machines.write(f"presets/p/{name}", name.encode(), recorded=False)
    machines.other.sync("presets/p")
    machines.write("presets/p/a.json", b"changed", recorded=False)
    (machines.one.root / "presets/p/b.json").unlink()
    machines.one.remove("presets/p/b.json")
    machines.other.sync("presets/p")
    found = {path.name: path.read_bytes() for path in (machines.other.root / "presets/p").glob("*.json")}
    assert found == {"a.json": b"changed"}


def test_a_folder_that_is_removed_is_gone_and_its_neighbour_stays(machines: Machines) -> None:
    gone, stays = (machines.write(f"{job}/video.mp4", b"video") for job in (JOB, f"{JOB}-2"))
    (machines.one.root / gone[0]).unlink()
    machines.one.remove_folder(JOB)
    assert machines.other.bring(*gone) is None
    assert machines.other.bring(*stays) is not None


def test_all_machines_have_one_secret(machines: Machines) -> None:
    secrets = {machines.one.secret(".s"), machines.other.secret(".s"), machines.one.secret(".s")}
    assert len(secrets) == 1
    assert machines.one.secret(".other") not in secrets
    machines.one.check()
