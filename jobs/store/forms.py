"""What a person has put into the form of a new job and not sent yet: one form a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from jobs.database.database import Database
from jobs.database.tables import FormRow
from jobs.store.writes import now


@dataclass(frozen=True)
class FormRecord:
    """``picture`` is the name of the picture's file, ``sha256`` the digest of what is in it; None without a picture."""

    fields: dict[str, Any]
    picture: str | None
    sha256: str | None
    updated: datetime


class Forms:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, owner: str) -> FormRecord | None:
        with self._database.read() as session:
            row = session.get(FormRow, owner)
            return FormRecord(row.fields, row.picture, row.sha256, row.updated) if row else None

    def keep(
        self, owner: str, fields: dict[str, Any], picture: str | None, sha256: str | None, after: str | None
    ) -> bool:
        """Write an owner's form over the one whose picture is ``after``, None for none; False where it is another one.

        So whoever replaces a picture knows which one, and a form never names a file that somebody else removes.
        """
        values = {"owner": owner, "fields": fields, "picture": picture, "sha256": sha256, "updated": now()}
        with self._database.write() as session:
            self._database.lock(session, f"form {owner}")
            if session.scalar(select(FormRow.picture).where(FormRow.owner == owner)) != after:
                return False
            self._database.upsert(session, FormRow, values, [FormRow.owner])
            return True

    def clear(self, owner: str) -> str | None:
        """Forget an owner's form; returns the name of its picture's file."""
        with self._database.write() as session:
            return session.scalar(delete(FormRow).where(FormRow.owner == owner).returning(FormRow.picture))

    def forget(self, before: datetime) -> int:
        """Forget the forms that nobody has touched since; returns how many those were."""
        with self._database.write() as session:
            return len(session.scalars(delete(FormRow).where(FormRow.updated < before).returning(FormRow.owner)).all())

    def pictures(self) -> frozenset[str]:
        """The files of all pictures that are in a form."""
        with self._database.read() as session:
            return frozenset(session.scalars(select(FormRow.picture).where(FormRow.picture.is_not(None))))
