"""Housekeeping: true sums, orphans found and nothing else touched, and retention that never takes what is to stay."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from errors import NotAllowed
from jobs.desk import Desk
from jobs.housekeeping import RETENTION, Amount, Housekeeping, Orphan
from jobs.people import Person
from jobs.records import JobRecord
from jobs.states import JobState
from jobs.store import Store, open_store
from jobs.tables import ChoreRow, JobRow
from tests.jobs.load.workers import desk_at, settings_of
from tests.jobs.shots_at_rest import shot

STRAY = "20250101-120000-abcdef"


@dataclass
class House:
    desk: Desk
    store: Store
    folder: Path

    @property
    def keeper(self) -> Housekeeping:
        return self.desk.housekeeping()

    def orphans(self) -> dict[str, int]:
        return {one.name: one.bytes for one in self.keeper.look(lambda *_: None).orphans}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Retention is on: thirty days."""
    with desk_at(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs"), "RETENTION_DAYS": "30"})) as (desk, store):
        yield House(desk, store, tmp_path / "outputs")


def aged(house: House, job: JobRecord, days: float) -> JobRecord:
    """As if it had been created and ended so long ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    with house.store.database.write() as session:
        row = session.get_one(JobRow, job.id)
        row.created, row.finished = then, then if row.finished else None
    return job


def ended(house: House, days: float, state: JobState = "completed") -> JobRecord:
    return aged(house, shot(house.desk, house.store, state=state), days)


def stray(house: House, name: str = STRAY, hours: float = 2, files: dict[str, bytes] | None = None) -> Path:
    folder = house.folder / name
    folder.mkdir(parents=True)
    for file, data in ({"job.json": b"{}", "video.mp4": b"12345"} | (files or {})).items():
        (folder / file).write_bytes(data)
    then = time.time() - hours * 3600
    os.utime(folder, (then, then))
    return folder


def test_what_lies_there_by_state_and_age(house: House) -> None:
    jobs = [ended(house, 1), ended(house, 20), ended(house, 400), ended(house, 400, "failed")]
    seen: list[tuple[int, int]] = []
    usage = house.keeper.look(lambda done, whole: seen.append((done, whole)))
    sizes = [sum(path.stat().st_size for path in house.desk.folder(job.id).iterdir()) for job in jobs]
    assert usage.by_state == {"completed": Amount(3, sum(sizes[:3])), "failed": Amount(1, sizes[3])}
    assert usage.by_age == (Amount(1, sizes[0]), Amount(1, sizes[1]), Amount(), Amount(), Amount(2, sum(sizes[2:])))
    assert usage.whole == Amount(4, sum(sizes))
    assert (usage.orphans, seen[-1]) == ((), (4, 4))


def test_a_folder_without_a_job_is_found_and_removed(house: House) -> None:
    folder = stray(house)
    assert house.orphans() == {STRAY: 7}
    assert house.keeper.remove([Orphan(STRAY, 7)]) == 7
    assert not folder.exists()
    assert house.orphans() == {}


def test_what_a_broken_off_delete_has_left_is_an_orphan(house: House) -> None:
    job = ended(house, 1)
    then = time.time() - 7200
    assert house.store.jobs.delete(job.id)
    os.utime(house.folder / job.id, (then, then))
    assert list(house.orphans()) == [job.id]
    assert house.keeper.remove([Orphan(job.id, 0)]) > 0


def test_nothing_of_somebody_elses_is_touched(house: House) -> None:
    folder = stray(house, files={"notes.docx": b"mine"})
    (folder / "more").mkdir()
    os.utime(folder, (0, 0))
    (house.folder / "holidays").mkdir()
    (house.folder / "holidays" / "video.mp4").write_bytes(b"sea")
    elsewhere = house.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "video.mp4").write_bytes(b"sea")
    link = "20250101-120000-aaaaaa"
    (house.folder / link).symlink_to(elsewhere)
    assert house.orphans() == {STRAY: 7}
    names = [STRAY, "holidays", link, "..", f"../{elsewhere.name}", "presets", f"{STRAY}/notes.docx"]
    assert house.keeper.remove([Orphan(name, 0) for name in names]) == 7
    assert sorted(path.name for path in folder.iterdir()) == ["more", "notes.docx"]
    assert (house.folder / "holidays" / "video.mp4").exists()
    assert (elsewhere / "video.mp4").exists()


def test_a_folder_that_is_being_made_or_was_recorded_meanwhile_stays(house: House) -> None:
    fresh = stray(house, hours=0.5)
    job = ended(house, 1)
    os.utime(house.desk.folder(job.id), (0, 0))
    assert house.orphans() == {}
    assert house.keeper.remove([Orphan(STRAY, 0), Orphan(job.id, 0)]) == 0
    assert (fresh / "video.mp4").exists()
    assert (house.desk.folder(job.id) / "video.mp4").exists()


def test_a_file_that_was_never_finished(house: House) -> None:
    folder = house.desk.folder(ended(house, 1).id)
    for name, hours in ((".video.mp4.1a2b.part", 30), (".job.json.1a2b.part", 1)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - hours * 3600,) * 2)
    assert house.orphans() == {f"{folder.name}/.video.mp4.1a2b.part": 4}
    assert house.keeper.remove([Orphan(f"{folder.name}/{path.name}", 0) for path in folder.iterdir()]) == 4
    assert (folder / "video.mp4").exists()
    assert (folder / ".job.json.1a2b.part").exists()


def test_retention_takes_what_has_ended_long_ago_and_nothing_else(house: House) -> None:
    old, failed = ended(house, 31), ended(house, 40, "failed")
    kept = [ended(house, 29), ended(house, 400, "draft"), ended(house, 400)]
    house.store.jobs.update(kept[-1].id, favourite=True)
    first = ended(house, 90)
    continued = shot(house.desk, house.store, after=first)
    retired = house.keeper.retire(lambda: True)
    assert retired is not None
    assert retired.jobs == 2
    assert retired.bytes > 0
    assert [house.desk.known(job.id) for job in (old, failed)] == [None, None]
    assert not (house.folder / old.id).exists()
    assert all(house.desk.known(job.id) for job in (*kept, first, continued))


def test_a_chain_that_has_outlived_its_time_goes_as_a_whole(house: House) -> None:
    first = ended(house, 90)
    second = aged(house, shot(house.desk, house.store, after=first), 80)
    third = aged(house, shot(house.desk, house.store, after=second), 70)
    retired = house.keeper.retire(lambda: True)
    assert retired is not None
    assert retired.jobs == 3
    assert not any(house.desk.known(job.id) for job in (first, second, third))


def test_retention_is_done_once_a_day_however_many_workers_ask(house: House) -> None:
    assert house.keeper.retire(lambda: True) == Amount()
    late = ended(house, 31)
    with desk_at(house.desk._settings) as (other, _store):
        assert other.housekeeping().retire(lambda: True) is None
    with house.store.database.write() as session:
        session.get_one(ChoreRow, RETENTION).begun -= timedelta(days=1)
    assert house.keeper.retire(lambda: False) == Amount()  # a worker that stops deletes nothing more
    assert house.desk.known(late.id)


def test_it_is_off_by_default(tmp_path: Path) -> None:
    with desk_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as (desk, store):
        old = aged(House(desk, store, tmp_path), shot(desk, store), 5000)
        assert desk.housekeeping().retire(lambda: True) is None
        assert desk.known(old.id)


def test_only_who_steers_may(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.desk.of(Person(name="ann@example.org")).housekeeping()


def test_a_chore_is_begun_by_one(address: str) -> None:
    stores = [open_store(address) for _ in range(3)]
    with stores[0].database.write() as session:
        session.query(ChoreRow).delete()
    begun = [store.chores.begin("sweeping", timedelta(days=1)) for store in stores]
    for store in stores:
        store.close()
    assert begun == [True, False, False]
