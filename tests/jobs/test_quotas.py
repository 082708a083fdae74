"""What one person may have: counted where it is taken up, so that many at once get no more of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from PIL import Image

from config import Settings
from errors import DiskQuota, QuotaReached, TooManyToday, TooManyUnfinished
from jobs import quotas
from jobs.desk import Desk
from jobs.folders import Folders
from jobs.people import EVERYBODY, Person
from jobs.records import NewJob
from jobs.store import Store
from tests.jobs.load.workers import settings_of, white_order

ANN, BOB = Person(name="ann"), Person(name="bob")
ROOT = Person(name="root", is_admin=True)
Make = Callable[..., Desk]


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Make:
    def make(person: Person = ANN, **quota: int) -> Desk:
        named = {f"QUOTA_{name.upper()}": str(value) for name, value in quota.items()}
        settings: Settings = settings_of({"OUTPUT_DIR": str(tmp_path / "outputs"), **named})
        settings.output_dir.mkdir(exist_ok=True)
        return Desk(settings, store, Folders(settings, store), Event(), person)

    return make


def attempts(desk: Desk, times: int) -> int:
    """How many of so many acts at the same time succeed."""

    def one(_: int) -> bool:
        try:
            return bool(desk.create(white_order()))
        except QuotaReached:
            return False

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(one, range(times)))


def photo() -> bytes:
    written = io.BytesIO()
    Image.effect_noise((640, 640), 90).convert("RGB").save(written, "PNG")
    return written.getvalue()


def test_there_is_no_limit_by_default(desk: Make) -> None:
    assert attempts(desk(), 12) == 12


@pytest.mark.parametrize("name", ["jobs_waiting", "jobs_a_day"])
def test_of_many_at_once_only_the_allowed_succeed(desk: Make, name: str) -> None:
    mine = desk(**{name: 3})
    assert attempts(mine, 12) == 3
    assert mine.count() == 3
    assert len(list(mine.folder(mine.newest(1)[0].id).parent.glob("2*"))) == 3
    assert desk(BOB, **{name: 3}).create(white_order())


@pytest.mark.parametrize("person", [ROOT, EVERYBODY])
def test_administrators_and_the_program_have_no_limit(desk: Make, person: Person) -> None:
    assert attempts(desk(person, jobs_waiting=1, jobs_a_day=1, disk_mb=1), 3) == 3


def test_what_has_ended_makes_room_and_a_retry_takes_it(desk: Make) -> None:
    mine = desk(jobs_waiting=1)
    first = mine.create(white_order())
    with pytest.raises(TooManyUnfinished, match=r"Unfinished jobs of yours: 1\. At most 1 "):
        mine.create(white_order())
    mine.cancel(first.id)
    second = mine.create(white_order())
    with pytest.raises(TooManyUnfinished):
        mine.retry_from(first.id)
    assert mine.get(first.id).state == "cancelled"
    mine.cancel(second.id)
    assert mine.retry_from(first.id)


def test_deleting_does_not_give_the_day_back_but_another_day_does(desk: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = desk(jobs_a_day=1)
    mine.delete(mine.create(white_order()).id)
    with pytest.raises(TooManyToday):
        mine.create(white_order())
    monkeypatch.setattr(quotas, "day_of", lambda _moment: 99991231)
    assert mine.create(white_order())


def test_files_have_room_or_are_refused(desk: Make) -> None:
    mine, picture = desk(disk_mb=1), photo()
    job = mine.create(white_order(picture=picture))
    for _ in range(1_000_000 // len(picture) + 1):
        try:
            mine.swap_frame(job.id, picture)
        except DiskQuota:
            break
    with pytest.raises(DiskQuota, match="1 MB are allowed"):
        mine.create(white_order(picture=picture))
    mine.delete(job.id)
    assert mine.create(white_order(picture=picture))


def test_the_same_job_created_twice_counts_once(store: Store) -> None:
    new = NewJob(id="job-1", owner="ann", mode="simple", model="mova-360p", inputs={"text": "a"}, settings={})
    limit = quotas.Quota(unfinished=1, a_day=1)
    assert store.jobs.create(new, quota=limit) == store.jobs.create(new, quota=limit)
