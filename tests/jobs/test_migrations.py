"""Migrations: from nothing to the tables that the code expects, once, and never down from a newer version."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text

from errors import StoreNewer
from jobs import migrate
from jobs.database import database_at
from jobs.job_writes import first_columns
from jobs.records import JobFilter
from jobs.store import Store, open_store
from jobs.tables import Base, JobRow
from tests.jobs.samples import new_job
from tests.postgres import Postgres


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
        server.execute("DROP DATABASE IF EXISTS old")
        server.execute("CREATE DATABASE old")
        address = server.url_of("old")
    database = database_at(address)
    with database.connection() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    database.close()
    return address


def test_jobs_of_the_first_version_are_found_by_their_size(old_address: str) -> None:
    database = database_at(old_address)
    columns = first_columns(new_job(settings={"width": 352, "height": 640}), "job-1", 1)
    more = {"progress": 0, "attempts": 0, "line_position": 0, "favourite": False, "deleted": False, "revision": 1}
    del columns["size"], columns["extends"]
    with database.write() as session:
        session.execute(insert(JobRow).values(columns | more))
    database.close()
    store = open_store(old_address)
    assert [job.id for job in store.pages.page(JobFilter(size="352x640")).jobs] == ["job-1"]
    store.close()


def test_an_upgrade_that_breaks_off_leaves_no_half_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"sqlite:///{tmp_path / 'jobs.db'}"
    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.create_index", _fail)
        with pytest.raises(RuntimeError, match="killed"):
            open_store(address)
    store = open_store(address)
    assert store.pages.count() == 0
    store.close()


def _fail(*_arguments: object, **_options: object) -> None:
    raise RuntimeError("killed")
