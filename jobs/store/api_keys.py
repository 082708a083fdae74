"""The keys of programs. What is stored of a key is its hash; a key that was revoked stays on record."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from jobs.database.database import Database
from jobs.database.tables import ApiKeyRow
from jobs.model.api_keys import SCOPES, ApiKey
from jobs.store.writes import now

_USED_EVERY = timedelta(minutes=1)  # a program that asks every second is not a write every second


class ApiKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: ApiKey, digest: str) -> bool:
        """Record a key; False where its owner has one of this name already."""
        with self._database.write() as session:
            self._database.lock(session, f"keys {key.owner}")
            named = (ApiKeyRow.owner == key.owner, ApiKeyRow.name == key.name, ApiKeyRow.revoked.is_(None))
            if session.scalar(select(ApiKeyRow.id).where(*named)) is not None:
                return False
            session.add(
                ApiKeyRow(
                    id=key.id,
                    owner=key.owner,
                    name=key.name,
                    scopes=" ".join(key.scopes),
                    hash=digest,
                    created=key.created,
                )
            )
            return True

    def find(self, key_id: str) -> tuple[ApiKey, str] | None:
        """A key that was not revoked, and its hash."""
        with self._database.read() as session:
            row = session.get(ApiKeyRow, key_id)
            return (_record(row), row.hash) if row and row.revoked is None else None

    def all(self, owner: str | None = None) -> tuple[ApiKey, ...]:
        """The keys that were not revoked, of one owner or of all, oldest first."""
        live = select(ApiKeyRow).where(ApiKeyRow.revoked.is_(None)).order_by(ApiKeyRow.created, ApiKeyRow.id)
        with self._database.read() as session:
            found = session.scalars(live if owner is None else live.where(ApiKeyRow.owner == owner))
            return tuple(map(_record, found))

    def used(self, key: ApiKey) -> None:
        """Note that a key was used, to the minute."""
        moment = now()
        if key.used is None or moment - key.used >= _USED_EVERY:
            self._change(key.id, used=moment)

    def revoke(self, key_id: str) -> bool:
        """Revoke a key for good; False where that has happened before."""
        return self._change(key_id, revoked=now())

    def _change(self, key_id: str, **values: datetime) -> bool:
        one = (ApiKeyRow.id == key_id, ApiKeyRow.revoked.is_(None))
        with self._database.write() as session:
            changed = session.scalars(update(ApiKeyRow).where(*one).values(**values).returning(ApiKeyRow.id))
            return bool(changed.all())


def _record(row: ApiKeyRow) -> ApiKey:
    scopes = tuple(one for one in SCOPES if one in row.scopes.split())
    return ApiKey(
        id=row.id,
        owner=row.owner,
        name=row.name,
        scopes=scopes,
        created=row.created,
        used=row.used,
        revoked=row.revoked,
    )
