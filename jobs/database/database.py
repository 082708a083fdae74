"""One database, SQLite or PostgreSQL: connections, transactions, locks. The rest of the store need not know which."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import StoreEncoding, StoreReadOnly
from jobs.database.columns import as_json
from jobs.database.errors import in_plain_words, kind_of
from jobs.database.tables import Base

BUSY_SECONDS = 30
_CONNECT_SECONDS = 10
# Threads that read and write at once are few; more would only queue for the one writer.
_CONNECTIONS = {"pool_size": 5, "max_overflow": 15, "pool_timeout": BUSY_SECONDS}


class Database:
    """Transactions on one database. Each raises a StoreError with words for people.

    ``read`` sees one moment. ``write`` is exclusive on SQLite from its first statement on, so that it never has
    to give up half-way; on PostgreSQL it locks the rows that it changes, and ``lock`` a name.
    """

    def __init__(self, url: URL) -> None:
        self.name = shown_name(url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self._writer = self.engine.execution_options(writes=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with in_plain_words(self.name), Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        with in_plain_words(self.name), Session(self._writer) as session, session.begin():
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One writing transaction for the migrations."""
        with in_plain_words(self.name), self._writer.begin() as connection:
            yield connection

    def lock(self, session: Session | Connection, name: str) -> None:
        """Hold ``name`` until the end of the transaction; on SQLite a writing transaction is alone anyway."""
        if not self.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"mova:{name}"})

    def insert(self, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that can say what to do where the row is there already."""
        return sqlite.insert(row) if self.is_sqlite else postgresql.insert(row)

    def upsert(
        self,
        session: Session,
        row: type[Base],
        values: dict[str, Any],
        keys: Sequence[InstrumentedAttribute[Any]],
        keep: frozenset[str] = frozenset(),
    ) -> None:
        """Insert a row, or write everything but ``keys`` and ``keep`` over the one that is there."""
        statement = self.insert(row).values(values)
        names = {key.key for key in keys}
        changes = {name: statement.excluded[name] for name in values if name not in names | keep}
        session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changes))

    def close(self) -> None:
        self.engine.dispose()


def database_at(address: str) -> Database:
    """The database at an address such as ``sqlite:////data/jobs.db`` or ``postgresql://user@host/name``."""
    url = make_url(address)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return Database(url)


def shown_name(url: URL) -> str:
    """The database's name in messages: without password, user or folder."""
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "").name
    return f"{url.database} on {url.host or 'localhost'}"


@event.listens_for(Engine, "handle_error")
def _open_again(context: ExceptionContext) -> None:
    """SQLite keeps a file that it opened without the right to write so, DBOS's too: such connections are given up."""
    if isinstance(context.original_exception, sqlite3.Error) and kind_of(context.original_exception) is StoreReadOnly:
        context.is_disconnect = True


def engine_file(url: URL) -> Path:
    """DBOS's own database file, in the folder of ours; for SQLite only."""
    return Path(f"{str(url.database).removesuffix('.db')}-engine.db")


def _postgres_engine(url: URL) -> Engine:
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    # The ping costs little and is what brings the store back by itself after PostgreSQL was restarted.
    engine = create_engine(
        url, pool_pre_ping=True, connect_args=arguments, json_serializer=as_json, hide_parameters=True, **_CONNECTIONS
    )
    # Before SQLAlchemy asks the server anything: from a database in SQL_ASCII it gets bytes and breaks.
    event.listen(engine, "connect", partial(_check_encoding, shown_name(url)), insert=True)
    return engine


def _check_encoding(name: str, connection: DBAPIConnection, _record: object) -> None:
    found = connection.info.parameter_status("server_encoding")
    if found != "UTF8":
        raise StoreEncoding(store=name, found=str(found))


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS}, json_serializer=as_json, hide_parameters=True, **_CONNECTIONS
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late; see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail as locked without waiting: take the lock at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
