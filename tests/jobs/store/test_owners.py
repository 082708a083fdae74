"""An owner of before issuers counted reaches everything under the name of now; nobody else does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

import config
from core.errors import UnknownJob
from jobs.database.tables import DayRow, TurnRow
from jobs.model.people import Person
from jobs.service.service import JobService
from jobs.store.owners import Owners
from jobs.store.quotas import count_new_job
from tests.jobs.load.workers import service_at, white_order

BEFORE = Person(name="248289761001")
NOW = Person(name="https://login.example.org 248289761001", formerly="248289761001")
ELSEWHERE = Person(name="https://elsewhere.example.org 248289761001")


@pytest.fixture
def service() -> Iterator[JobService]:
    with service_at(config.load()) as (opened, _store):
        yield opened


def test_jobs_of_before_come_along(service: JobService) -> None:
    job = service.of(BEFORE).create(white_order(None))
    with pytest.raises(UnknownJob):
        service.of(ELSEWHERE).get(job.id)
    assert service.of(NOW).get(job.id).owner == NOW.name
    assert [one.id for one in service.of(NOW).library.page(size=9).jobs] == [job.id]
    for other in (ELSEWHERE, BEFORE):
        with pytest.raises(UnknownJob):
            service.of(other).get(job.id)


def test_turns_and_counts_come_along_once(service: JobService) -> None:
    database = service._store.database
    owners = Owners(database)
    with database.write() as session:
        session.add(TurnRow(model="mova-360p", owner="ann", turn=7))
        for owner in ("ann", "ann", "bob", "bob new"):
            count_new_job(database, session, owner)
    for name in ("ann", "ann", "bob"):
        owners.take_over(name, f"{name} new")
    with database.read() as session:
        assert [(row.owner, row.turn) for row in session.scalars(select(TurnRow))] == [("ann new", 7)]
        counts = {row.owner: row.jobs for row in session.scalars(select(DayRow))}
    assert counts == {"ann new": 2, "bob new": 1}
