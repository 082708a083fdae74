"""Films: every revision of their documents, and which jobs render which shot."""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, select

from core.limits import is_plain_id
from jobs.database.database import Database
from jobs.database.tables import FilmJobRow, FilmOrderRow, FilmRow
from jobs.model.records import FileRecord, JobChanges
from jobs.store.files import write_file
from jobs.store.webhook_outbox import tell_of_film
from jobs.store.writes import change_job, changed_columns

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class FilmRecord:
    """One revision; ``document`` is the film as JSON."""

    owner: str
    id: str
    revision: int
    document: dict[str, Any]
    created: datetime


@dataclass(frozen=True)
class ShotJob:
    """A job of a shot; ``inputs`` is the hash of what the shot was then."""

    shot: str
    job_id: str
    inputs: str


@dataclass(frozen=True)
class FilmCursor:
    """A place in the list of films: the last film before it, and when that was edited, in UTC."""

    edited: datetime
    id: str

    def __str__(self) -> str:
        """Opaque to programs, and fit for an address."""
        told = f"{(self.edited - _EPOCH) // _MICROSECOND}:{self.id}"
        return urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, told: str) -> FilmCursor | None:
        """The cursor that was given out as this text; None for any other text."""
        try:
            moment, _, film = urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode("ascii").partition(":")
            found = cls(_EPOCH + int(moment) * _MICROSECOND, film)
        except (ValueError, OverflowError):
            return None
        return found if is_plain_id(film) and str(found) == told else None


ShotAct = Literal["frame", "take"]


@dataclass(frozen=True)
class ShotOrder:
    """A frame or a take that a person has ordered; ``inputs`` is the hash of what the shot was by itself then."""

    film: str
    shot: str
    act: ShotAct
    inputs: str


class Films:
    """Of one owner each: two people may have films of the same id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, owner: str, film_id: str, revision: int | None = None) -> FilmRecord | None:
        """A revision of a film, the newest where none is named."""
        query = select(FilmRow).where(FilmRow.owner == owner, FilmRow.id == film_id)
        if revision is not None:
            query = query.where(FilmRow.revision == revision)
        with self._database.read() as session:
            row = session.scalars(query.order_by(FilmRow.revision.desc()).limit(1)).first()
            return _record(row) if row else None

    def count(self, owner: str) -> int:
        """How many films a person has."""
        with self._database.read() as session:
            return session.scalar(select(func.count(FilmRow.id.distinct())).where(FilmRow.owner == owner)) or 0

    def all(
        self, owner: str, *, limit: int | None = None, offset: int = 0, after: FilmCursor | None = None
    ) -> tuple[FilmRecord, ...]:
        """The newest revision of each film, the last edited first; ``after`` is where the page before ended."""
        newest = (
            select(FilmRow.id, func.max(FilmRow.revision).label("revision"))
            .where(FilmRow.owner == owner)
            .group_by(FilmRow.id)
            .subquery()
        )
        query = (
            select(FilmRow)
            .join(newest, (FilmRow.id == newest.c.id) & (FilmRow.revision == newest.c.revision))
            .where(FilmRow.owner == owner)
            .order_by(FilmRow.created.desc(), FilmRow.id)
            .limit(limit)
            .offset(offset)
        )
        if after is not None:
            same = (FilmRow.created == after.edited) & (FilmRow.id > after.id)
            query = query.where((FilmRow.created < after.edited) | same)
        with self._database.read() as session:
            return tuple(map(_record, session.scalars(query)))

    def revisions(self, owner: str, film_id: str, limit: int) -> tuple[tuple[int, datetime], ...]:
        """The numbers of the last revisions of a film and when they were recorded, the newest first."""
        query = select(FilmRow.revision, FilmRow.created).where(FilmRow.owner == owner, FilmRow.id == film_id)
        with self._database.read() as session:
            found = session.execute(query.order_by(FilmRow.revision.desc()).limit(limit))
            return tuple((number, created) for number, created in found)

    def save(
        self,
        owner: str,
        film_id: str,
        document: dict[str, Any],
        *,
        after: int,
        with_jobs: Mapping[str, JobChanges] | None = None,
    ) -> int | None:
        """Write the revision after ``after`` (0: a new film), and return its number; None where there is a newer one.

        A document that is the same as the newest one makes no revision. ``with_jobs`` are changes of jobs, by their
        ids, that are made with it or not at all.
        """
        with self._database.write() as session:
            self._database.lock(session, f"film {owner} {film_id}")
            query = select(FilmRow).where(FilmRow.owner == owner, FilmRow.id == film_id)
            newest = session.scalars(query.order_by(FilmRow.revision.desc()).limit(1)).first()
            is_known = newest is not None and newest.document == document
            if not is_known and (newest.revision if newest else 0) != after:
                return None
            for job_id, changes in (with_jobs or {}).items():
                change_job(session, job_id, (), changed_columns(session, job_id, changes))
            if newest is not None and is_known:
                return newest.revision
            row = FilmRow(owner=owner, id=film_id, revision=after + 1, document=document, created=datetime.now(UTC))
            session.add(row)
            return after + 1

    def delete(self, owner: str, film_id: str) -> bool:
        """Forget a film: all its revisions, what is ordered of it, and which jobs are its own. Its jobs stay."""
        mine: list[tuple[Any, Any]] = [
            (FilmRow, FilmRow.id),
            (FilmJobRow, FilmJobRow.film),
            (FilmOrderRow, FilmOrderRow.film),
        ]
        with self._database.write() as session:
            self._database.lock(session, f"film {owner} {film_id}")
            there = session.scalar(select(func.count()).where(FilmRow.owner == owner, FilmRow.id == film_id))
            for table, column in mine:
                session.execute(delete(table).where(table.owner == owner, column == film_id))
            return bool(there)

    def completed(self, owner: str, film_id: str, revision: int, file: FileRecord) -> None:
        """Record the file of a whole film, which lies in the folder of its last take; webhooks are told with it."""
        data = {"revision": revision, "job": file.job_id, "file": file.name}
        with self._database.write() as session:
            write_file(self._database, session, file)
            tell_of_film(session, owner, film_id, data, datetime.now(UTC))

    def add_job(self, owner: str, film_id: str, job: ShotJob) -> None:
        """Record a job of a shot, before it is created; recorded again it stays as it is."""
        values = {"job_id": job.job_id, "owner": owner, "film": film_id, "shot": job.shot, "inputs": job.inputs}
        statement = self._database.insert(FilmJobRow).values(number=time.time_ns() // 1000, **values)
        with self._database.write() as session:
            session.execute(statement.on_conflict_do_nothing())

    def jobs(self, owner: str, film_ids: Sequence[str]) -> Sequence[tuple[str, ShotJob]]:
        """The jobs of the shots of these films, oldest first, each with the id of its film."""
        mine = (FilmJobRow.owner == owner, FilmJobRow.film.in_(film_ids))
        query = select(FilmJobRow).where(*mine).order_by(FilmJobRow.number, FilmJobRow.job_id)
        with self._database.read() as session:
            return [(row.film, ShotJob(row.shot, row.job_id, row.inputs)) for row in session.scalars(query)]

    def of_job(self, owner: str, job_id: str) -> tuple[str, str] | None:
        """The ids of the film and of the shot that a job renders; None where it renders none."""
        query = select(FilmJobRow.film, FilmJobRow.shot).where(FilmJobRow.owner == owner, FilmJobRow.job_id == job_id)
        with self._database.read() as session:
            found = session.execute(query).first()
            return (found.film, found.shot) if found else None

    def order(self, owner: str, orders: Sequence[ShotOrder]) -> None:
        """Record what is ordered, in the place of what was ordered of the same shots."""
        with self._database.write() as session:
            for one in orders:
                session.merge(FilmOrderRow(owner=owner, **vars(one)))

    def orders(self, owner: str) -> tuple[ShotOrder, ...]:
        """What a person has ordered that is not begun yet."""
        query = select(FilmOrderRow).where(FilmOrderRow.owner == owner).order_by(FilmOrderRow.film, FilmOrderRow.shot)
        with self._database.read() as session:
            found = session.scalars(query).all()
            return tuple(ShotOrder(row.film, row.shot, row.act, row.inputs) for row in found)  # type: ignore[arg-type]

    def with_orders(self) -> tuple[str, ...]:
        """The people who have such orders."""
        with self._database.read() as session:
            return tuple(session.scalars(select(FilmOrderRow.owner).distinct()))

    def begun(self, owner: str, order: ShotOrder) -> None:
        """Forget an order: it is begun, or is not wanted any more. What was ordered anew meanwhile stays."""
        values = vars(order) | {"owner": owner}
        same = [getattr(FilmOrderRow, name) == value for name, value in values.items()]
        with self._database.write() as session:
            session.execute(delete(FilmOrderRow).where(*same))


def _record(row: FilmRow) -> FilmRecord:
    return FilmRecord(row.owner, row.id, row.revision, row.document, row.created)
