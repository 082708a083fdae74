"""Bring a database to this version's tables, once, however many processes start at the same time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.errors import StoreNewer
from jobs.database.create import create
from jobs.database.database import Database

NEWEST = "0021"  # the last revision in migrations/versions; a test compares
_SCRIPTS = Path(__file__).parent / "migrations"


def bring_up_to_date(database: Database) -> None:
    """Create or upgrade the tables. One process does it, the others wait and find it done.

    Raises:
        StoreNewer: the database was written by a newer version of the program.
        StoreError: it cannot be opened or written to.
    """
    with database.read() as session:
        if revision_of(session.connection()) == NEWEST:
            return
    with database.connection() as connection:
        database.lock(connection, "migration")
        found = revision_of(connection)
        if found is None and database.is_sqlite and not inspect(connection).get_table_names():
            create(connection, NEWEST)
        elif found != NEWEST:
            _upgrade(connection, found, database.name)


def revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection, found: str | None, name: str) -> None:
    from alembic import command  # slow to import, and needed once in a database's life
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreNewer(store=name, found=found)
    command.upgrade(config, "head")
