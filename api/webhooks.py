"""``/api/v1/webhooks``: a person's webhooks and what was sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Creator, Reader
from api.problems import answers
from core.errors import UnknownMessage
from jobs.model.webhooks import EVENTS, Event, MessageState, Trouble

if TYPE_CHECKING:
    from jobs.model.webhooks import WebhookMessage, WebhookRecord

router = APIRouter(prefix="/api/v1/webhooks", tags=["Webhooks"])
WebhookId = Annotated[str, Path(max_length=64)]
MessageId = Annotated[str, Path(max_length=64)]
_URL = "https, of a public host; others as WEBHOOK_ALLOW names them"


class NewWebhook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2_000, description=_URL)]
    events: Annotated[list[Event], Field(max_length=50, description="What it is told of")] = list(EVENTS)


class Webhook(BaseModel):
    """``stopped`` is why nothing is sent: ``paused``, or ``gone`` where its receiver answered 410."""

    id: str
    url: str
    events: list[Event]
    stopped: str | None
    earlier_secret_until: datetime | None
    created: datetime


class WebhookSecret(Webhook):
    """``secret`` is shown this once."""

    secret: str


class Webhooks(BaseModel):
    data: list[Webhook]


class Try(BaseModel):
    """One try: ``status`` of its answer, ``trouble`` why it brought nothing."""

    at: datetime
    status: int | None
    trouble: Trouble | None


class Delivery(BaseModel):
    """``id`` is the header webhook-id; ``trouble`` why the last try brought nothing, ``status`` its answer. ``tries``
    counts those since it was sent last, ``log`` has the newest of all, the oldest first.
    """

    id: str
    number: int
    event: Event
    about: str
    state: MessageState
    tries: int
    status: int | None
    trouble: Trouble | None
    created: datetime
    next_try: datetime | None
    log: list[Try]


class Deliveries(BaseModel):
    """Newest first; ``before`` takes the last ``number`` for the next page."""

    data: list[Delivery]


class Sent(BaseModel):
    """``id`` of the message; ``sent`` is False where it waits to be sent already."""

    id: str
    sent: bool


@router.get("", responses=answers())
def list_webhooks(caller: Reader) -> Webhooks:
    """The person's webhooks, the oldest first."""
    return Webhooks(data=[_webhook(one) for one in caller.service.webhooks.all()])


@router.post("", status_code=201, responses=answers(409))
def add_webhook(caller: Creator, new: NewWebhook) -> WebhookSecret:
    """Add one; its secret is in this answer alone."""
    added, secret = caller.service.webhooks.add(new.url, new.events)
    return WebhookSecret(**vars(_webhook(added)), secret=secret)


@router.get("/{webhook_id}", responses=answers(404))
def get_webhook(caller: Reader, webhook_id: WebhookId) -> Webhook:
    """One of them."""
    return _webhook(caller.service.webhooks.get(webhook_id))


@router.put("/{webhook_id}", responses=answers(404))
def change_webhook(caller: Creator, webhook_id: WebhookId, new: NewWebhook) -> Webhook:
    """Give it another address and other events."""
    return _webhook(caller.service.webhooks.change(webhook_id, new.url, new.events))


@router.delete("/{webhook_id}", status_code=204, responses=answers(404))
def remove_webhook(caller: Creator, webhook_id: WebhookId) -> Response:
    """Remove it and the list of what was sent to it."""
    caller.service.webhooks.remove(webhook_id)
    return Response(status_code=204)


@router.post("/{webhook_id}/secret", responses=answers(404))
def renew_secret(caller: Creator, webhook_id: WebhookId) -> WebhookSecret:
    """Begin a new secret, which is in this answer alone; the one of until now signs as well for seven days."""
    secret = caller.service.webhooks.renew_secret(webhook_id)
    return WebhookSecret(**vars(_webhook(caller.service.webhooks.get(webhook_id))), secret=secret)


@router.delete("/{webhook_id}/earlier-secret", responses=answers(404))
def end_earlier_secret(caller: Creator, webhook_id: WebhookId) -> Webhook:
    """Sign with the newest secret alone from now on."""
    caller.service.webhooks.end_earlier_secret(webhook_id)
    return _webhook(caller.service.webhooks.get(webhook_id))


@router.post("/{webhook_id}/pause", responses=answers(404))
def pause_webhook(caller: Creator, webhook_id: WebhookId) -> Webhook:
    """Send nothing to it, and write nothing for it, until it is resumed."""
    caller.service.webhooks.pause(webhook_id)
    return _webhook(caller.service.webhooks.get(webhook_id))


@router.post("/{webhook_id}/resume", responses=answers(404))
def resume_webhook(caller: Creator, webhook_id: WebhookId) -> Webhook:
    """Send to it again."""
    caller.service.webhooks.resume(webhook_id)
    return _webhook(caller.service.webhooks.get(webhook_id))


@router.get("/{webhook_id}/deliveries", responses=answers(404))
def list_deliveries(
    caller: Reader,
    webhook_id: WebhookId,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> Deliveries:
    """What was sent to it in the last 30 days, and how that went."""
    log = caller.service.webhooks.log(webhook_id, limit=limit, before=before)
    return Deliveries(data=[_delivery(one) for one in log])


@router.post("/{webhook_id}/test", status_code=202, responses=answers(404))
def send_test(caller: Creator, webhook_id: WebhookId) -> Sent:
    """Send it a message that tells of nothing."""
    return Sent(id=caller.service.webhooks.send_test(webhook_id), sent=True)


@router.post("/{webhook_id}/deliveries/{message_id}/send-again", status_code=202, responses=answers(404))
def send_again(caller: Creator, webhook_id: WebhookId, message_id: MessageId) -> Sent:
    """Send a message once more, under its id."""
    sent = caller.service.webhooks.send_again(webhook_id, message_id)
    if not sent and not caller.service.webhooks.has_message(webhook_id, message_id):
        raise UnknownMessage(message=message_id[:40])
    return Sent(id=message_id, sent=sent)


def _webhook(record: WebhookRecord) -> Webhook:
    return Webhook(
        id=record.id,
        url=record.url,
        events=list(record.events),
        stopped=record.stopped,
        earlier_secret_until=record.earlier_until,
        created=record.created,
    )


def _delivery(message: WebhookMessage) -> Delivery:
    return Delivery(
        id=message.id,
        number=message.number,
        event=message.event,
        about=message.subject,
        state=message.state,
        tries=message.attempts,
        status=message.status,
        trouble=message.trouble,
        created=message.created,
        next_try=message.next_at,
        log=[Try(at=one.at, status=one.status, trouble=one.trouble) for one in message.tries],
    )
