"""Migrations: from nothing to the tables that the code expects, once, and never down from a newer version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text

from core.errors import StoreNewer
from jobs.database import migrate
from jobs.database.database import database_at
from jobs.database.tables import Base, JobRow, SlotRow
from jobs.model.records import JobFilter
from jobs.model.states import JobState
from jobs.store.store import Store, open_store
from jobs.store.writes import first_columns, now
from tests.jobs.samples import new_job, recorded
from tests.postgres import Postgres


def upgraded(address: str, to: str) -> None:
    """Bring a database that is empty to a revision by the migrations."""
    database = database_at(address)
    with database.connection() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
    database.close()


def test_the_newest_revision_is_the_scripts_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.NEWEST]


def test_the_migrations_make_the_tables_that_the_code_has(store: Store) -> None:
    def ours(_object: object, name: str | None, *_more: object) -> bool:
        return not (name or "").startswith(("job_search", "job_words", "alembic_version"))

    with store.database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []


def test_a_new_database_on_sqlite_is_what_the_migrations_make(tmp_path: Path) -> None:
    upgraded(f"sqlite:///{tmp_path / 'upgraded.db'}", "head")
    open_store(f"sqlite:///{tmp_path / 'new.db'}").close()
    made = _schema(tmp_path / "new.db")
    assert made == _schema(tmp_path / "upgraded.db")
    assert {"jobs", "job_search", "alembic_version"} <= made.keys()


def _schema(path: Path) -> dict[str, object]:
    """Columns, keys and indexes of each table, in any order; of a virtual one its statement."""
    found = dict[str, object]()
    with closing(sqlite3.connect(path)) as there:

        def rows(question: str, *given: str) -> list[object]:
            return sorted(there.execute(question, given).fetchall())

        for name, words in there.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            if words.startswith("CREATE VIRTUAL"):
                found[name] = words
                continue
            columns = rows('SELECT name, lower(type), "notnull", dflt_value, pk FROM pragma_table_info(?)', name)
            keys = rows('SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(?)', name)
            found[name] = (columns, keys)
        for name, of, words in there.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index'"):
            found[f"index {name}"] = (of, "".join((words or "").lower().replace('"', "").split()))
        found["revision"] = rows("SELECT * FROM alembic_version")
    return found


def test_opening_again_keeps_everything(address: str) -> None:
    first = open_store(address)
    job = first.jobs.create(new_job())
    first.close()
    again = open_store(address)
    assert again.jobs.get(job.id) == job
    again.close()


def test_a_database_of_a_newer_version_is_left_alone(address: str, store: Store) -> None:
    _set_revision(store, "9999")
    with pytest.raises(StoreNewer, match="9999"):
        open_store(address)
    with store.database.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    _set_revision(store, migrate.NEWEST)


def _set_revision(store: Store, revision: str) -> None:
    with store.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@pytest.fixture(params=["sqlite", "postgres"])
def old_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that the first version has made."""
    address = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        server.execute("DROP DATABASE IF EXISTS old WITH (FORCE)")
        server.execute("CREATE DATABASE old")
        address = server.url_of("old")
    upgraded(address, "0001")
    return address


def test_jobs_of_the_first_version_are_found_by_their_size(old_address: str) -> None:
    database = database_at(old_address)
    columns = first_columns(new_job(width=352, height=640), "job-1", 1)
    more = {"progress": 0, "attempts": 0, "line_position": 0, "favourite": False, "deleted": False, "revision": 1}
    del columns["size"], columns["extends"]
    with database.write() as session:
        session.execute(insert(JobRow).values(columns | more))
    database.close()
    store = open_store(old_address)
    assert [job.id for job in store.pages.page(JobFilter(size="352x640")).jobs] == ["job-1"]
    store.close()


def test_jobs_of_the_first_version_are_found_by_their_seed_and_id(old_address: str) -> None:
    database = database_at(old_address)
    columns = first_columns(new_job(seed=4711), "20251129-101530-4f9c2a", 1)
    more = {"progress": 0, "attempts": 0, "line_position": 0, "favourite": False, "deleted": False, "revision": 1}
    del columns["size"], columns["extends"]
    value = "'boat'" if database.is_sqlite else "array_to_tsvector(ARRAY['boat'])"
    with database.write() as session:
        session.execute(insert(JobRow).values(columns | more))
        session.execute(text(f"INSERT INTO job_search (rowid, terms) VALUES (1, {value})"))  # noqa: S608
    database.close()
    store = open_store(old_address)
    for query in ("4711", "seed:4711", "id:4f9c2a", "20251129-101530-4f9c2a", "boat seed:4711"):
        assert [job.number for job in store.pages.page(JobFilter(text=query)).jobs] == [1], query
    store.close()


def test_jobs_that_may_be_on_a_server_are_unclear_after_the_upgrade(old_address: str) -> None:
    database = database_at(old_address)
    more = {"progress": 0, "attempts": 0, "line_position": 0, "favourite": False, "revision": 1}
    with database.write() as session:
        for number, (state, held, deleted) in enumerate(OLD_STATES, 1):
            columns = first_columns(new_job(state=state), f"job-{number}", number)
            del columns["size"], columns["extends"]
            session.execute(insert(JobRow).values(columns | more | {"deleted": deleted}))
            if held:
                session.execute(insert(SlotRow).values(server="s", slot=number, job_id=f"job-{number}", since=now()))
    database.close()
    store = open_store(old_address)
    states = [recorded(store, f"job-{number}").state for number in range(1, 7)]
    assert states == ["unclear", "unclear", "waiting", "preparing", "abandoned", "waiting"]
    assert [slot.job_id for slot in store.queue.occupied()] == ["job-1", "job-2", "job-5", "job-6"]
    store.close()


# State, whether it held a slot, whether it was deleted.
OLD_STATES: list[tuple[JobState, bool, bool]] = [
    ("waiting", True, False),
    ("preparing", True, False),
    ("waiting", False, False),
    ("preparing", False, False),
    ("abandoned", True, False),
    ("waiting", True, True),
]


@pytest.mark.parametrize("step", ["jobs.database.create.text", "jobs.database.tables.Base.metadata.create_all"])
def test_a_new_database_that_breaks_off_has_no_half_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    address = f"sqlite:///{tmp_path / 'jobs.db'}"
    with monkeypatch.context() as broken:
        broken.setattr(step, _fail)
        with pytest.raises(RuntimeError, match="killed"):
            open_store(address)
    store = open_store(address)
    assert store.pages.count() == 0
    store.close()


def test_an_upgrade_that_breaks_off_leaves_no_half_tables(old_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.create_index", _fail)
        with pytest.raises(RuntimeError, match="killed"):
            open_store(old_address)
    store = open_store(old_address)
    assert store.pages.count() == 0
    store.close()


def _fail(*_arguments: object, **_options: object) -> None:
    raise RuntimeError("killed")


def test_steps_of_the_first_version_have_an_unknown_maker(old_address: str) -> None:
    database = database_at(old_address)
    columns = first_columns(new_job(), "job-1", 1)
    more = {"progress": 0, "attempts": 0, "line_position": 0, "favourite": False, "deleted": False, "revision": 1}
    del columns["size"], columns["extends"]
    step = {"job_id": "job-1", "step": "image_prompt", "version": 1, "state": "done", "provider": "gemini"}
    step |= {"model": "flash", "input_hash": "h", "output": "a quay", "created": columns["created"]}
    with database.write() as session:
        session.execute(insert(JobRow).values(columns | more))
        names = [*step, "edited", "chosen", "warnings"]
        values = [*(f":{name}" for name in step), "false", "true", "'[]'"]
        session.execute(text(f"INSERT INTO step_results ({', '.join(names)}) VALUES ({', '.join(values)})"), step)  # noqa: S608
    database.close()
    store = open_store(old_address)
    (found,) = store.steps.of("job-1")
    assert (found.provider, found.input_hash, found.maker, found.kept) == ("gemini", "h", None, False)
    assert store.steps.jobs_from("image_prompt", "h", "ann", 5) == ("job-1",)
    store.close()
