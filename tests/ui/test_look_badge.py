"""A finished video that looks failed says so on its page and its card, with one click to another seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs.records import JobRecord
from record.folder import VIDEO
from tests.ui.jobs_at_rest import job_page, press
from tests.ui.seen_servers import see
from tests.ui.still_office import new_job, page, primaries, still_office, words
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        see(opened)
        yield opened


def finished(office: Office, look: tuple[str, ...] | None) -> JobRecord:
    job, store = new_job(office.desk, "A cat."), office.worker.store
    store.line.enqueue(job.id)
    store.line.claim("mova-360p", "mova-360p", 1)
    store.jobs.move_to(job.id, "rendering", server_job_id="abc")
    store.jobs.move_to(job.id, "saving")
    (office.desk.folder(job.id) / VIDEO).write_bytes(b"not looked into here")
    store.jobs.move_to(job.id, "completed", look=look)
    return office.desk.get(job.id)


def test_the_badge_and_one_click_to_another_seed(office: Office) -> None:
    job = finished(office, ("flat_colour", "silent"))
    test = job_page(job)
    assert "looks failed: flat colour, no sound" in words(test)
    assert primaries(test) == ["Try another seed"]
    press(test, "Try another seed")
    newest = office.desk.newest(1)[0]
    assert (newest.parent, newest.look) == (job.id, None)
    assert newest.seed != job.seed


@pytest.mark.parametrize("look", [(), None])
def test_nothing_where_nothing_was_found(office: Office, look: tuple[str, ...] | None) -> None:
    test = job_page(finished(office, look))
    assert "looks failed" not in words(test)
    assert "Try another seed" not in primaries(test)


def test_the_card_in_the_library(office: Office) -> None:
    finished(office, ("frozen",))
    assert "looks failed: frozen picture" in words(page("library.py"))
    test = page("library.py", language="zh-CN")
    assert "看起来失败：画面静止不动" in words(test)
