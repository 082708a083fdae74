"""Messages for webhooks, written in the transaction of the state that they tell of: neither is there without the other.

They hold ids and states, no text of a person: whoever receives one asks for the rest with a key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from jobs.database.tables import JobRow, WebhookMessageRow, WebhookRow
from jobs.model.states import JobState
from jobs.model.webhooks import EVENT_OF, GIVEN_UP, Event


def tell_of_job(session: Session, job_id: str, state: JobState, moment: datetime) -> None:
    """Write a message for each webhook of the job's owner that is told of this state; mostly there is none."""
    event = EVENT_OF.get(state)
    if event is None:
        return
    mine = (WebhookRow.owner == JobRow.owner) & WebhookRow.stopped.is_(None)
    of_job = (JobRow.mode, JobRow.stage, JobRow.error_kind, JobRow.attempts, JobRow.preview)
    query = select(WebhookRow.id, WebhookRow.events, *of_job).join(WebhookRow, mine).where(JobRow.id == job_id)
    told = session.execute(query).all()
    if not told:
        return
    _, _, mode, stage, error, attempts, preview = told[0]
    if state == "abandoned" and error is not None:
        event = GIVEN_UP
    data = {"object": "job", "id": job_id, "state": state, "mode": mode, "attempt": attempts + 1, "preview": preview}
    data |= {"step": stage if state == "waiting" else None, "error": error}
    _write(session, [one.id for one in told if event in one.events], event, job_id, data, moment)


def tell_of_film(session: Session, owner: str, film_id: str, data: dict[str, Any], moment: datetime) -> None:
    """Write a message for each webhook of an owner that is told of finished films."""
    event: Event = "film.completed"
    query = select(WebhookRow.id, WebhookRow.events).where(WebhookRow.owner == owner, WebhookRow.stopped.is_(None))
    told = [one.id for one in session.execute(query) if event in one.events]
    _write(session, told, event, film_id, {"object": "film", "id": film_id} | data, moment)


def tell(session: Session, webhook_id: str, event: Event, subject: str, moment: datetime) -> str:
    """Write a message for one webhook about nothing but itself; returns its id."""
    (message_id,) = _write(session, [webhook_id], event, subject, {"object": "webhook", "id": webhook_id}, moment)
    return message_id


def _write(
    session: Session, webhooks: Iterable[str], event: Event, subject: str, data: dict[str, Any], moment: datetime
) -> list[str]:
    at = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json.dumps({"type": event, "timestamp": at, "data": data}, separators=(",", ":"))
    rows = [
        {
            "id": f"msg_{token_hex(16)}",
            "webhook": webhook,
            "event": event,
            "subject": subject,
            "body": body,
            "state": "waiting",
            "attempts": 0,
            "created": moment,
            "next_at": moment,
        }
        for webhook in webhooks
    ]
    if rows:
        session.execute(insert(WebhookMessageRow), rows)
    return [str(row["id"]) for row in rows]
