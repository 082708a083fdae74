"""Requests that may be repeated: which id each was given, on record before anything is made under it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from jobs.database.database import Database
from jobs.database.tables import RepeatableRow
from jobs.store.writes import now

KEPT = timedelta(hours=24)


class Repeatable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, owner: str, key: str, digest: str, made: str) -> tuple[str, str]:
        """The digest and the id of an owner's request with this key: these, or those of the one that came first.

        The id is empty where what it made was deleted.
        """
        with self._database.write() as session:
            self._database.lock(session, f"request {owner} {key}")
            session.execute(delete(RepeatableRow).where(RepeatableRow.created < now() - KEPT))
            if row := session.get(RepeatableRow, (owner, key)):
                return row.digest, row.made
            session.add(RepeatableRow(owner=owner, key=key, digest=digest, made=made, created=now()))
            return digest, made
