"""An owner with a new name: everything kept under the former name moves to the new one."""

from __future__ import annotations

from sqlalchemy import delete, exists, update
from sqlalchemy.orm import Session

from jobs.database.database import Database
from jobs.database.tables import (
    ApiKeyRow,
    DayRow,
    FilmJobRow,
    FilmOrderRow,
    FilmRow,
    FormRow,
    JobRow,
    RepeatableRow,
    TurnRow,
    WebhookRow,
)


class Owners:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken: set[tuple[str, str]] = set()

    def take_over(self, former: str, name: str) -> None:
        """Jobs, turns and counts of ``former`` become those of ``name``; asked for again it does nothing."""
        if (former, name) in self._taken:
            return
        with self._database.write() as session:
            for many in (JobRow, ApiKeyRow, FilmJobRow, WebhookRow):
                session.execute(update(many).where(many.owner == former).values(owner=name))
            for row in (TurnRow, DayRow, FilmRow, FilmOrderRow, FormRow, RepeatableRow):
                _rename(session, row, former, name)
        self._taken.add((former, name))


def _rename(
    session: Session,
    row: type[TurnRow | DayRow | FilmRow | FilmOrderRow | FormRow | RepeatableRow],
    former: str,
    name: str,
) -> None:
    """Rows that already exist under the new name win; the remaining ones of the former name are deleted."""
    if not session.query(exists().where(row.owner == name)).scalar():
        session.execute(update(row).where(row.owner == former).values(owner=name))
    session.execute(delete(row).where(row.owner == former))
