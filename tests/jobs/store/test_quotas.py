"""What one person may have: counted where it is taken up, so that many at once get no more of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from config import Settings
from core.errors import DiskQuota, QuotaReached, TooManyToday, TooManyUnfinished
from jobs.database.tables import JobRow
from jobs.model.people import EVERYBODY, Person
from jobs.model.records import JobFilter, JobRecord
from jobs.service.service import JobService
from jobs.store import quotas
from jobs.store.store import Store
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import service_over, settings_of, white_order
from tests.jobs.samples import new_job
from tests.pictures import encoded

ANN, BOB = Person(name="ann"), Person(name="bob")
ROOT = Person(name="root", is_admin=True)
Make = Callable[..., JobService]


@pytest.fixture
def service(store: Store, tmp_path: Path) -> Make:
    def make(person: Person = ANN, **quota: int) -> JobService:
        named = {f"QUOTA_{name.upper()}": str(value) for name, value in quota.items()}
        settings: Settings = settings_of({"OUTPUT_DIR": str(tmp_path / "outputs"), **named})
        settings.output_dir.mkdir(exist_ok=True)
        return service_over(settings, store).of(person)

    return make


def attempts(service: JobService, times: int) -> int:
    """How many of so many acts at the same time succeed."""

    def one(_: int) -> bool:
        try:
            return service.start(service.create(white_order()).id)
        except QuotaReached:
            return False

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(one, range(times)))


def begun(service: JobService) -> JobRecord:
    job = service.create(white_order())
    assert service.start(job.id)
    return job


def test_there_is_no_limit_by_default(service: Make) -> None:
    assert attempts(service(), 12) == 12


@pytest.mark.parametrize("name", ["jobs_waiting", "jobs_a_day"])
def test_of_many_at_once_only_the_allowed_succeed(service: Make, name: str) -> None:
    mine = service(**{name: 3})
    assert attempts(mine, 12) == 3
    assert mine.library.count() == 3
    assert len(list(mine.files.folder(mine.library.page(size=1).jobs[0].id).parent.glob("2*"))) == 3
    assert service(BOB, **{name: 3}).create(white_order())


@pytest.mark.parametrize("person", [ROOT, EVERYBODY])
def test_administrators_and_the_program_have_no_limit(service: Make, person: Person) -> None:
    assert attempts(service(person, jobs_waiting=1, jobs_a_day=1, disk_mb=1), 3) == 3


def test_what_has_ended_makes_room_and_a_retry_takes_it(service: Make) -> None:
    mine = service(jobs_waiting=1)
    first = begun(mine)
    with pytest.raises(TooManyUnfinished, match=r"Your unfinished jobs: 1\. At most 1 "):
        mine.create(white_order())
    mine.cancel(first.id)
    second = begun(mine)
    with pytest.raises(TooManyUnfinished):
        mine.retry_from(first.id)
    assert mine.get(first.id).state == "cancelled"
    mine.cancel(second.id)
    assert mine.retry_from(first.id)


def test_drafts_that_nobody_sees_do_not_count_and_none_is_left_by_a_refusal(service: Make) -> None:
    mine = service(jobs_waiting=2)
    drafts = [mine.create(white_order()) for _ in range(4)]
    assert [mine.start(job.id) for job in drafts[:2]] == [True, True]
    with pytest.raises(TooManyUnfinished):
        mine.start(drafts[2].id)
    assert mine.known(drafts[2].id) is None
    assert mine.library.count(JobFilter(states=frozenset({"queued"}))) == 2


def test_several_seeds_are_taken_up_all_or_none(service: Make) -> None:
    mine = service(jobs_waiting=4)
    job = begun(mine)
    with pytest.raises(TooManyUnfinished):
        mine.copies.again(job.id, [1, 2, 3, 4])
    assert mine.library.count() == 1
    assert len(mine.copies.again(job.id, [1, 2, 3])) == 3
    assert mine.library.count() == 4


def test_deleting_does_not_give_the_day_back_but_another_day_does(
    service: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = service(jobs_a_day=1)
    mine.delete(mine.create(white_order()).id)
    with pytest.raises(TooManyToday):
        mine.create(white_order())
    monkeypatch.setattr(quotas, "day_of", lambda _moment: 99991231)
    assert mine.create(white_order())


def test_files_have_room_or_are_refused(service: Make) -> None:
    mine, picture = service(disk_mb=1), encoded(Image.effect_noise((640, 640), 90).convert("RGB"))
    job = mine.create(white_order(picture=picture))
    for _ in range(1_000_000 // len(picture) + 1):
        try:
            mine.steps.swap_frame(job.id, picture)
        except DiskQuota:
            break
    with pytest.raises(DiskQuota, match="1 MB are allowed"):
        mine.create(white_order(picture=picture))
    mine.delete(job.id)
    assert mine.create(white_order(picture=picture))


def test_the_same_job_created_twice_counts_once(store: Store) -> None:
    new = new_job(id="job-1")
    limit = quotas.Quota(unfinished=1, a_day=1)
    assert store.jobs.create(new, quota=limit) == store.jobs.create(new, quota=limit)


def test_films_and_labelled_copies_count_and_go_with_their_job(service: Make, store: Store) -> None:
    free, limited = service(), service(disk_mb=1)
    one = shot(free, store, size=(320, 176))
    two = shot(free, store, after=one, size=(320, 176))
    before = {file.name for file in free.files.recorded(two.id)}
    made = [free.videos.film((one, two), lambda *_: None), free.videos.labelled(two.id, lambda *_: None)]
    files = {file.name: file.bytes for file in free.files.recorded(two.id)}
    assert {name: files[name] for name in files.keys() - before} == {path.name: path.stat().st_size for path in made}
    for path in made:  # their size is what counts, whatever they hold
        path.write_bytes(bytes(600_000))
    assert free.videos.film((one, two), lambda *_: None) == made[0]
    assert free.videos.labelled(two.id, lambda *_: None) == made[1]
    with pytest.raises(DiskQuota, match="1 MB are allowed"):
        limited.create(white_order())
    with pytest.raises(DiskQuota):
        limited.videos.labelled(one.id, lambda *_: None)
    assert not list(free.files.folder(one.id).glob("*labelled*"))
    free.delete(two.id)
    assert limited.create(white_order())
    assert limited.videos.labelled(one.id, lambda *_: None).is_file()


def test_of_an_older_film_nothing_counts_any_more(service: Make, store: Store) -> None:
    mine = service()
    one = shot(mine, store)
    two = shot(mine, store, after=one)
    first = mine.videos.film((one, two), lambda *_: None)
    with store.database.write() as session:  # rendered anew
        session.execute(update(JobRow).where(JobRow.id == one.id).values(attempts=1))
    second = mine.videos.film(mine.videos.chain(two.id).finished, lambda *_: None)
    films = [file.name for file in mine.files.recorded(two.id) if file.kind == "film"]
    assert films == [second.name] != [first.name]
