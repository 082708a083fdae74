"""Webhooks and what is to be sent to them. Who sends holds a lease, and takes a message before it sends it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from jobs.database.database import Database
from jobs.database.tables import WebhookMessageRow, WebhookRow
from jobs.model.webhooks import (
    EARLIER_HOLDS,
    MAX_TRIES,
    TEST,
    Event,
    MessageState,
    Outcome,
    Trouble,
    WebhookMessage,
    WebhookRecord,
    WebhookTry,
)
from jobs.store.webhook_outbox import tell
from jobs.store.writes import now

_Row = WebhookMessageRow
_WAITING = _Row.state == "waiting"


class Webhooks:
    """The tables of webhooks and of their messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- webhooks ----------------------------------------------------------------------------------------------------

    def add(self, owner: str, url: str, events: Collection[Event], *, most: int) -> WebhookRecord | None:
        """Record a new one; None where its owner has as many as one may have."""
        row = WebhookRow(id=f"wh_{token_hex(8)}", owner=owner, url=url, events=list(events), secret=1, created=now())
        with self._database.write() as session:
            self._database.lock(session, f"webhooks {owner}")
            mine = select(func.count()).select_from(WebhookRow).where(WebhookRow.owner == owner)
            if (session.scalar(mine) or 0) >= most:
                return None
            session.add(row)
            session.flush()
            return _webhook(row)

    def of(self, owner: str) -> tuple[WebhookRecord, ...]:
        """An owner's webhooks, the oldest first."""
        query = select(WebhookRow).where(WebhookRow.owner == owner).order_by(WebhookRow.created, WebhookRow.id)
        with self._database.read() as session:
            return tuple(map(_webhook, session.scalars(query)))

    def get(self, owner: str, webhook_id: str) -> WebhookRecord | None:
        with self._database.read() as session:
            row = session.get(WebhookRow, webhook_id)
            return _webhook(row) if row is not None and row.owner == owner else None

    def change(self, owner: str, webhook_id: str, *, url: str, events: Collection[Event]) -> bool:
        """Write address and events of one; False where there is none."""
        return self._update(owner, webhook_id, url=url, events=list(events))

    def renew_secret(self, owner: str, webhook_id: str) -> bool:
        """Begin a new secret; the one of until now signs as well for a while."""
        values = {"secret": WebhookRow.secret + 1, "earlier_until": now() + EARLIER_HOLDS}
        return self._update(owner, webhook_id, **values)

    def end_earlier(self, owner: str, webhook_id: str) -> bool:
        """Sign with the newest secret alone from now on."""
        return self._update(owner, webhook_id, earlier_until=None)

    def pause(self, owner: str, webhook_id: str) -> bool:
        """Write no new messages for it, and send none; those that wait stay."""
        return self._update(owner, webhook_id, stopped="paused")

    def resume(self, owner: str, webhook_id: str) -> bool:
        """Send again, at once what waits."""
        with self._database.write() as session:
            if not _changed(session, owner, webhook_id, {"stopped": None}):
                return False
            waiting = update(_Row).where(_Row.webhook == webhook_id, _WAITING)
            session.execute(waiting.values(next_at=now(), attempts=0))
            return True

    def remove(self, owner: str, webhook_id: str) -> bool:
        """Forget a webhook with all its messages."""
        mine = delete(WebhookRow).where(WebhookRow.id == webhook_id, WebhookRow.owner == owner)
        with self._database.write() as session:
            return session.scalar(mine.returning(WebhookRow.id)) is not None

    def _update(self, owner: str, webhook_id: str, **values: Any) -> bool:
        with self._database.write() as session:
            return _changed(session, owner, webhook_id, values)

    # ---- the log -----------------------------------------------------------------------------------------------------

    def messages(self, webhook_id: str, *, limit: int, before: int | None = None) -> tuple[WebhookMessage, ...]:
        """Its messages, the newest first; ``before`` is the number of the last one that was read."""
        query = select(_Row).where(_Row.webhook == webhook_id)
        if before is not None:
            query = query.where(_Row.number < before)
        with self._database.read() as session:
            return tuple(map(_message, session.scalars(query.order_by(_Row.number.desc()).limit(limit))))

    def test(self, webhook_id: str) -> str:
        """Write a message that tells of nothing; returns its id."""
        with self._database.write() as session:
            return tell(session, webhook_id, TEST, f"test-{token_hex(8)}", now())

    def send_again(self, webhook_id: str, message_id: str) -> bool:
        """Send a message once more, under the id that it has, whatever became of it; False where it waits already."""
        mine = (_Row.id == message_id, _Row.webhook == webhook_id, _Row.state != "waiting")
        values = {"state": "waiting", "attempts": 0, "next_at": now()}
        with self._database.write() as session:
            return session.scalar(update(_Row).where(*mine).values(**values).returning(_Row.number)) is not None

    def has_message(self, webhook_id: str, message_id: str) -> bool:
        with self._database.read() as session:
            known = select(_Row.number).where(_Row.id == message_id, _Row.webhook == webhook_id)
            return session.scalar(known) is not None

    def forget(self, before: datetime) -> int:
        """Forget messages that were done with before a time; returns how many."""
        old = delete(_Row).where(_Row.state != "waiting", _Row.created < before)
        with self._database.write() as session:
            return len(session.scalars(old.returning(_Row.number)).all())

    # ---- sending -----------------------------------------------------------------------------------------------------

    def are_there(self) -> bool:
        """Whether anybody has a webhook."""
        with self._database.read() as session:
            return bool(session.scalar(select(exists().select_from(WebhookRow))))

    def due(self, moment: datetime) -> tuple[WebhookRecord, ...]:
        """Those of everybody to which something is to be sent now."""
        waits = exists().where(_Row.webhook == WebhookRow.id, *_due(moment))
        query = select(WebhookRow).where(WebhookRow.stopped.is_(None), waits)
        with self._database.read() as session:
            return tuple(map(_webhook, session.scalars(query)))

    def take(
        self,
        webhook_id: str,
        moment: datetime,
        *,
        limit: int,
        flying: Collection[int],
        waits: Sequence[float],
    ) -> tuple[WebhookMessage, ...]:
        """Take what is to be sent to a webhook now, of each job and film the oldest message alone, as tried.

        A sender that dies has then had one of the tries, which its log tells, and the next one comes in its time.

        Args:
            flying: the numbers of messages that are being sent.
            waits: the seconds before each try, from the first on.
        """
        before = aliased(_Row)
        same = (before.webhook == _Row.webhook, before.subject == _Row.subject, before.state == "waiting")
        earlier = exists().where(*same, before.number < _Row.number)
        first = (_Row.webhook == webhook_id, *_due(moment), ~earlier, _Row.number.not_in(flying))
        query = select(_Row).where(*first).order_by(_Row.next_at, _Row.number).limit(limit)
        with self._database.write() as session:
            taken = session.scalars(query).all()
            for row in taken:
                _tell_of_the_lost(row)
                row.attempts += 1
                row.tried = moment
                row.next_at = moment + timedelta(seconds=waits[min(row.attempts, len(waits) - 1)])
            return tuple(map(_message, taken))

    def record(self, outcomes: Iterable[Outcome]) -> None:
        """Record what became of some tries, all in one transaction.

        A receiver that wants nothing any more (``gone``) ends its webhook: all that waits is given up.
        """
        with self._database.write() as session:
            outcomes = tuple(outcomes)
            before = _tries(session, [one.number for one in outcomes])
            for one in outcomes:
                state: MessageState = "waiting" if one.next_at else "given_up" if one.trouble else "delivered"
                values: dict[str, Any] = {"state": state, "next_at": one.next_at}
                values |= {"status": one.status, "trouble": one.trouble}
                if found := before.get(one.number):
                    values["tries"] = [*found.tries, [found.at, one.status, one.trouble]][-MAX_TRIES:]
                session.execute(update(_Row).where(_Row.number == one.number, _WAITING).values(**values))
                if one.trouble == "gone":
                    waiting = update(_Row).where(_Row.webhook == one.webhook, _WAITING)
                    session.execute(waiting.values(state="given_up", next_at=None, trouble="gone"))
                    session.execute(update(WebhookRow).where(WebhookRow.id == one.webhook).values(stopped="gone"))


@dataclass(frozen=True)
class _Earlier:
    """When a message is being tried, in ISO 8601, and its tries before."""

    at: str
    tries: list[list[Any]]


def _tries(session: Session, numbers: Collection[int]) -> dict[int, _Earlier]:
    query = select(_Row.number, _Row.tried, _Row.tries).where(_Row.number.in_(numbers), _Row.tried.is_not(None))
    return {number: _Earlier(_written(tried), tries or []) for number, tried, tries in session.execute(query)}


def _tell_of_the_lost(row: WebhookMessageRow) -> None:
    """Note the last try where nothing became of it: its sender ended meanwhile."""
    tries = row.tries or []
    is_noted = tries[-1][0] == _written(row.tried) if tries and row.tried else row.trouble is not None
    if row.tried is not None and not is_noted:
        ended: Trouble = "sender_ended"
        row.tries = [*tries, [_written(row.tried), None, ended]][-MAX_TRIES:]


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return _WAITING, _Row.next_at <= moment


def _changed(session: Session, owner: str, webhook_id: str, values: dict[str, Any]) -> bool:
    statement = update(WebhookRow).where(WebhookRow.id == webhook_id, WebhookRow.owner == owner).values(**values)
    return session.scalar(statement.returning(WebhookRow.id).execution_options(synchronize_session=False)) is not None


def _webhook(row: WebhookRow) -> WebhookRecord:
    return WebhookRecord(
        id=row.id,
        owner=row.owner,
        url=row.url,
        events=tuple(cast(Event, event) for event in row.events),
        secret=row.secret,
        earlier_until=row.earlier_until,
        stopped=cast(Any, row.stopped),
        created=row.created,
    )


def _message(row: WebhookMessageRow) -> WebhookMessage:
    tries = [
        WebhookTry(at=datetime.fromisoformat(at), status=status, trouble=why) for at, status, why in row.tries or ()
    ]
    values = {one.name: getattr(row, one.name) for one in fields(WebhookMessage)}
    return WebhookMessage(**values | {"tries": tuple(tries)})
