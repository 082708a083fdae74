"""DBOS continues a run when the process that works on it dies. The only file that imports DBOS.

A run is a loop of one recorded step, ``advance``, which asks the store what comes next. So a run survives an upgrade
that adds steps: nothing in its history names them. What a step did is in our own tables; DBOS holds who runs what.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Literal

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, WorkflowStatus
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError

from jobs.database.database import engine_file, shown_name
from jobs.database.errors import in_plain_words, kind_of
from jobs.database.sqlite_time import ClockedConnection
from jobs.database.wal import use_wal

Kind = Literal["prepare", "render"]
Advance = Callable[[str], bool]

_UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]
_QUEUE_REST = 3.0  # seconds until a run of a dead process goes on, once it is taken over
_TIDY_REST = 4.0  # seconds; on PostgreSQL DBOS holds a lock meanwhile, which ends after five
# Of DBOS's modules, which have no option for it.
_RESTS = (
    ("dbos._workflow_commands", "_BACKGROUND_JOBS_INTERVAL_SEC", _TIDY_REST),
    ("dbos._scheduler", "_STARTUP_FAST_POLL_DURATION_SEC", 0.0),
)
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


def launch(address: str, executor: str, advance: Mapping[str, Advance], *, briefly: bool = False) -> None:
    """Start DBOS under this process's name; runs that an earlier process of that name left are continued.

    Args:
        advance: what one step of a run does; True where another follows. It raises nothing but Stopped.
        briefly: this process ends with its jobs, and somebody waits for that.
    """
    _advance.update(advance)
    logging.getLogger("dbos").setLevel(logging.ERROR)
    logging.getLogger("dbos").addFilter(_database_errors_in_plain_words)
    with in_plain_words(_name_of(address)):
        database = _engine_database(address)
    config: DBOSConfig = {
        "name": "mova",
        "system_database_url": database,
        # Fixed: with DBOS's default, a hash of the code, runs of an older version would never go on.
        "application_version": "1",
        "executor_id": executor,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "ERROR",
        # Threads of DBOS look for notifications, which no run of ours waits for or sends; a stop waits for their rest.
        "notification_listener_polling_interval_sec": 0.05 if briefly else 0.25,
        "notification_coalesce_sec": 0.05 if briefly else 0.25,
    }
    if make_url(address).get_backend_name() == "sqlite":
        config["db_engine_kwargs"] = {"connect_args": {"factory": ClockedConnection}}
    with in_plain_words(_name_of(address)):
        _rest_longer(DBOS(config=config))
        DBOS.launch()


def _rest_longer(dbos: DBOS) -> None:
    """DBOS looks each second for runs with a delay, a time limit or a schedule, which none of ours has, and for those
    taken over.

    It has no options for that. Where a later version has other names, it looks as often as it does by itself.
    """
    for module, name, seconds in _RESTS:
        with suppress(ImportError):
            vars(import_module(module))[name] = seconds
    with suppress(AttributeError, TypeError):
        dbos._registry.get_internal_queue()._polling_interval_sec = _QUEUE_REST


def _database_errors_in_plain_words(record: logging.LogRecord) -> bool:
    """A run that broke off because DBOS could not write goes on by itself (``broken_off``): a line, no traceback."""
    problem = record.exc_info[1] if record.exc_info else None
    if isinstance(problem, DBAPIError):
        plain = kind_of(problem)(str(problem.orig), store="DBOS")
        record.msg, record.args, record.exc_info = f"A run is interrupted and will go on: {plain}", (), None
    return True


def stop() -> None:
    """Let go of everything; unfinished runs stay unfinished."""
    logging.getLogger("dbos").setLevel(logging.CRITICAL)  # a run that is cut off now goes on at the next start
    DBOS.destroy()


def start(kind: Kind, job_id: str) -> None:
    """Run a job in this process, unless another one runs it. Several starts at the same time make one run."""
    prefix = f"{kind}-{job_id}-"
    runs = DBOS.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
    if any(run.status in _UNFINISHED for run in runs):
        return  # the caller's knowledge may be out of date, and a second run at the same time could send the job twice
    with SetWorkflowID(f"{prefix}{len(runs)}"):
        DBOS.start_workflow(_prepare if kind == "prepare" else _render, job_id)


def unfinished() -> dict[str, str]:
    """The jobs with an unfinished run: job id to the name of the process that runs it."""
    return {_job_of(run): run.executor_id or "" for run in _runs()}


def take_over(dead: str, may: Callable[[str, str], bool] = lambda kind, job_id: True) -> int:
    """Continue the runs of a dead process that this process may continue; returns how many."""
    left = [run for run in _runs() if run.executor_id == dead and run.status == "PENDING"]
    runs = [run for run in left if may(run.workflow_id.split("-", 1)[0], _job_of(run))]
    for run in runs:
        DBOS.resume_workflow(run.workflow_id)
    return len(runs)


def broken_off(mine: str) -> set[str]:
    """Runs recorded as this process's own that none of its threads executes, because DBOS's database had failed."""
    return {run.workflow_id for run in _runs() if run.executor_id == mine and run.status == "PENDING"} - _walking


def go_on(run: str) -> None:
    """Continue a run after its last recorded step."""
    DBOS.resume_workflow(run)


def _runs() -> list[WorkflowStatus]:
    return DBOS.list_workflows(status=_UNFINISHED, load_input=False, load_output=False)


def _job_of(run: WorkflowStatus) -> str:
    return run.workflow_id.split("-", 1)[1].rsplit("-", 1)[0]


def _name_of(address: str) -> str:
    """The name of DBOS's database in messages."""
    url = make_url(address)
    return engine_file(url).name if url.get_backend_name() == "sqlite" else shown_name(url)


def _engine_database(address: str) -> str:
    """On SQLite a file of its own next to ours; on PostgreSQL the same database, in DBOS's own schema."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    path = engine_file(url)
    use_wal(path)
    return URL.create("sqlite", database=str(path)).render_as_string()
