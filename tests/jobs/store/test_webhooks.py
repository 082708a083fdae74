"""The outbox of webhooks: written with the state or not at all, in order for a job, for its owner's webhooks alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from jobs.model.records import StoredError
from jobs.model.states import ASKED, AT_REST, FINAL
from jobs.model.webhooks import EVENT_OF, EVENTS, Outcome, webhook_secret
from jobs.store.store import Store
from jobs.store.writes import change_state, now
from tests.jobs.samples import new_job

URL = "https://receiver.example/hook"
WAITS = (0.0, 5.0)


def hooked(store: Store, owner: str = "ann") -> str:
    added = store.webhooks.add(owner, URL, EVENTS, most=10)
    assert added is not None
    return added.id


def told(store: Store, webhook: str) -> list[tuple[str, str]]:
    """Subject and event of each message, the oldest first."""
    return [(one.subject, one.event) for one in reversed(store.webhooks.messages(webhook, limit=100))]


def test_every_state_of_rest_but_a_draft_is_told_of() -> None:
    assert set(EVENT_OF) == ASKED | FINAL == AT_REST - {"draft"}
    assert set(EVENT_OF.values()) | {"film.completed"} == set(EVENTS)


def test_a_message_is_written_with_the_state(store: Store) -> None:
    webhook = hooked(store)
    job = store.jobs.create(new_job(state="preparing"))
    assert store.jobs.move_to(job.id, "waiting", stage="first_frame")
    (message,) = store.webhooks.messages(webhook, limit=10)
    assert (message.state, message.attempts, message.event) == ("waiting", 0, "job.waiting_for_you")
    body = json.loads(message.body)
    assert body["type"] == "job.waiting_for_you"
    assert body["timestamp"].endswith("Z")
    assert body["data"] == {
        "object": "job",
        "id": job.id,
        "state": "waiting",
        "mode": "full",
        "attempt": 1,
        "preview": False,
        "step": "first_frame",
        "error": None,
    }


def test_neither_is_there_without_the_other(store: Store) -> None:
    webhook = hooked(store)
    job = store.jobs.create(new_job(state="preparing"))
    with pytest.raises(RuntimeError, match="killed"):
        _failed_and_broken_off(store, job.id)
    assert told(store, webhook) == []
    assert not store.jobs.move_to(job.id, "completed")  # what the rules refuse is told to nobody
    assert told(store, webhook) == []


def _failed_and_broken_off(store: Store, job_id: str) -> None:
    with store.database.write() as session:
        assert change_state(session, job_id, {"preparing"}, "failed", {})
        raise RuntimeError("killed")


def test_each_change_once_and_in_order(store: Store) -> None:
    webhook = hooked(store)
    job = store.jobs.create(new_job(state="preparing"))
    for _ in range(2):
        store.jobs.move_to(job.id, "failed", error=StoredError(kind="KeyRefused"))
    store.jobs.reopen(job.id, "preparing")
    store.jobs.move_to(job.id, "waiting", stage="render")
    store.jobs.move_to(job.id, "cancelled")
    assert [event for _, event in told(store, webhook)] == ["job.failed", "job.waiting_for_you", "job.cancelled"]


def test_a_job_that_was_given_up_is_told_of_by_who_gave_it_up(store: Store) -> None:
    webhook = hooked(store)
    for error in (None, StoredError(kind="WaitedTooLong")):
        job = store.jobs.create(new_job(state="rendering"))
        store.jobs.move_to(job.id, "abandoned", error=error)
    assert [event for _, event in told(store, webhook)] == ["job.cancelled", "job.failed"]


def test_only_the_owners_webhooks_and_only_the_events_they_want(store: Store) -> None:
    mine, of_bob = hooked(store), hooked(store, "bob")
    picky = store.webhooks.add("ann", URL, ["job.completed"], most=10)
    assert picky is not None
    paused = hooked(store)
    assert store.webhooks.pause("ann", paused)
    job = store.jobs.create(new_job(state="preparing"))
    store.jobs.move_to(job.id, "cancelled")
    assert [len(told(store, one)) for one in (mine, of_bob, picky.id, paused)] == [1, 0, 0, 0]


def test_of_a_job_only_the_oldest_message_is_taken(store: Store) -> None:
    webhook, moment = hooked(store), now() + timedelta(seconds=1)
    jobs = [store.jobs.create(new_job(state="preparing")).id for _ in range(2)]
    for job in jobs:
        store.jobs.move_to(job, "waiting")
        store.jobs.move_to(job, "cancelled")
    first = store.webhooks.take(webhook, moment, limit=10, flying=(), waits=WAITS)
    assert [(one.subject, one.event, one.attempts) for one in first] == [
        (job, "job.waiting_for_you", 1) for job in jobs
    ]
    assert store.webhooks.take(webhook, moment, limit=10, flying=(), waits=WAITS) == ()
    store.webhooks.record([Outcome(number=first[0].number, webhook=webhook, status=200)])
    (second,) = store.webhooks.take(webhook, moment, limit=10, flying=(), waits=WAITS)
    assert (second.subject, second.event) == (jobs[0], "job.cancelled")
    late = Outcome(number=first[1].number, webhook=webhook, status=None, trouble="late")
    store.webhooks.record([late])  # given up: the next one's turn
    (third,) = store.webhooks.take(webhook, moment, limit=10, flying=(), waits=WAITS)
    assert (third.subject, third.event) == (jobs[1], "job.cancelled")


def test_what_is_on_its_way_is_not_taken_again(store: Store) -> None:
    webhook, moment = hooked(store), now() + timedelta(seconds=1)
    store.webhooks.test(webhook)
    (taken,) = store.webhooks.take(webhook, moment, limit=10, flying=(), waits=WAITS)
    later = moment + timedelta(seconds=6)
    assert store.webhooks.take(webhook, later, limit=10, flying=[taken.number], waits=WAITS) == ()
    (again,) = store.webhooks.take(webhook, later, limit=10, flying=(), waits=WAITS)
    assert (again.id, again.attempts) == (taken.id, 2)
    assert [(one.status, one.trouble) for one in again.tries] == [(None, "sender_ended")]
    store.webhooks.record([Outcome(number=again.number, webhook=webhook, status=500, trouble="status", next_at=later)])
    (third,) = store.webhooks.take(webhook, later, limit=10, flying=(), waits=WAITS)
    assert [one.trouble for one in third.tries] == ["sender_ended", "status"]


def test_a_receiver_that_is_gone_ends_it_until_it_is_resumed(store: Store) -> None:
    webhook, moment = hooked(store), now() + timedelta(seconds=1)
    store.webhooks.test(webhook)
    store.webhooks.test(webhook)
    taken = store.webhooks.take(webhook, moment, limit=1, flying=(), waits=WAITS)
    store.webhooks.record([Outcome(number=taken[0].number, webhook=webhook, status=410, trouble="gone")])
    assert [(one.state, one.trouble) for one in store.webhooks.messages(webhook, limit=9)] == [("given_up", "gone")] * 2
    assert store.webhooks.due(moment) == ()
    store.webhooks.test(webhook)
    assert store.webhooks.due(moment + timedelta(days=1)) == ()
    assert store.webhooks.resume("ann", webhook)
    assert [one.id for one in store.webhooks.due(now())] == [webhook]


def test_a_webhook_is_its_owners_alone(store: Store) -> None:
    webhook = hooked(store)
    acts = store.webhooks
    assert acts.get("bob", webhook) is None
    assert acts.of("bob") == ()
    refused = (acts.remove, acts.pause, acts.resume, acts.renew_secret, acts.end_earlier)
    assert not any(act("bob", webhook) for act in refused)
    assert not acts.change("bob", webhook, url="https://elsewhere.example", events=EVENTS)
    assert acts.get("ann", webhook) is not None


def test_the_secret_before_the_newest_holds_for_a_while(store: Store) -> None:
    webhook = hooked(store)
    assert store.webhooks.renew_secret("ann", webhook)
    changed = store.webhooks.get("ann", webhook)
    assert changed is not None
    assert changed.secrets_at(now()) == (2, 1)
    assert changed.secrets_at(now() + timedelta(days=8)) == (2,)
    assert store.webhooks.end_earlier("ann", webhook)
    ended = store.webhooks.get("ann", webhook)
    assert ended is not None
    assert ended.secrets_at(now()) == (2,)


def test_no_table_holds_a_secret(store: Store) -> None:
    webhook = hooked(store)
    store.webhooks.test(webhook)
    secret = webhook_secret("of this installation", webhook, 1)
    with store.database.read() as session:
        held = [str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in ("webhooks", "webhook_messages")]  # noqa: S608
    assert not any(secret in one or "whsec" in one for one in held)
    assert len({webhook_secret("of this installation", webhook, number) for number in (1, 2)}) == 2
    assert webhook_secret("of another", webhook, 1) != secret


def test_the_log_forgets_what_was_done_with_long_ago(store: Store) -> None:
    webhook = hooked(store)
    store.webhooks.test(webhook)
    store.webhooks.test(webhook)
    (taken,) = store.webhooks.take(webhook, now(), limit=1, flying=(), waits=WAITS)
    store.webhooks.record([Outcome(number=taken.number, webhook=webhook, status=200)])
    assert store.webhooks.forget(now() + timedelta(seconds=1)) == 1
    assert [one.state for one in store.webhooks.messages(webhook, limit=9)] == ["waiting"]
    assert store.webhooks.remove("ann", webhook)
    assert store.webhooks.messages(webhook, limit=9) == ()


def test_a_webhook_comes_along_to_an_owners_new_name(store: Store) -> None:
    webhook = hooked(store)
    store.owners.take_over("ann", "https://login.example ann")
    assert store.webhooks.get("https://login.example ann", webhook) is not None
    assert store.webhooks.of("ann") == ()


def test_one_owner_has_so_many_at_most(store: Store) -> None:
    assert [store.webhooks.add("ann", URL, EVENTS, most=2) is not None for _ in range(3)] == [True, True, False]
