"""Housekeeping: true sums, orphans found and nothing else touched, and retention that never takes what is to stay."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import FilesNotRemoved, NotAllowed
from jobs.database.tables import ChoreRow, JobRow
from jobs.model.people import Person
from jobs.model.records import JobRecord
from jobs.model.states import JobState
from jobs.service.housekeeping import RETENTION, Amount, Housekeeping, Orphan
from jobs.service.service import JobService
from jobs.store.store import Store, open_store
from jobs.worker import working
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import service_at, settings_of
from tests.waiting import until

STRAY = "20250101-120000-abcdef"


@dataclass
class Disk:
    service: JobService
    store: Store
    folder: Path

    @property
    def housekeeping(self) -> Housekeeping:
        return self.service.files.housekeeping()

    def orphans(self) -> dict[str, int]:
        return {one.name: one.bytes for one in self.housekeeping.look(lambda *_: None).orphans}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Retention is on: thirty days."""
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs"), "RETENTION_DAYS": "30"})) as (service, store):
        yield Disk(service, store, tmp_path / "outputs")


def aged(disk: Disk, job: JobRecord, days: float) -> JobRecord:
    """As if it had been created and ended so long ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    with disk.store.database.write() as session:
        row = session.get_one(JobRow, job.id)
        row.created, row.finished = then, then if row.finished else None
    return job


def ended(disk: Disk, days: float, state: JobState = "completed") -> JobRecord:
    return aged(disk, shot(disk.service, disk.store, state=state), days)


def stray(disk: Disk, name: str = STRAY, hours: float = 2, files: dict[str, bytes] | None = None) -> Path:
    folder = disk.folder / name
    folder.mkdir(parents=True)
    for file, data in ({"job.json": b"{}", "video.mp4": b"12345"} | (files or {})).items():
        (folder / file).write_bytes(data)
    then = time.time() - hours * 3600
    os.utime(folder, (then, then))
    return folder


def test_what_lies_there_by_state_and_age(disk: Disk) -> None:
    jobs = [ended(disk, 1), ended(disk, 20), ended(disk, 400), ended(disk, 400, "failed")]
    seen: list[tuple[int, int]] = []
    usage = disk.housekeeping.look(lambda done, whole: seen.append((done, whole)))
    sizes = [sum(path.stat().st_size for path in disk.service.files.folder(job.id).iterdir()) for job in jobs]
    assert usage.by_state == {"completed": Amount(3, sum(sizes[:3])), "failed": Amount(1, sizes[3])}
    assert usage.by_age == (Amount(1, sizes[0]), Amount(1, sizes[1]), Amount(), Amount(), Amount(2, sum(sizes[2:])))
    assert usage.whole == Amount(4, sum(sizes))
    assert (usage.orphans, seen[-1]) == ((), (4, 4))


def test_a_folder_without_a_job_is_found_and_removed(disk: Disk) -> None:
    folder = stray(disk)
    assert disk.orphans() == {STRAY: 7}
    assert disk.housekeeping.remove([Orphan(STRAY, 7)]) == 7
    assert not folder.exists()
    assert disk.orphans() == {}


def test_what_a_broken_off_delete_has_left_is_an_orphan(disk: Disk) -> None:
    job = ended(disk, 1)
    then = time.time() - 7200
    assert disk.store.jobs.delete(job.id)
    os.utime(disk.folder / job.id, (then, then))
    assert list(disk.orphans()) == [job.id]
    assert disk.housekeeping.remove([Orphan(job.id, 0)]) > 0


def test_a_delete_that_cannot_remove_the_files_says_so_and_is_finished_later(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ended(disk, 1)
    with monkeypatch.context() as read_only:
        for call in ("unlink", "rmdir"):
            read_only.setattr(os, call, _read_only)
        with pytest.raises(FilesNotRemoved, match="Read-only file system"):
            disk.service.delete(job.id)
        assert disk.service.known(job.id) is None
        (error,) = disk.service._folders.finish_deletes()
        assert error.facts["job"] == job.id
    assert (disk.folder / job.id / "video.mp4").exists()
    assert disk.service._folders.finish_deletes() == []
    assert not (disk.folder / job.id).exists()
    assert disk.store.jobs.get(job.id) is None


def _read_only(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_delete_that_was_killed_half_way_is_finished_by_the_next_worker(tmp_path: Path) -> None:
    settings = settings_of({"OUTPUT_DIR": str(tmp_path)})
    with service_at(settings) as (service, store):
        job = shot(service, store)
        assert store.jobs.delete(job.id)
        with working(settings):
            until(lambda: store.jobs.get(job.id) is None)
        assert not (tmp_path / job.id).exists()


def test_a_clock_that_was_set_back_delays_no_chore(disk: Disk) -> None:
    with disk.store.database.write() as session:
        session.merge(ChoreRow(name=RETENTION, begun=datetime.now(UTC) + timedelta(days=900)))
    assert disk.store.chores.begin(RETENTION, timedelta(days=1))
    assert not disk.store.chores.begin(RETENTION, timedelta(days=1))


def test_nothing_of_somebody_elses_is_touched(disk: Disk) -> None:
    folder = stray(disk, files={"notes.docx": b"mine"})
    (folder / "more").mkdir()
    os.utime(folder, (0, 0))
    (disk.folder / "holidays").mkdir()
    (disk.folder / "holidays" / "video.mp4").write_bytes(b"sea")
    elsewhere = disk.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "video.mp4").write_bytes(b"sea")
    link = "20250101-120000-aaaaaa"
    (disk.folder / link).symlink_to(elsewhere)
    assert disk.orphans() == {STRAY: 7}
    names = [STRAY, "holidays", link, "..", f"../{elsewhere.name}", "presets", f"{STRAY}/notes.docx"]
    assert disk.housekeeping.remove([Orphan(name, 0) for name in names]) == 7
    assert sorted(path.name for path in folder.iterdir()) == ["more", "notes.docx"]
    assert (disk.folder / "holidays" / "video.mp4").exists()
    assert (elsewhere / "video.mp4").exists()


def test_a_folder_that_is_being_made_or_was_recorded_meanwhile_stays(disk: Disk) -> None:
    fresh = stray(disk, hours=0.5)
    job = ended(disk, 1)
    os.utime(disk.service.files.folder(job.id), (0, 0))
    assert disk.orphans() == {}
    assert disk.housekeeping.remove([Orphan(STRAY, 0), Orphan(job.id, 0)]) == 0
    assert (fresh / "video.mp4").exists()
    assert (disk.service.files.folder(job.id) / "video.mp4").exists()


def test_a_file_that_was_never_finished(disk: Disk) -> None:
    folder = disk.service.files.folder(ended(disk, 1).id)
    for name, hours in ((".video.mp4.1a2b.part", 30), (".job.json.1a2b.part", 1)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - hours * 3600,) * 2)
    assert disk.orphans() == {f"{folder.name}/.video.mp4.1a2b.part": 4}
    assert disk.housekeeping.remove([Orphan(f"{folder.name}/{path.name}", 0) for path in folder.iterdir()]) == 4
    assert (folder / "video.mp4").exists()
    assert (folder / ".job.json.1a2b.part").exists()


def test_retention_takes_what_has_ended_long_ago_and_nothing_else(disk: Disk) -> None:
    old, failed = ended(disk, 31), ended(disk, 40, "failed")
    kept = [ended(disk, 29), ended(disk, 400, "draft"), ended(disk, 400)]
    disk.store.jobs.update(kept[-1].id, favourite=True)
    first = ended(disk, 90)
    continued = shot(disk.service, disk.store, after=first)
    retired = disk.housekeeping.retire(lambda: True)
    assert retired is not None
    assert retired.jobs == 2
    assert retired.bytes > 0
    assert [disk.service.known(job.id) for job in (old, failed)] == [None, None]
    assert not (disk.folder / old.id).exists()
    assert all(disk.service.known(job.id) for job in (*kept, first, continued))


def test_a_chain_that_has_outlived_its_time_goes_as_a_whole(disk: Disk) -> None:
    first = ended(disk, 90)
    second = aged(disk, shot(disk.service, disk.store, after=first), 80)
    third = aged(disk, shot(disk.service, disk.store, after=second), 70)
    retired = disk.housekeeping.retire(lambda: True)
    assert retired is not None
    assert retired.jobs == 3
    assert not any(disk.service.known(job.id) for job in (first, second, third))


def test_retention_is_done_once_a_day_however_many_workers_ask(disk: Disk) -> None:
    assert disk.housekeeping.retire(lambda: True) == Amount()
    late = ended(disk, 31)
    with service_at(disk.service._context.settings) as (other, _store):
        assert other.files.housekeeping().retire(lambda: True) is None
    with disk.store.database.write() as session:
        session.get_one(ChoreRow, RETENTION).begun -= timedelta(days=1)
    assert disk.housekeeping.retire(lambda: False) == Amount()  # a worker that stops deletes nothing more
    assert disk.service.known(late.id)


def test_files_that_cannot_be_removed_keep_no_other_job(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [ended(disk, 31), ended(disk, 40)]
    with monkeypatch.context() as read_only:
        for call in ("unlink", "rmdir"):
            read_only.setattr(os, call, _read_only)
        assert disk.housekeeping.retire(lambda: True) == Amount(2, 0)
    assert [disk.service.known(job.id) for job in jobs] == [None, None]
    assert disk.service._folders.finish_deletes() == []


def test_it_is_off_by_default(tmp_path: Path) -> None:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as (service, store):
        old = aged(Disk(service, store, tmp_path), shot(service, store), 5000)
        assert service.files.housekeeping().retire(lambda: True) is None
        assert service.known(old.id)


def test_only_who_steers_may(disk: Disk) -> None:
    with pytest.raises(NotAllowed):
        disk.service.of(Person(name="ann@example.org")).files.housekeeping()


def test_a_chore_is_begun_by_one(address: str) -> None:
    stores = [open_store(address) for _ in range(3)]
    with stores[0].database.write() as session:
        session.query(ChoreRow).delete()
    begun = [store.chores.begin("sweeping", timedelta(days=1)) for store in stores]
    for store in stores:
        store.close()
    assert begun == [True, False, False]
