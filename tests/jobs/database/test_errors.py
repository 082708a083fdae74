"""What goes wrong with a database, in words for people; afterwards the store goes on by itself."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

import jobs.database.database
from core.errors import StoreBusy, StoreEncoding, StoreError, StoreFull, StoreReadOnly, StoreUnavailable
from jobs.database.errors import kind_of
from jobs.store.store import open_store
from tests.jobs.parallel import in_parallel, open_it, write_jobs
from tests.jobs.samples import new_job
from tests.postgres import Postgres

NOBODY = 65534


@pytest.fixture
def file() -> Iterator[Path]:
    """A store that another user may find: pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.db"
        open_store(f"sqlite:///{path}").close()
        Path(folder).chmod(0o755)
        yield path


def as_nobody(address: str) -> str:
    """Write as a user without rights: the class of what is raised, and its words."""
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
    try:
        write_jobs(address, "ann", 1)
    except StoreError as problem:
        return f"{type(problem).__name__}: {problem} {problem.next_step()}"
    return "nothing"


def test_a_file_without_the_right_to_write(file: Path) -> None:
    file.chmod(0o444)
    (words,) = in_parallel(as_nobody, [(f"sqlite:///{file}",)])
    assert words.startswith("StoreReadOnly: The job database jobs.db cannot be written to.")
    assert str(file.parent) not in words


def lose_and_regain_the_right_to_write(path: Path) -> tuple[str, int]:
    if os.geteuid() == 0:
        for file in (path.parent, *path.parent.iterdir()):
            os.chown(file, NOBODY, -1)
        os.seteuid(NOBODY)
    store = open_store(f"sqlite:///{path}")
    store.close()
    path.chmod(0o444)
    try:
        store.jobs.create(new_job())
    except StoreError as problem:
        for file in path.parent.iterdir():
            file.chmod(0o644)
        store.jobs.create(new_job())
        return type(problem).__name__, store.pages.count()
    return "nothing", 0


def test_a_file_that_may_be_written_again_is_written_again(file: Path) -> None:
    assert in_parallel(lose_and_regain_the_right_to_write, [(file,)]) == [("StoreReadOnly", 1)]


def test_a_folder_that_cannot_be_made(file: Path) -> None:
    (words,) = in_parallel(as_nobody, [(f"sqlite:///{file.parent / 'new' / 'jobs.db'}",)])
    assert words.startswith("StoreReadOnly")


def test_a_full_disk_loses_nothing_and_it_goes_on_with_more_space(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    pages = 1

    @event.listens_for(store.database.engine, "checkout")
    def limit(connection: sqlite3.Connection, *_more: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    created: list[str] = []

    def fill() -> None:
        while True:
            created.append(store.jobs.create(new_job(text="x" * 1000)).id)

    with pytest.raises(StoreFull, match="no space left"):
        fill()
    assert store.pages.count() == len(created)
    pages = 1_000_000
    store.jobs.create(new_job())
    assert store.pages.count() == len(created) + 1
    store.close()


def test_a_file_that_another_program_holds(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.database.database, "BUSY_SECONDS", 0.05)
    store = open_store(f"sqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.pages.count() == 0
        with pytest.raises(StoreBusy, match="locked"):
            store.jobs.create(new_job())
    store.jobs.create(new_job())
    store.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").write_text("not a database, but long enough to be taken for the beginning of one" * 20)
    with pytest.raises(StoreUnavailable) as caught:
        open_store(f"sqlite:///{tmp_path / 'jobs.db'}")
    assert "not a database" in caught.value.raw


def test_a_postgres_that_is_not_there_and_one_without_the_database(postgres: Postgres) -> None:
    with pytest.raises(StoreUnavailable, match=r"mova on 127\.0\.0\.1") as caught:
        open_store("postgresql://ann:secret@127.0.0.1:1/mova")
    assert "secret" not in str(caught.value) + caught.value.raw
    with pytest.raises(StoreUnavailable):
        open_store(postgres.url_of("nothing"))


def test_postgres_stops_and_comes_back(postgres: Postgres) -> None:
    postgres.execute("DROP DATABASE IF EXISTS interrupted WITH (FORCE)")
    postgres.execute("CREATE DATABASE interrupted")
    store = open_store(postgres.url_of("interrupted"))
    job = store.jobs.create(new_job())
    postgres.stop()
    try:
        with pytest.raises(StoreUnavailable):
            store.jobs.create(new_job())
        with pytest.raises(StoreUnavailable):
            store.pages.page()
    finally:
        postgres.start()
    assert store.jobs.get(job.id) == job
    assert store.jobs.move_to(job.id, "waiting")
    store.close()


def test_a_connection_that_breaks_in_the_middle_says_so(postgres: Postgres) -> None:
    store = open_store(postgres.url)

    def break_off() -> None:
        with store.database.write() as session:
            connection = session.connection()
            backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            postgres.execute(f"SELECT pg_terminate_backend({backend})")
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(StoreUnavailable):
        break_off()
    assert store.jobs.get("nobody") is None
    store.close()


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (psycopg.errors.DiskFull(), StoreFull),
        (psycopg.errors.ReadOnlySqlTransaction(), StoreReadOnly),
        (psycopg.errors.InsufficientPrivilege(), StoreReadOnly),
        (psycopg.errors.LockNotAvailable(), StoreBusy),
        (psycopg.errors.DeadlockDetected(), StoreBusy),
        (psycopg.errors.AdminShutdown(), StoreUnavailable),
        (psycopg.errors.CannotConnectNow(), StoreUnavailable),
        (psycopg.errors.TooManyConnections(), StoreUnavailable),
        (psycopg.errors.InvalidPassword(), StoreUnavailable),
        (psycopg.OperationalError(), StoreUnavailable),
        (psycopg.errors.UndefinedTable(), StoreError),
    ],
)
def test_what_postgres_reports(problem: Exception, kind: type[StoreError]) -> None:
    assert kind_of(OperationalError("", {}, problem)) is kind


def test_a_first_start_where_the_tables_cannot_be_made(file: Path) -> None:
    file.unlink()
    file.parent.chmod(0o755)
    (words,) = in_parallel(as_nobody, [(f"sqlite:///{file}",)])
    assert words.startswith("StoreReadOnly")
    assert open_it(f"sqlite:///{file}")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_postgres_that_cannot_hold_every_text(postgres: Postgres, encoding: str) -> None:
    name = f"in_{encoding.lower()}"
    postgres.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    postgres.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(StoreEncoding, match=f"stores text as {encoding}; UTF8 is needed"):
        open_store(postgres.url_of(name))
