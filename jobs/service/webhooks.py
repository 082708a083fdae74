"""A person's webhooks: addresses of their programs that are told what becomes of their jobs and films."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from core.errors import BadWebhook, TooManyWebhooks, UnknownWebhook
from core.kept_secret import WEBHOOKS
from core.limits import is_plain_id
from core.messages import gettext_noop
from core.posting import NotPosted, check_address, in_ascii
from jobs.model.webhooks import EVENTS, MAX_WEBHOOKS, Event, WebhookMessage, WebhookRecord, webhook_secret

if TYPE_CHECKING:
    from jobs.service.context import ServiceContext

_LONGEST = 2_000
_LOGGED = 50
_REASONS = {
    "address": gettext_noop("its address is not an https address without a password"),
    "not_public": gettext_noop("its host is not public"),
}


class WebhookService:
    """Of this person alone, an administrator's too: nobody is told of somebody else's jobs.

    Every act on a webhook raises UnknownWebhook where it is not theirs.
    """

    def __init__(self, context: ServiceContext) -> None:
        self._context, self._store = context, context.store.webhooks
        self._owner = context.person.name

    def all(self) -> tuple[WebhookRecord, ...]:
        """This person's webhooks, the oldest first."""
        return self._store.of(self._owner)

    def get(self, webhook_id: str) -> WebhookRecord:
        """One of them."""
        if found := self._store.get(self._owner, _plain(webhook_id)):
            return found
        raise UnknownWebhook(webhook=webhook_id[:40])

    def add(self, url: str, events: Collection[Event] = EVENTS) -> tuple[WebhookRecord, str]:
        """Record a new one; returns it with its secret, which is shown this once.

        Raises:
            BadWebhook, TooManyWebhooks
        """
        added = self._store.add(self._owner, self._checked(url), _known(events), most=MAX_WEBHOOKS)
        if added is None:
            raise TooManyWebhooks(limit=MAX_WEBHOOKS)
        return added, self._secret(added)

    def change(self, webhook_id: str, url: str, events: Collection[Event]) -> WebhookRecord:
        """Give it another address, or other events.

        Raises:
            BadWebhook
        """
        self._done(
            webhook_id,
            self._store.change(self._owner, _plain(webhook_id), url=self._checked(url), events=_known(events)),
        )
        return self.get(webhook_id)

    def remove(self, webhook_id: str) -> None:
        """Forget it with its log; nothing more is sent to it."""
        self._done(webhook_id, self._store.remove(self._owner, _plain(webhook_id)))

    def renew_secret(self, webhook_id: str) -> str:
        """Begin a new secret, and return it; messages are signed with the one of until now as well for seven days."""
        self._done(webhook_id, self._store.renew_secret(self._owner, _plain(webhook_id)))
        return self._secret(self.get(webhook_id))

    def end_earlier_secret(self, webhook_id: str) -> None:
        """Sign with the newest secret alone from now on."""
        self._done(webhook_id, self._store.end_earlier(self._owner, _plain(webhook_id)))

    def pause(self, webhook_id: str) -> None:
        """Send nothing to it, and write nothing for it, until it is resumed."""
        self._done(webhook_id, self._store.pause(self._owner, _plain(webhook_id)))

    def resume(self, webhook_id: str) -> None:
        """Send to it again, also where its receiver had ended it."""
        self._done(webhook_id, self._store.resume(self._owner, _plain(webhook_id)))

    def log(self, webhook_id: str, *, limit: int = _LOGGED, before: int | None = None) -> tuple[WebhookMessage, ...]:
        """Its messages of the last 30 days, the newest first; ``before`` is the number of the last one read."""
        return self._store.messages(self.get(webhook_id).id, limit=limit, before=before)

    def send_test(self, webhook_id: str) -> str:
        """Send it a message that tells of nothing; returns the message's id."""
        return self._store.test(self.get(webhook_id).id)

    def send_again(self, webhook_id: str, message_id: str) -> bool:
        """Send a message once more under its id; False where it waits to be sent already, or is not known."""
        webhook = self.get(webhook_id)
        return is_plain_id(message_id) and self._store.send_again(webhook.id, message_id)

    def has_message(self, webhook_id: str, message_id: str) -> bool:
        """Whether a message is in its log."""
        webhook = self.get(webhook_id)
        return is_plain_id(message_id) and self._store.has_message(webhook.id, message_id)

    def _checked(self, url: str) -> str:
        try:
            address = in_ascii(url.strip()[: _LONGEST + 1])
            if len(address) > _LONGEST:
                raise NotPosted("address")
            check_address(address, self._context.settings.webhook_allow)
        except NotPosted as problem:
            raise BadWebhook(reason=_REASONS.get(problem.why, _REASONS["address"])) from None
        return address

    def _secret(self, webhook: WebhookRecord) -> str:
        installation = self._context.folders.storage.secret(WEBHOOKS)
        return webhook_secret(installation, webhook.id, webhook.secret)

    def _done(self, webhook_id: str, happened: bool) -> None:
        if not happened:
            raise UnknownWebhook(webhook=webhook_id[:40])


def _plain(webhook_id: str) -> str:
    """An id as a database takes it; raises UnknownWebhook for what can be none."""
    if not is_plain_id(webhook_id):
        raise UnknownWebhook(webhook=webhook_id[:40])
    return webhook_id


def _known(events: Collection[Event]) -> list[Event]:
    """These events in their usual order; raises BadWebhook where there is none."""
    chosen = [event for event in EVENTS if event in events]
    if not chosen or set(events) - set(EVENTS):
        raise BadWebhook(reason=gettext_noop("it is told of no event, or of one that there is not"))
    return chosen
