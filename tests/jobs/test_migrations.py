"""Migrations: from nothing to the tables that the code expects, once, and never down from a newer version."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from errors import StoreNewer
from jobs import migrate
from jobs.store import Store, open_store
from jobs.tables import Base
from tests.jobs.samples import new_job


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
