"""Limits for one person: jobs at a time, jobs a day, and disk space; checked in the transaction that writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import DiskQuota, TooManyToday, TooManyUnfinished
from jobs.database.database import Database
from jobs.database.tables import DayRow, FileRow, JobRow
from jobs.model.states import ASKED, MOVING
from jobs.store.writes import now

if TYPE_CHECKING:
    from config import Settings

_MB = 1_000_000
_UNFINISHED = sorted(MOVING | ASKED)  # what the queue shows; a draft that nobody sees is none
_KEYS = (DayRow.owner, DayRow.day)


@dataclass(frozen=True, kw_only=True)
class Quota:
    """Jobs that were begun and are not finished, jobs a day (UTC), bytes of files; 0 is no limit."""

    unfinished: int = 0
    a_day: int = 0
    disk: int = 0

    @classmethod
    def of(cls, settings: Settings) -> Quota:
        return cls(
            unfinished=settings.quota_jobs_waiting, a_day=settings.quota_jobs_a_day, disk=settings.quota_disk_mb * _MB
        )


def check_new_job(
    database: Database, session: Session, owner: str, quota: Quota, incoming: int, *, jobs: int = 1
) -> None:
    """Whether the owner may have another job, or so many, with ``incoming`` bytes of files.

    Raises:
        TooManyUnfinished, TooManyToday, DiskQuota.
    """
    check_unfinished(database, session, owner, quota, jobs=jobs)
    if quota.a_day and (begun := _begun_today(session, owner)) + jobs > quota.a_day:
        raise TooManyToday(n=begun, limit=quota.a_day)
    check_disk(session, owner, quota, incoming)


def check_unfinished(database: Database, session: Session, owner: str, quota: Quota, *, jobs: int = 1) -> None:
    """Whether one more of the owner's jobs, or so many, may be under way.

    Of several acts of one owner at the same time each counts what those before it have done.

    Raises:
        TooManyUnfinished
    """
    database.lock(session, f"owner {owner}")
    if not quota.unfinished:
        return
    mine = (JobRow.owner == owner, ~JobRow.deleted, JobRow.state.in_(_UNFINISHED))
    found = session.scalar(select(func.count()).select_from(JobRow).where(*mine)) or 0
    if found + jobs > quota.unfinished:
        raise TooManyUnfinished(n=found, limit=quota.unfinished)


def check_disk(session: Session, owner: str, quota: Quota, incoming: int) -> None:
    """Whether the owner's files and the ``incoming`` bytes have room.

    Raises:
        DiskQuota
    """
    if not quota.disk:
        return
    sizes = select(func.sum(FileRow.bytes)).join(JobRow, JobRow.id == FileRow.job_id)
    used = int(session.scalar(sizes.where(JobRow.owner == owner, ~JobRow.deleted)) or 0)
    if used + incoming > quota.disk:
        raise DiskQuota(used=round(used / _MB), limit=quota.disk // _MB)


def count_new_job(database: Database, session: Session, owner: str) -> None:
    """Count it for the day, where deleting the job does not undo it; the days before are of no use any more."""
    today = day_of(now())
    session.execute(delete(DayRow).where(DayRow.owner == owner, DayRow.day < today))
    first = database.insert(DayRow).values(owner=owner, day=today, jobs=1)
    session.execute(first.on_conflict_do_update(index_elements=_KEYS, set_={"jobs": DayRow.jobs + 1}))


def day_of(moment: datetime) -> int:
    """The day as a number such as 20261124."""
    return moment.year * 10_000 + moment.month * 100 + moment.day


def _begun_today(session: Session, owner: str) -> int:
    today = (DayRow.owner == owner, DayRow.day == day_of(now()))
    return session.scalar(select(DayRow.jobs).where(*today)) or 0
