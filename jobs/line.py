"""Our line in front of each model's servers: fair between owners, never more than its share on a server.

A server does its jobs in the order of arrival and cannot be told otherwise, so jobs wait here, where people can
still move, change and remove them. All servers of a model share one line. Correct across processes: each claim is
one transaction, and a slot is a row that only one job can have.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from jobs.database import Database
from jobs.fair_order import Direction, Waiting, fair_order, moved
from jobs.job_writes import change_job, change_state, now, unsent
from jobs.quotas import Quota, check_unfinished
from jobs.records import Json, Place, SlotRecord
from jobs.rows import slot_record
from jobs.states import NEXT, RETRY, JobState, sources
from jobs.tables import JobRow, PauseRow, SlotRow, TurnRow

EVERY_LINE = "*"
_QUEUED: frozenset[JobState] = frozenset(("queued",))
_CLAIMED: frozenset[JobState] = frozenset(("submitted",))
_ON_A_SERVER: frozenset[JobState] = frozenset(("submitted", "rendering", "saving"))
_IN_LINE = (JobRow.state == "queued", ~JobRow.deleted)
_TURN_KEYS = (TurnRow.model, TurnRow.owner)


class Line:
    """The lines of all models, and the slots of all servers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, job_id: str, *, retry: bool = False, quota: Quota | None = None) -> bool:
        """Put a job behind its owner's others; with ``retry`` one that had ended, as its next attempt.

        Says whether it happened.

        A job that still holds a slot is refused: a GPU may be rendering it.

        Raises:
            TooManyUnfinished
        """
        allowed = sources("queued", RETRY if retry else NEXT) - _CLAIMED
        with self._database.write() as session:
            job = session.get(JobRow, job_id)
            if job is None or session.scalar(select(SlotRow.slot).where(SlotRow.job_id == job_id)) is not None:
                return False
            if quota:
                check_unfinished(self._database, session, job.owner, quota)
            last = session.scalar(select(func.max(JobRow.line_position)).where(*_of_owner(job)))
            values = unsent() | {"line_position": 0 if last is None else last + 1, "attempts": job.attempts + retry}
            return change_state(session, job_id, allowed, "queued", values)

    def claim(self, server: str, model: str, slots: int, address: str | None = None) -> str | None:
        """Take the next job of the model for a free one of the server's ``slots``; None where either is missing.

        The job is then ``submitted`` in name of that server, to its ``address``; who claims it must send it, or
        ``put_back``.
        """
        with self._database.write() as session:
            self._database.lock(session, f"line {model}")
            slot = _free_slot(session, server, slots)
            if slot is None or _paused(session, model):
                return None
            job = _next_job(session, model, {"server": server, "server_url": address})
            if job is not None:
                session.add(SlotRow(server=server, slot=slot, job_id=job.job_id, since=now()))
                self._serve(session, model, job.owner)
            return job.job_id if job else None

    def _serve(self, session: Session, model: str, owner: str) -> None:
        last = session.scalar(select(func.max(TurnRow.turn)).where(TurnRow.model == model)) or 0
        turn = {"model": model, "owner": owner, "turn": last + 1}
        self._database.upsert(session, TurnRow, turn, _TURN_KEYS)

    def put_back(self, job_id: str, *, lost: bool = False) -> bool:
        """Return a claimed job, of which nothing reached the server, to its place in the line; frees the slot.

        With ``lost`` also one that a server had which is gone for good, and nothing was rendered by.
        """
        allowed = _ON_A_SERVER if lost else _CLAIMED
        with self._database.write() as session:
            back = change_state(session, job_id, allowed, "queued", unsent())
            if back:
                session.execute(delete(SlotRow).where(SlotRow.job_id == job_id))
            return back

    def release(self, server: str, job_id: str) -> bool:
        """The server's GPU is done with the job: its slot is free. Says whether it was taken until now."""
        taken = delete(SlotRow).where(SlotRow.server == server, SlotRow.job_id == job_id)
        with self._database.write() as session:
            return session.scalar(taken.returning(SlotRow.slot)) is not None

    def occupied(self) -> tuple[SlotRecord, ...]:
        """All taken slots, those of abandoned jobs included, by server."""
        with self._database.read() as session:
            return tuple(map(slot_record, session.scalars(select(SlotRow).order_by(SlotRow.server, SlotRow.slot))))

    def waiting_models(self) -> tuple[str, ...]:
        """The models, or lines of single servers, for which a job waits."""
        with self._database.read() as session:
            return tuple(session.scalars(select(JobRow.model).where(*_IN_LINE).distinct().order_by(JobRow.model)))

    def order(self, model: str) -> tuple[str, ...]:
        """The ids of all that wait for a model, in the order in which they will go if nothing changes."""
        with self._database.read() as session:
            return tuple(job.job_id for job in _predicted(session, model))

    def position(self, job_id: str) -> Place | None:
        """Where a job stands in its line; None where it does not wait in one."""
        with self._database.read() as session:
            model = session.scalar(select(JobRow.model).where(JobRow.id == job_id, *_IN_LINE))
            ids = [job.job_id for job in _predicted(session, model)] if model else []
            return Place(position=ids.index(job_id) + 1, of=len(ids)) if job_id in ids else None

    def move(self, job_id: str, direction: Direction) -> bool:
        """Move a job among its owner's own, so that nobody gets ahead of others by it; says whether it moved."""
        with self._database.write() as session:
            job = session.get(JobRow, job_id)
            if job is None:
                return False
            self._database.lock(session, f"line {job.model}")
            mine = [one.job_id for one in sorted(_waiting(session, _of_owner(job)))]
            wanted = moved(mine, job_id, direction)
            if wanted == mine:
                return False
            for place, each in enumerate(wanted):
                change_job(session, each, _IN_LINE, {"line_position": place})
            return True

    def remove(self, job_id: str) -> bool:
        """Take a job out of the line, unsent: it waits for its owner again."""
        with self._database.write() as session:
            return change_state(session, job_id, _QUEUED, "waiting", {"queued": None})

    def pause(self, model: str = EVERY_LINE) -> None:
        """Send nothing new of a model, or of any; what is on the servers goes on."""
        with self._database.write() as session:
            statement = self._database.insert(PauseRow).values(model=model, since=now())
            session.execute(statement.on_conflict_do_nothing())

    def resume(self, model: str = EVERY_LINE) -> None:
        """Send again. A model stays paused while every line is."""
        with self._database.write() as session:
            session.execute(delete(PauseRow).where(PauseRow.model == model))

    def paused(self) -> frozenset[str]:
        """The models whose lines are paused; ``*`` among them where all are."""
        with self._database.read() as session:
            return frozenset(session.scalars(select(PauseRow.model)))


def _paused(session: Session, model: str) -> bool:
    return session.scalar(select(PauseRow.model).where(PauseRow.model.in_((model, EVERY_LINE))).limit(1)) is not None


def _free_slot(session: Session, server: str, slots: int) -> int | None:
    taken = set(session.scalars(select(SlotRow.slot).where(SlotRow.server == server)))
    free = [slot for slot in range(1, slots + 1) if slot not in taken]
    return free[0] if free and len(taken) < slots else None


def _of_owner(job: JobRow) -> tuple[ColumnElement[bool], ...]:
    return JobRow.model == job.model, JobRow.owner == job.owner, *_IN_LINE


def _waiting(session: Session, conditions: tuple[ColumnElement[bool], ...]) -> list[Waiting]:
    rows = session.execute(select(JobRow.line_position, JobRow.number, JobRow.id, JobRow.owner).where(*conditions))
    return [Waiting(*row) for row in rows]


def _predicted(session: Session, model: str) -> list[Waiting]:
    turns = session.execute(select(TurnRow.owner, TurnRow.turn).where(TurnRow.model == model))
    return fair_order(_waiting(session, (JobRow.model == model, *_IN_LINE)), dict(turns.all()))


def _next_job(session: Session, model: str, taker: Json) -> Waiting | None:
    """Mark the first of the line that is still there as submitted; a job may be cancelled while we look."""
    for job in _predicted(session, model):
        if change_state(session, job.job_id, _QUEUED, "submitted", taker):
            return job
    return None
