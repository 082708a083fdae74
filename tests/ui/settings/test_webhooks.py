"""Webhooks on the Settings page: added with a secret shown once, tried out, sent again, paused, removed."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from jobs.model.webhooks import EVENTS, Outcome, WebhookRecord
from jobs.store.writes import now
from tests.ui.still_app import button, drawn, page, words
from ui.app_context import AppContext
from ui.settings.webhooks import event_title

URL = "https://receiver.example/hook"


def codes(test: AppTest) -> list[str]:
    return [str(one.value) for one in test.code]


def hooked(app_context: AppContext) -> WebhookRecord:
    return app_context.service.webhooks.add(URL)[0]


def test_a_webhook_is_added_and_its_secret_is_shown_until_it_is_kept(app_context: AppContext) -> None:
    test = page("settings/settings.py")
    test.text_input(key="webhook-url").input(URL)
    test = button(test, "webhook-add")
    (added,) = app_context.service.webhooks.all()
    assert (added.url, added.events) == (URL, EVENTS)
    (secret,) = codes(test)
    assert secret.startswith("whsec_")
    assert "shown this once" in words(test)
    test = button(test, f"webhook-kept-{added.id}")
    assert codes(test) == []
    assert "shown this once" not in words(test)
    assert codes(page("settings/settings.py")) == []


def test_an_address_that_cannot_be_used_is_said(app_context: AppContext) -> None:
    test = page("settings/settings.py")
    test.text_input(key="webhook-url").input("http://127.0.0.1/")
    said = words(button(test, "webhook-add"))
    assert "This webhook cannot be used: its address is not an https address without a password." in said
    assert "Other hosts and networks are named in WEBHOOK" in said
    assert app_context.service.webhooks.all() == ()


def test_only_what_is_chosen_is_told(app_context: AppContext) -> None:
    test = page("settings/settings.py")
    test.text_input(key="webhook-url").input(URL)
    test.button_group(key="webhook-events").set_value(["job.completed"])
    button(test, "webhook-add")
    assert app_context.service.webhooks.all()[0].events == ("job.completed",)


def test_a_test_is_written_and_then_its_fate_is_read(app_context: AppContext) -> None:
    webhook = hooked(app_context)
    test = button(page("settings/settings.py"), f"webhook-test-{webhook.id}")
    assert "About to be sent." in words(test)
    store = app_context.worker.store.webhooks
    (message,) = store.messages(webhook.id, limit=9)
    again = f"webhook-again-{message.id}"
    assert test.button(key=again).disabled
    store.record([Outcome(number=message.number, webhook=webhook.id, status=500, trouble="status")])
    test = drawn(test)
    assert "Given up after 0 tries: it answered with 500." in words(test)
    test = button(test, again)
    assert store.messages(webhook.id, limit=9)[0].state == "waiting"
    store.record([Outcome(number=message.number, webhook=webhook.id, status=204)])
    assert "Delivered, answered with 204; tries: 0." in words(drawn(test))
    store.send_again(webhook.id, message.id)
    for status in (503, 204):
        (taken,) = store.take(webhook.id, now(), limit=1, flying=(), waits=(0.0, 0.0))
        trouble: Any = "status" if status == 503 else None
        again_at = now() if trouble else None
        one = Outcome(number=taken.number, webhook=webhook.id, status=status, trouble=trouble, next_at=again_at)
        store.record([one])
    log = words(drawn(test))
    assert log.index("· answered with 204") < log.index("· it answered with 503"), "each try, the newest first"


def test_a_new_secret_and_the_end_of_the_one_before(app_context: AppContext) -> None:
    webhook = hooked(app_context)
    test = button(page("settings/settings.py"), f"webhook-renew-{webhook.id}")
    assert len(codes(test)) == 1
    assert "The earlier secret signs as well until" in words(test)
    test = button(test, f"webhook-earlier-{webhook.id}")
    assert "The earlier secret" not in words(test)


def test_paused_and_ended(app_context: AppContext) -> None:
    webhook = hooked(app_context)
    test = button(page("settings/settings.py"), f"webhook-pause-{webhook.id}")
    assert test.button(key=f"webhook-test-{webhook.id}").disabled
    assert app_context.service.webhooks.get(webhook.id).stopped == "paused"
    ended = Outcome(number=0, webhook=webhook.id, status=410, trouble="gone")
    app_context.worker.store.webhooks.record([ended])
    test = button(drawn(test), f"webhook-pause-{webhook.id}")
    assert app_context.service.webhooks.get(webhook.id).stopped is None


def test_removed_after_a_second_question(app_context: AppContext) -> None:
    webhook = hooked(app_context)
    test = button(page("settings/settings.py"), f"webhook-remove-{webhook.id}")
    assert "Remove this webhook" in words(test)
    test = button(button(test, f"webhook-keep-{webhook.id}"), f"webhook-remove-{webhook.id}")
    test = button(test, f"webhook-really-{webhook.id}")
    assert app_context.service.webhooks.all() == ()


@pytest.mark.usefixtures("app_context")
def test_every_event_has_a_title() -> None:
    assert len({event_title(event) for event in (*EVENTS, "webhook.test")}) == len(EVENTS) + 1


def test_in_chinese(app_context: AppContext) -> None:
    hooked(app_context)
    said = words(page("settings/settings.py", "zh_CN"))
    assert "有任务等您确认" in said
    assert "Webhooks" not in said.split("Webhook")[0]
