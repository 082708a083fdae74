"""Sends what waits in the outbox: signed, at least once, in order for each job, tried again for about a day.

One process at a time sends, as long as it holds the lease. A receiver that is slow or down holds up nobody else: few
messages at a time are on their way to each webhook, and one alone to a webhook whose last try failed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.posting import NotPosted, post
from core.version import VERSION
from jobs.model.webhooks import Outcome, Trouble, WebhookMessage, WebhookRecord, webhook_secret

if TYPE_CHECKING:
    from jobs.store.webhooks import Webhooks

# Seconds before each try, after the one before it.
WAITS = (0.0, 5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)
LONGEST_TRY = 15.0
_AT_ONCE, _TO_ONE = 16, 4
_REST, _REST_UNUSED = 1.0, 3.0  # seconds between turns; the second where nobody has a webhook
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
        self._flying: dict[int, str] = {}  # the webhook of each message that was taken and is not recorded yet
        self._ailing: set[str] = set()
        self._is_used = False
        self._landed = threading.Condition()
        self._landings: list[tuple[int, Outcome | None]] = []
        self._fault: Exception | None = None

    def turn(self) -> int:
        """Send all that is due, and what becomes due meanwhile; returns how many tries that took.

        Raises:
            StoreError: the database cannot be used.
        """
        tried = 0
        self._is_used = self._is_used or self._store.are_there()
        while self._is_used and not self._stopping.is_set():
            self._record()
            on_way = bool(self._flying)
            due = self._store.due(self._now())
            taken = self._take(due) if due and self._holds_lease() else []
            if not taken and not on_way:
                return tried
            for webhook, message in taken:
                self._begin(webhook, message)
            tried += len(taken)
            self._rest(busy=bool(taken))
        self._record()
        return tried

    def rest(self) -> None:
        """Wait until the next turn."""
        self._stopping.wait(_REST if self._is_used else _REST_UNUSED)

    def _record(self) -> None:
        """Record what has landed, together: a transaction for each would take longer than the tries."""
        with self._landed:
            landed = tuple(self._landings)
        if outcomes := [outcome for _, outcome in landed if outcome is not None]:
            self._store.record(outcomes)
        for number, _ in landed:
            self._flying.pop(number, None)
        with self._landed:
            del self._landings[: len(landed)]
            fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def _rest(self, *, busy: bool) -> None:
        """Wait until a message has landed, where no more can begin before."""
        with self._landed:
            if self._flying and not self._landings and (not busy or len(self._flying) >= _AT_ONCE):
                self._landed.wait(0.5)

    def _take(self, due: Iterable[WebhookRecord]) -> list[tuple[WebhookRecord, WebhookMessage]]:
        """What may go now, of every webhook some."""
        found: list[tuple[WebhookRecord, WebhookMessage]] = []
        flying = self._flying
        on_way, moment = Counter(flying.values()), self._now()
        for webhook in due:
            most = 1 if webhook.id in self._ailing else _TO_ONE
            room = min(most - on_way[webhook.id], _AT_ONCE - len(flying) - len(found))
            if room > 0:
                taken = self._store.take(webhook.id, moment, limit=room, flying=flying.keys(), waits=WAITS)
                found += [(webhook, message) for message in taken]
        return found

    def _begin(self, webhook: WebhookRecord, message: WebhookMessage) -> None:
        self._flying[message.number] = webhook.id
        threading.Thread(target=self._fly, args=(webhook, message), name="webhook", daemon=True).start()

    def _fly(self, webhook: WebhookRecord, message: WebhookMessage) -> None:
        outcome, fault = None, None
        try:
            outcome = self._tried(webhook, message)
        except Exception as problem:  # told by the thread that began it
            fault = problem
        with self._landed:
            self._landings.append((message.number, outcome))
            self._fault = fault or self._fault
            self._landed.notify()

    # ---- one try -----------------------------------------------------------------------------------------------------

    def _tried(self, webhook: WebhookRecord, message: WebhookMessage) -> Outcome:
        status: int | None = None
        trouble: Trouble | None
        try:
            headers = self._headers(webhook, message)
            body = message.body.encode()
            status = post(webhook.url, body, headers, seconds=LONGEST_TRY, allowed=self._allowed)
            trouble = _trouble(status)
        except NotPosted as problem:
            trouble = problem.why
        (self._ailing.add if trouble else self._ailing.discard)(webhook.id)
        again = self._next(message.attempts) if trouble and trouble != "gone" else None
        return Outcome(number=message.number, webhook=webhook.id, status=status, trouble=trouble, next_at=again)

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
    if status == _GONE:
        return "gone"
    return "redirect" if 300 <= status < 400 else "status"
