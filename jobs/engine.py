"""DBOS: it keeps a run going when the process that has it dies. The only file that knows DBOS.

A run is a loop of one recorded step, ``advance``, which asks the store what comes next. So a run survives an upgrade
that adds steps: nothing in its history names them. What a step did is in our own tables; DBOS holds who runs what.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, WorkflowStatus
from sqlalchemy import make_url

from jobs.wal import use_wal

Kind = Literal["prepare", "render"]
Advance = Callable[[str], bool]

_UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]
_advance: dict[str, Advance] = {}
_walking: set[str] = set()


class Stopped(BaseException):
    """This process stops and the run stays unfinished. Not an Exception, so that DBOS records no end."""


@DBOS.step(name="advance")
def _step(kind: str, job_id: str) -> bool:
    return _advance[kind](job_id)


@DBOS.workflow(name="prepare")
def _prepare(job_id: str) -> None:
    _walk("prepare", job_id)


@DBOS.workflow(name="render")
def _render(job_id: str) -> None:
    _walk("render", job_id)


def _walk(kind: str, job_id: str) -> None:
    run = str(DBOS.workflow_id)
    _walking.add(run)
    try:
        while _step(kind, job_id):
            pass
    finally:  # also where DBOS could not write down what a step did
        _walking.discard(run)


def launch(address: str, executor: str, advance: Mapping[str, Advance]) -> None:
    """Start DBOS in this process under its own name; its unfinished runs of an earlier life go on.

    Args:
        advance: what one step of a run does; True where another follows. It raises nothing but Stopped.
    """
    _advance.update(advance)
    logging.getLogger("dbos").setLevel(logging.ERROR)
    config: DBOSConfig = {
        "name": "mova",
        "system_database_url": _engine_database(address),
        # Fixed: with DBOS's default, a hash of the code, runs of an older version would never go on.
        "application_version": "1",
        "executor_id": executor,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()


def stop() -> None:
    """Let go of everything; unfinished runs stay unfinished."""
    DBOS.destroy()


def start(kind: Kind, job_id: str) -> None:
    """Run a job in this process, unless somebody has it. Processes that start it at once make one run of it."""
    prefix = f"{kind}-{job_id}-"
    runs = DBOS.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
    if any(run.status in _UNFINISHED for run in runs):
        return  # what the caller saw is a moment old: a second run beside it could send the job twice
    with SetWorkflowID(f"{prefix}{len(runs)}"):
        DBOS.start_workflow(_prepare if kind == "prepare" else _render, job_id)


def unfinished() -> dict[str, str]:
    """The ids of the jobs that somebody runs, and the name of the process that has each."""
    return {_job_of(run): run.executor_id or "" for run in _runs()}


def take_over(dead: str) -> int:
    """Go on with the runs of a process that has died; returns how many."""
    runs = [run for run in _runs() if run.executor_id == dead and run.status == "PENDING"]
    for run in runs:
        DBOS.resume_workflow(run.workflow_id)
    return len(runs)


def broken_off(mine: str) -> set[str]:
    """Runs that are on record as this process's own, and that no thread of it walks: DBOS's database failed it."""
    return {run.workflow_id for run in _runs() if run.executor_id == mine and run.status == "PENDING"} - _walking


def go_on(run: str) -> None:
    """Walk a run again from its last recorded step."""
    DBOS.resume_workflow(run)


def _runs() -> list[WorkflowStatus]:
    return DBOS.list_workflows(status=_UNFINISHED, load_input=False, load_output=False)


def _job_of(run: WorkflowStatus) -> str:
    return run.workflow_id.split("-", 1)[1].rsplit("-", 1)[0]


def _engine_database(address: str) -> str:
    """On SQLite a file of its own beside ours; on PostgreSQL the same database, in DBOS's own schema."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    path = f"{(url.database or '').removesuffix('.db')}-engine.db"
    use_wal(Path(path))
    return f"sqlite:///{path}"
