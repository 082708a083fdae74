"""The database is taken away in the middle of everything and given back: nothing is lost, nothing bought twice."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StoreError, StoreUnavailable
from tests.jobs.unplug.outage import outage
from tests.postgres import Postgres


def test_postgres_is_stopped_and_started_again(tmp_path: Path, postgres: Postgres) -> None:
    postgres.execute("DROP DATABASE IF EXISTS unplugged WITH (FORCE)")
    postgres.execute("CREATE DATABASE unplugged TEMPLATE template0")
    with outage(tmp_path / "outputs", DATABASE_URL=postgres.url_of("unplugged")) as scene:
        postgres.stop()
        try:
            scene.things_happen()
            scene.is_said("The job database unplugged on 127.0.0.1 cannot be reached.", 8)
            with pytest.raises(StoreUnavailable):
                scene.service.approve(scene.jobs["waiting"])
        finally:
            postgres.start()
        scene.all_goes_on()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 20 MB, for root only."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root can mount a disk that is small enough")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)  # noqa: S607


def test_the_disk_is_full_for_a_while(small_disk: Path) -> None:
    with outage(small_disk / "outputs") as scene:
        ballast = small_disk / "ballast"
        fill(ballast)
        scene.things_happen()
        scene.is_said("Free some", 4)
        ballast.unlink()
        scene.all_goes_on()


def fill(path: Path) -> None:
    """Write until there is no space left."""
    with path.open("wb", buffering=0) as file:
        for size in (2**16, 2**12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def immutable(folder: Path, sign: str) -> bool:
    """Take from everybody the right to write to the databases (+i), or give it back (-i); the log of writes is what
    SQLite writes to first."""
    files = [*map(str, folder.glob("*.db")), *map(str, folder.glob("*.db-wal"))]
    return subprocess.run(["chattr", sign, *files], check=False, capture_output=True).returncode == 0  # noqa: S607


def test_the_database_file_cannot_be_written_to_for_a_while(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with outage(folder) as scene:
        if not immutable(folder, "+i"):
            pytest.skip("files cannot be made immutable here")
        try:
            scene.things_happen()
            scene.is_said("Waiting for it", 4)
            with pytest.raises(StoreError):
                scene.service.approve(scene.jobs["waiting"])
        finally:
            immutable(folder, "-i")
        scene.all_goes_on()
