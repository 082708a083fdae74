"""Sends what waits in the outbox: signed, at least once, in order for each job, tried again for about a day.

One process at a time sends, as long as it holds the lease. A receiver that is slow or down holds up nobody else: few
messages at a time are on their way to each webhook, and one alone to a webhook whose last try brought nothing.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.posting import NotPosted, post
from core.version import VERSION
from jobs.model.webhooks import Trouble, WebhookMessage, WebhookRecord, webhook_secret

if TYPE_CHECKING:
    from jobs.store.webhooks import Webhooks

# Seconds before each try, after the one before it.
WAITS = (0.0, 5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)
LONGEST_TRY = 15.0
_AT_ONCE, _TO_ONE = 16, 4
_GONE = 410


def utc_now() -> datetime:
    return datetime.now(UTC)


class WebhookSender:
    """One a process; ``turn`` is called by one thread.

    Args:
        installation: reads the secret that all secrets follow from.
        allowed: hosts and networks that are not public (WEBHOOK_ALLOW).
        holds_lease: whether this process is the one that sends.
        stopping: set where the process ends; what is on its way then is sent once more by the next one.
    """

    def __init__(
        self,
        store: Webhooks,
        installation: Callable[[], str],
        allowed: Collection[str],
        holds_lease: Callable[[], bool],
        stopping: threading.Event,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store, self._installation, self._allowed = store, installation, allowed
        self._holds_lease, self._stopping, self._now = holds_lease, stopping, now
        self._flying: dict[int, str] = {}  # the webhook of each message that is on its way
        self._ailing: set[str] = set()
        self._landed = threading.Condition()
        self._fault: Exception | None = None

    def turn(self) -> int:
        """Send all that is due, and what becomes due meanwhile; returns how many tries that took.

        Raises:
            StoreError: the database cannot be used.
        """
        tried = 0
        while not self._stopping.is_set():
            on_way = bool(self._flying)  # looked at first: what lands from here on may let another go
            due = self._store.due(self._now())
            taken = self._take(due) if due and self._holds_lease() else []
            if not taken and not on_way:
                return tried
            for webhook, message in taken:
                self._begin(webhook, message)
            tried += len(taken)
            self._rest(busy=bool(taken))
        return tried

    def _rest(self, *, busy: bool) -> None:
        """Wait until a message has landed, where no more can begin before."""
        with self._landed:
            if self._flying and (not busy or len(self._flying) >= _AT_ONCE):
                self._landed.wait(0.5)
            fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def _take(self, due: Iterable[WebhookRecord]) -> list[tuple[WebhookRecord, WebhookMessage]]:
        """What may go now, of every webhook some."""
        found: list[tuple[WebhookRecord, WebhookMessage]] = []
        with self._landed:
            flying = dict(self._flying)
        on_way, moment = Counter(flying.values()), self._now()
        for webhook in due:
            most = 1 if webhook.id in self._ailing else _TO_ONE
            room = min(most - on_way[webhook.id], _AT_ONCE - len(flying) - len(found))
            if room > 0:
                taken = self._store.take(webhook.id, moment, limit=room, flying=flying.keys(), waits=WAITS)
                found += [(webhook, message) for message in taken]
        return found

    def _begin(self, webhook: WebhookRecord, message: WebhookMessage) -> None:
        with self._landed:
            self._flying[message.number] = webhook.id
        threading.Thread(target=self._fly, args=(webhook, message), name="webhook", daemon=True).start()

    def _fly(self, webhook: WebhookRecord, message: WebhookMessage) -> None:
        try:
            self._send(webhook, message)
        except Exception as problem:  # told by the thread that began it
            self._fault = problem
        finally:
            with self._landed:
                self._flying.pop(message.number, None)
                self._landed.notify()

    # ---- one try -----------------------------------------------------------------------------------------------------

    def _send(self, webhook: WebhookRecord, message: WebhookMessage) -> None:
        body, status, trouble = message.body.encode(), None, None
        try:
            headers = self._headers(webhook, message)
            status = post(webhook.url, body, headers, seconds=LONGEST_TRY, allowed=self._allowed)
            trouble = _trouble(status)
        except NotPosted as problem:
            trouble = problem.why
        if trouble is None and status is not None:
            self._ailing.discard(webhook.id)
            self._store.delivered(message.number, status)
        elif status == _GONE:
            self._store.gone(webhook.id, message.number, status)
        elif trouble is not None:
            self._ailing.add(webhook.id)
            self._store.failed(message.number, trouble, status, self._next(message.attempts))

    def _headers(self, webhook: WebhookRecord, message: WebhookMessage) -> dict[str, str]:
        from standardwebhooks.webhooks import Webhook

        moment = self._now()
        secrets = [webhook_secret(self._installation(), webhook.id, number) for number in webhook.secrets_at(moment)]
        signed = [Webhook(secret).sign(message.id, moment, message.body) for secret in secrets]
        return {
            "content-type": "application/json",
            "user-agent": f"mova-workflow/{VERSION}",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": " ".join(signed),
        }

    def _next(self, attempts: int) -> datetime | None:
        """When the try after so many is; None after the last."""
        return self._now() + timedelta(seconds=WAITS[attempts]) if attempts < len(WAITS) else None


def _trouble(status: int) -> Trouble | None:
    if 200 <= status < 300:
        return None
    return "redirect" if 300 <= status < 400 else "status"
