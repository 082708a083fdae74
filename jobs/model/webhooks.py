"""Webhooks as records: which events there are, who is told of them, and what became of each message.

The secret of a webhook is in no table: it follows from a secret of this installation and from the webhook's id and
the number of the secret, so that whoever has the database alone can sign nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from jobs.model.states import JobState

Event = Literal[
    "job.waiting_for_you", "job.completed", "job.failed", "job.lost", "job.cancelled", "film.completed", "webhook.test"
]
TEST: Event = "webhook.test"  # goes to a webhook that is tried out, whatever else it is told of
EVENTS: tuple[Event, ...] = tuple(event for event in get_args(Event) if event != TEST)

# Every state in which a job waits for its person or has ended.
EVENT_OF: Mapping[JobState, Event] = {
    "waiting": "job.waiting_for_you",
    "unclear": "job.waiting_for_you",
    "completed": "job.completed",
    "failed": "job.failed",
    "cancelled": "job.cancelled",
    "lost": "job.lost",
    # Where nobody stopped waiting for it, the program has given it up.
    "abandoned": "job.cancelled",
}
GIVEN_UP: Event = "job.failed"

MessageState = Literal["waiting", "delivered", "given_up"]
# Why the last try brought nothing: no connection; too slow; it broke off; no such name; a private address; a
# certificate that is not trusted; a redirect; another status; an address that cannot be used; the webhook was ended;
# the program ended before it was known, so it may have arrived.
Trouble = Literal[
    "unreachable",
    "late",
    "broken",
    "unknown_name",
    "not_public",
    "certificate",
    "redirect",
    "status",
    "address",
    "gone",
    "sender_ended",
]
MAX_WEBHOOKS = 10  # of one person
MAX_TRIES = 24  # of one message that are kept: as it is sent, and twice again by hand
EARLIER_HOLDS = timedelta(days=7)  # for which messages are signed with the secret before the newest, too


@dataclass(frozen=True, kw_only=True)
class WebhookRecord:
    """``secret`` counts its secrets from 1; the one before it signs as well until ``earlier_until``.

    ``stopped`` is why nothing is sent: its person paused it, or its receiver answered that it is gone for good.
    """

    id: str
    owner: str
    url: str
    events: tuple[Event, ...]
    secret: int
    earlier_until: datetime | None
    stopped: Literal["paused", "gone"] | None
    created: datetime

    def secrets_at(self, moment: datetime) -> tuple[int, ...]:
        """The numbers of the secrets that sign a message at a time, the newest first."""
        earlier = self.earlier_until is not None and moment < self.earlier_until
        return (self.secret, self.secret - 1) if earlier else (self.secret,)


@dataclass(frozen=True, kw_only=True)
class WebhookTry:
    """``status`` is that of the answer, if there was one; without ``trouble`` the message has arrived."""

    at: datetime
    status: int | None
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class WebhookMessage:
    """One event on its way to one webhook. ``number`` orders them; ``id`` is the header webhook-id, at every try.

    ``subject`` is the job or film that it tells of: its messages arrive in their order. ``status`` is that of the
    last answer. ``tries`` are the last ones that have ended, the oldest first, at most ``MAX_TRIES``.
    """

    number: int
    id: str
    webhook: str
    event: Event
    subject: str
    body: str
    state: MessageState
    attempts: int
    created: datetime
    next_at: datetime | None
    tried: datetime | None
    status: int | None
    trouble: Trouble | None
    tries: tuple[WebhookTry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one try: without ``trouble`` the message has arrived; without ``next_at`` it is given up."""

    number: int
    webhook: str
    status: int | None
    trouble: Trouble | None = None
    next_at: datetime | None = None


def webhook_secret(installation: str, webhook_id: str, number: int) -> str:
    """A secret in the form of Standard Webhooks, ``whsec_…``; the same whenever it is asked for."""
    key = hmac.new(installation.encode(), f"webhook {webhook_id} {number}".encode(), hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(key).decode()}"
