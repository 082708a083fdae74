"""Results of steps, in versions: what was made or edited is never overwritten."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, get_args

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from core.messages import Message
from core.steps import Step
from jobs.database.database import Database
from jobs.database.rows import messages_as_json, step_record
from jobs.database.tables import JobRow, StepRow
from jobs.model.records import FIRST_VERSION, StepRecord
from jobs.model.states import StepState
from jobs.store.search import TEXT_STEPS, index_job
from jobs.store.writes import now, portions

_KEYS = (StepRow.job_id, StepRow.step, StepRow.version)
_UNFINISHED: tuple[StepState, ...] = ("pending", "running", "failed")
_FINISHED: tuple[StepState, ...] = ("done", "stale", "skipped")
_KEPT = frozenset(("chosen", "created"))
_ORDER: tuple[Step, ...] = get_args(Step)


class Steps:
    """The table of step results.

    ``stale`` names steps whose chosen results rest on what is being written: they become stale with it, at once.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, record: StepRecord, *, stale: Collection[Step] = ()) -> StepRecord:
        """Write a version, unless it is finished already: then it stays. Returns what is recorded now.

        A finished version becomes the chosen one; so does a step's first one, whatever its state.
        """
        with self._database.write() as session:
            _lock(session, record.job_id)
            before = session.get(StepRow, (record.job_id, record.step, record.version))
            if before is None or before.state in _UNFINISHED:
                write_step(self._database, session, record)
                _mark_stale(session, record.job_id, stale)
            return _get(session, record.job_id, record.step, record.version)

    def edit(
        self,
        job_id: str,
        step: Step,
        output: str,
        *,
        input_hash: str | None = None,
        warnings: tuple[Message, ...] = (),
        stale: Collection[Step] = (),
    ) -> StepRecord:
        """Add a version written by hand and choose it; the text that is chosen already adds none."""
        with self._database.write() as session:
            _lock(session, job_id)
            chosen = session.scalar(select(StepRow).where(*_step(job_id, step), StepRow.chosen))
            if chosen is not None and chosen.output == output and chosen.state == "done":
                return step_record(chosen)
            version = _next_version(session, job_id, step)
            done = StepRecord(job_id=job_id, step=step, version=version, state="done", output=output, edited=True)
            more = {"input_hash": input_hash, "warnings": messages_as_json(warnings)}
            write_step(self._database, session, done, **more)
            _mark_stale(session, job_id, stale)
            return _get(session, job_id, step, version)

    def next_version(self, job_id: str, step: Step) -> int:
        """The number of the next version, from 1. Remember it and save under it: then a repeat adds none."""
        with self._database.read() as session:
            return _next_version(session, job_id, step)

    def of(self, job_id: str) -> tuple[StepRecord, ...]:
        """All versions of all steps of a job, in the steps' order, oldest version first."""
        with self._database.read() as session:
            rows = session.scalars(select(StepRow).where(StepRow.job_id == job_id).order_by(StepRow.version))
            return tuple(sorted(map(step_record, rows), key=lambda record: _ORDER.index(record.step)))

    def of_several(self, job_ids: Collection[str]) -> dict[str, tuple[StepRecord, ...]]:
        """The same of several jobs, by their ids, in a bounded number of statements."""
        found: dict[str, list[StepRecord]] = {one: [] for one in job_ids}
        with self._database.read() as session:
            for some in portions(job_ids):
                rows = session.scalars(select(StepRow).where(StepRow.job_id.in_(some)).order_by(StepRow.version))
                for record in map(step_record, rows):
                    found[record.job_id].append(record)
        return {one: tuple(sorted(them, key=lambda it: _ORDER.index(it.step))) for one, them in found.items()}

    def with_chosen(self, job_ids: Collection[str], step: Step, states: Collection[StepState]) -> frozenset[str]:
        """Those of these jobs whose chosen version of a step is in one of these states."""
        found: set[str] = set()
        with self._database.read() as session:
            for some in portions(job_ids):
                wanted = (StepRow.job_id.in_(some), StepRow.step == step, StepRow.chosen, StepRow.state.in_(states))
                found |= set(session.scalars(select(StepRow.job_id).where(*wanted)))
        return frozenset(found)

    def chosen(self, job_id: str) -> Mapping[Step, StepRecord]:
        """The version of each step that counts at present, in the steps' order."""
        return {record.step: record for record in self.of(job_id) if record.chosen}

    def choose(self, job_id: str, step: Step, version: int, *, stale: Collection[Step] = ()) -> bool:
        """Choose another finished version; False if there is no such version."""
        with self._database.write() as session:
            _lock(session, job_id)
            row = session.get(StepRow, (job_id, step, version))
            if row is None or row.state not in _FINISHED:
                return False
            if not row.chosen:
                _choose(session, job_id, step, version)
                _mark_stale(session, job_id, stale)
            return True

    def outdate(self, job_id: str, steps: Collection[Step]) -> None:
        """Mark the chosen results of these steps as stale: something before them has changed."""
        with self._database.write() as session:
            _lock(session, job_id)
            _mark_stale(session, job_id, steps)

    def set_state(
        self, job_id: str, step: Step, version: int, state: StepState, *, only_from: Collection[StepState]
    ) -> bool:
        """Compare and set the state of one version; returns whether it happened."""
        conditions = (*_step(job_id, step), StepRow.version == version, StepRow.state.in_(only_from))
        statement = update(StepRow).where(*conditions).values(state=state).returning(StepRow.version)
        with self._database.write() as session:
            return session.scalar(statement) is not None

    def keep(self, job_id: str, step: Step, *, input_hash: str | None = None, by_hand: bool = True) -> bool:
        """Let the chosen version count although something before it changed: as if made, or written, from that."""
        stale = (*_step(job_id, step), StepRow.chosen, StepRow.state == "stale")
        values: dict[str, object] = {"state": "done", "input_hash": input_hash, **({"edited": True} if by_hand else {})}
        statement = update(StepRow).where(*stale).values(**values).returning(StepRow.version)
        with self._database.write() as session:
            return session.scalar(statement) is not None

    def keep_maker(self, job_id: str, step: Step, version: int) -> bool:
        """Let a version count whoever would make it now; returns whether it is there."""
        one = (*_step(job_id, step), StepRow.version == version)
        statement = update(StepRow).where(*one).values(kept=True).returning(StepRow.version)
        with self._database.write() as session:
            return session.scalar(statement) is not None

    def keep_makers(self, job_id: str) -> None:
        """The same for every version that is chosen in a job."""
        statement = update(StepRow).where(StepRow.job_id == job_id, StepRow.chosen).values(kept=True)
        with self._database.write() as session:
            session.execute(statement.execution_options(synchronize_session=False))

    def jobs_from(self, step: Step, input_hash: str, owner: str, limit: int) -> tuple[str, ...]:
        """The ids of the owner's newest jobs in which this step was made from exactly the same inputs."""
        made = (StepRow.input_hash == input_hash, StepRow.step == step, StepRow.state.in_(("done", "stale")))
        mine = (JobRow.owner == owner, ~JobRow.deleted)
        query = select(JobRow.id).join(StepRow, JobRow.id == StepRow.job_id).where(*made, *mine)
        newest = query.group_by(JobRow.id, JobRow.number).order_by(JobRow.number.desc()).limit(limit)
        with self._database.read() as session:
            return tuple(session.scalars(newest))


def write_step(database: Database, session: Session, record: StepRecord, **more: Any) -> None:
    """The statements that write a version; ``more`` are values of columns."""
    values = vars(record) | {"warnings": messages_as_json(record.warnings), "chosen": False}
    values["maker"] = record.maker.as_json() if record.maker else None
    values |= {"created": record.created or now()} | more
    database.upsert(session, StepRow, values, _KEYS, keep=_KEPT)
    chosen = select(StepRow.version).where(*_step(record.job_id, record.step), StepRow.chosen)
    if record.state in _FINISHED or session.scalar(chosen) is None:
        _choose(session, record.job_id, record.step, record.version)
    if record.output is not None and record.step in TEXT_STEPS:
        index_job(database, session, record.job_id)


def _lock(session: Session, job_id: str) -> None:
    """Let the versions of one job change one after the other (on SQLite, writing transactions do so anyway)."""
    session.execute(select(JobRow.id).where(JobRow.id == job_id).with_for_update())


def _step(job_id: str, step: Step) -> tuple[ColumnElement[bool], ...]:
    return StepRow.job_id == job_id, StepRow.step == step


def _get(session: Session, job_id: str, step: Step, version: int) -> StepRecord:
    key = (job_id, step, version)
    return step_record(session.get_one(StepRow, key, populate_existing=True))


def _next_version(session: Session, job_id: str, step: Step) -> int:
    last = session.scalar(select(func.max(StepRow.version)).where(*_step(job_id, step)))
    return FIRST_VERSION if last is None else last + 1


def _choose(session: Session, job_id: str, step: Step, version: int) -> None:
    statement = update(StepRow).where(*_step(job_id, step)).values(chosen=StepRow.version == version)
    session.execute(statement.execution_options(synchronize_session=False))


def _mark_stale(session: Session, job_id: str, steps: Collection[Step]) -> None:
    rests_on_it = (StepRow.job_id == job_id, StepRow.step.in_(steps), StepRow.chosen, StepRow.state == "done")
    statement = update(StepRow).where(*rests_on_it).values(state="stale")
    session.execute(statement.execution_options(synchronize_session=False))
