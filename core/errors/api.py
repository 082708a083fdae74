"""What a program may not, or asks in a way that cannot be: keys, requests, webhooks."""

from __future__ import annotations

from core.errors.given import InputError
from core.messages import gettext_noop


class ApiKeyMissing(InputError):
    """A program that brings no key."""

    what = gettext_noop("This address answers with a key only.")
    advice = gettext_noop(
        "Make one on the Settings page or with python workflow.py key create NAME, and send it along: "
        "Authorization: Bearer KEY"
    )


class ApiKeyRefused(InputError):
    """One that is not known, or was revoked."""

    what = gettext_noop("The key is not known here, or it was revoked.")
    advice = gettext_noop("Check that it is complete, or make another one on the Settings page.")


class ScopeMissing(InputError):
    """A key that may not do this."""

    what = gettext_noop("The key may not do this: it lacks the scope {scope}.")
    advice = gettext_noop("Use a key that has it; the Settings page shows what each one may do.")


class TooManyTries(InputError):
    """With keys that are none."""

    what = gettext_noop("Too many requests with wrong keys came from this address.")
    advice = gettext_noop("Wait {seconds} s, then send the right one.")


class UnknownApiKey(InputError):
    """A name that no key has."""

    what = gettext_noop("There is no key {key}.")
    advice = gettext_noop("List them with: python workflow.py key list")


class ApiKeyExists(InputError):
    """A name that one has already."""

    what = gettext_noop("There is a key named {key} already.")
    advice = gettext_noop("Choose another name, or revoke that one first.")


class RequestDiffers(InputError):
    """An Idempotency-Key that another request had."""

    what = gettext_noop("The Idempotency-Key {key} belongs to another request.")
    advice = gettext_noop("Send the same request again, or this one with a new key. Nothing was made.")


class RequestGone(InputError):
    """An Idempotency-Key whose job was deleted since."""

    what = gettext_noop("The job that the Idempotency-Key {key} made was deleted.")
    advice = gettext_noop("Send the request with a new key to make another one. Nothing was made.")


class MatchMissing(InputError):
    """A change that does not say of which version."""

    what = gettext_noop("The request does not say which version it changes.")
    advice = gettext_noop("Send the ETag of the version that you have read as If-Match.")


class UnknownWebhook(InputError):
    """An id that no webhook of this person has."""

    what = gettext_noop("There is no webhook {webhook}.")
    advice = gettext_noop("It may have been removed; the Settings page lists yours.")


class UnknownMessage(InputError):
    """An id that no message of a webhook has."""

    what = gettext_noop("There is no message {message}.")
    advice = gettext_noop("Messages are kept for 30 days; the webhook's deliveries list them.")


class BadWebhook(InputError):
    """An address that may not be posted to."""

    what = gettext_noop("This webhook cannot be used: {reason}.")
    advice = gettext_noop(
        "Give a public https address. Other hosts and networks are named in WEBHOOK_ALLOW by who runs the server."
    )


class TooManyWebhooks(InputError):
    what = gettext_noop("You have {limit} webhooks, which is as many as one person may have.")
    advice = gettext_noop("Remove one that you no longer need.")
