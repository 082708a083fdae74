"""The queue in front of each model's servers: fair between owners, never more jobs on a server than its slots.

A server does its jobs in the order of arrival and cannot be told otherwise, so jobs wait here, where people can
still move, change and remove them. All servers of a model share one queue. Correct across processes: each claim is
one transaction, and a slot is a row that only one job can have.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from jobs.database.database import Database
from jobs.database.rows import error_columns, queue_column, queue_key, slot_record
from jobs.database.tables import JobRow, PauseRow, SlotRow, TurnRow
from jobs.model.records import Json, QueuePosition, SlotRecord, StoredError
from jobs.model.request import QueueKey
from jobs.model.states import ON_SERVER, QUEUED, JobState, sources
from jobs.store.batches import BATCH
from jobs.store.fair_order import Direction, Waiting, fair_order, moved, placed
from jobs.store.quotas import Quota, check_unfinished
from jobs.store.writes import change_job, change_state, now, unsent

_EVERY_QUEUE = "*"
_CLAIMED: frozenset[JobState] = frozenset(("submitted",))
_IN_LINE = (JobRow.state == "queued", ~JobRow.deleted)
_TURN_KEYS = (TurnRow.model, TurnRow.owner)


class JobQueue:
    """The queues of all models, and the slots of all servers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, job_id: str, *, retry: bool = False, quota: Quota | None = None) -> bool:
        """Put a job behind its owner's others; with ``retry`` one that had ended, as its next attempt.

        Rows of a batch stay in the order of its manifest, whichever was prepared first. Returns whether it happened.

        A job that still holds a slot is refused: a GPU may be rendering it.

        Raises:
            TooManyUnfinished
        """
        allowed = sources("queued", again=retry) - ON_SERVER
        with self._database.write() as session:
            job = session.get(JobRow, job_id)
            if job is None or session.scalar(select(SlotRow.slot).where(SlotRow.job_id == job_id)) is not None:
                return False
            if quota:
                check_unfinished(self._database, session, job.owner, quota)
            self._database.lock(session, f"line {job.model}")
            values = unsent() | {"line_position": _place_of(session, job), "attempts": job.attempts + retry}
            return change_state(session, job_id, allowed, "queued", values)

    def claim(
        self,
        server: str,
        key: QueueKey,
        slots: int,
        address: str | None = None,
        *,
        preview: bool = False,
        only: str | None = None,
    ) -> str | None:
        """Take the next job of a queue for a free one of the server's ``slots``; None if there is no job or no slot.

        Args:
            preview: for a preview engine in place of servers: only jobs that may go there.
            only: this job, or none.

        The job is then ``submitted`` in name of that server, to its ``address``; the caller must send it, or
        ``requeue``.
        """
        model = queue_column(key)
        with self._database.write() as session:
            self._database.lock(session, f"line {model}")
            slot = _free_slot(session, server, slots)
            if slot is None or _paused(session, model):
                return None
            line = [one for one in _predicted(session, model, preview=preview) if only in (None, one.job_id)]
            job = _first_of(session, line, {"server": server, "server_url": address} | error_columns(None))
            if job is not None:
                session.add(SlotRow(server=server, slot=slot, job_id=job.job_id, since=now()))
                self._serve(session, model, job.owner)
            return job.job_id if job else None

    def _serve(self, session: Session, model: str, owner: str) -> None:
        last = session.scalar(select(func.max(TurnRow.turn)).where(TurnRow.model == model)) or 0
        turn = {"model": model, "owner": owner, "turn": last + 1}
        self._database.upsert(session, TurnRow, turn, _TURN_KEYS)

    def requeue(self, job_id: str, *, lost: bool = False) -> bool:
        """Return a claimed job, of which nothing reached the server, to its place in the queue; frees the slot.

        With ``lost`` also a job on a server that is gone for good and has rendered nothing of it.
        """
        allowed = ON_SERVER if lost else _CLAIMED
        with self._database.write() as session:
            back = change_state(session, job_id, allowed, "queued", unsent())
            if back:
                session.execute(delete(SlotRow).where(SlotRow.job_id == job_id))
            return back

    def release(self, server: str, job_id: str) -> bool:
        """The server's GPU is done with the job: its slot is free. Returns whether it was taken until now."""
        taken = delete(SlotRow).where(SlotRow.server == server, SlotRow.job_id == job_id)
        with self._database.write() as session:
            return session.scalar(taken.returning(SlotRow.slot)) is not None

    def holds(self, job_id: str) -> bool:
        """Whether a job has a slot."""
        with self._database.read() as session:
            return session.scalar(select(SlotRow.slot).where(SlotRow.job_id == job_id)) is not None

    def occupied(self) -> tuple[SlotRecord, ...]:
        """All taken slots, those of abandoned jobs included, by server."""
        with self._database.read() as session:
            return tuple(map(slot_record, session.scalars(select(SlotRow).order_by(SlotRow.server, SlotRow.slot))))

    def waiting(self) -> tuple[QueueKey, ...]:
        """The queues in which a job waits."""
        with self._database.read() as session:
            found = session.scalars(select(JobRow.model).where(*_IN_LINE).distinct().order_by(JobRow.model))
            return tuple(map(queue_key, found))

    def order(self, key: QueueKey, *, preview: bool = False) -> tuple[str, ...]:
        """The ids of all that wait in a queue, in the order in which they will go if nothing changes.

        With ``preview`` of those alone that may go to a preview engine in place of a server.
        """
        with self._database.read() as session:
            return tuple(job.job_id for job in _predicted(session, queue_column(key), preview=preview))

    def position(self, job_id: str) -> QueuePosition | None:
        """Where a job stands in its queue; None if it does not wait in one."""
        with self._database.read() as session:
            model = session.scalar(select(JobRow.model).where(JobRow.id == job_id, *_IN_LINE))
            ids = [job.job_id for job in _predicted(session, model)] if model else []
            return QueuePosition(position=ids.index(job_id) + 1, of=len(ids)) if job_id in ids else None

    def move(self, job_id: str, direction: Direction) -> bool:
        """Move a job among its owner's own, so that nobody gets ahead of others by it; returns whether it moved."""
        return self._reorder(job_id, lambda mine: moved(mine, job_id, direction))

    def place(self, job_ids: Sequence[str], before: str | None) -> bool:
        """Put jobs of one owner before another of theirs, or at the end; returns whether anything moved."""
        return bool(job_ids) and self._reorder(job_ids[0], lambda mine: placed(mine, job_ids, before))

    def _reorder(self, job_id: str, change: Callable[[list[str]], list[str]]) -> bool:
        """Change the order of a waiting job's owner in its queue."""
        with self._database.write() as session:
            job = session.get(JobRow, job_id)
            if job is None:
                return False
            self._database.lock(session, f"line {job.model}")
            mine = [one.job_id for one in sorted(_waiting(session, _of_owner(job)))]
            wanted = change(mine)
            if wanted == mine:
                return False
            for place, each in enumerate(wanted):
                change_job(session, each, _IN_LINE, {"line_position": place})
            return True

    def say(
        self, key: QueueKey, error: StoredError | None, *, fail: bool = False, only: Collection[str] | None = None
    ) -> None:
        """Record on the jobs of a queue, or ``only`` some, why they wait, or clear it; ``fail`` ends them with it."""
        columns = error_columns(error)
        other = () if fail else (JobRow.error_kind.is_distinct_from(columns["error_kind"]),)
        with self._database.read() as session:
            found = session.scalars(select(JobRow.id).where(JobRow.model == queue_column(key), *_IN_LINE, *other)).all()
        if ids := [job_id for job_id in found if only is None or job_id in only]:
            with self._database.write() as session:
                for job_id in ids:
                    change_state(
                        session, job_id, QUEUED, "failed" if fail else "queued", {"queued": JobRow.queued} | columns
                    )

    def pause(self, key: QueueKey | None = None) -> None:
        """Send nothing new of a queue, or of any; what is on the servers goes on."""
        with self._database.write() as session:
            statement = self._database.insert(PauseRow).values(model=_pause_column(key), since=now())
            session.execute(statement.on_conflict_do_nothing())

    def resume(self, key: QueueKey | None = None) -> None:
        """Send again. A queue stays paused while all are."""
        with self._database.write() as session:
            session.execute(delete(PauseRow).where(PauseRow.model == _pause_column(key)))

    def is_paused(self, key: QueueKey | None = None) -> bool:
        """Whether a queue is paused; without a key, whether all are."""
        with self._database.read() as session:
            return _paused(session, _pause_column(key))


def _pause_column(key: QueueKey | None) -> str:
    return _EVERY_QUEUE if key is None else queue_column(key)


def _paused(session: Session, model: str) -> bool:
    return session.scalar(select(PauseRow.model).where(PauseRow.model.in_((model, _EVERY_QUEUE))).limit(1)) is not None


def _free_slot(session: Session, server: str, slots: int) -> int | None:
    taken = set(session.scalars(select(SlotRow.slot).where(SlotRow.server == server)))
    free = [slot for slot in range(1, slots + 1) if slot not in taken]
    return free[0] if free and len(taken) < slots else None


def _of_owner(job: JobRow) -> tuple[ColumnElement[bool], ...]:
    return JobRow.model == job.model, JobRow.owner == job.owner, *_IN_LINE


def _place_of(session: Session, job: JobRow) -> int:
    """The position of a job that joins its owner's others: the last, but a batch's row before later rows."""
    mine = sorted(_waiting(session, _of_owner(job)))
    rows = [one for one in mine if job.id.startswith(BATCH) and one.job_id.startswith(BATCH)]
    later = [one.position for one in rows if one.number > job.number]
    if not later:
        return mine[-1].position + 1 if mine else 0
    for one in mine:
        if one.position >= min(later):
            change_job(session, one.job_id, _IN_LINE, {"line_position": one.position + 1})
    return min(later)


def _waiting(session: Session, conditions: tuple[ColumnElement[bool], ...]) -> list[Waiting]:
    rows = session.execute(select(JobRow.line_position, JobRow.number, JobRow.id, JobRow.owner).where(*conditions))
    return [Waiting(*row) for row in rows]


def _predicted(session: Session, model: str, *, preview: bool = False) -> list[Waiting]:
    may = (JobRow.inputs["may_preview"].as_boolean(),) if preview else ()
    turns = session.execute(select(TurnRow.owner, TurnRow.turn).where(TurnRow.model == model))
    return fair_order(_waiting(session, (JobRow.model == model, *_IN_LINE, *may)), dict(turns.all()))


def _first_of(session: Session, line: Iterable[Waiting], taker: Json) -> Waiting | None:
    """Mark the first job of the queue that is still waiting as submitted; a job may be cancelled in the meantime."""
    for job in line:
        if change_state(session, job.job_id, QUEUED, "submitted", taker):
            return job
    return None
