"""Webhooks are delivered: signed, again and again for a day, in order for a job, to public addresses, once stopped no
more. The clock of the sender is the test's own, so that no test waits for a try."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import Mock

import pytest

from core.errors import StoreBusy
from core.posting import NotPosted, post
from jobs.execution import webhooks as sending
from jobs.execution.webhooks import WAITS, WebhookSender
from jobs.model.webhooks import EVENTS, WebhookMessage, webhook_secret
from jobs.store import webhook_outbox, webhooks, writes
from jobs.store.store import Store
from jobs.store.webhooks import Webhooks
from tests.jobs.receiver import Clock, Receiver, receiver, set_library_clock
from tests.jobs.samples import new_job
from tests.resolver import resolved

INSTALLATION = "of this installation"


@dataclass
class Stage:
    store: Store
    clock: Clock
    hook: Receiver
    webhook: str
    sender: WebhookSender

    def job_ends(self, *states: Any) -> str:
        """A job that goes through these states."""
        job = self.store.jobs.create(new_job(state="preparing"))
        for state in states or ("cancelled",):
            assert self.store.jobs.move_to(job.id, state)
        return job.id

    def log(self) -> list[WebhookMessage]:
        """The newest first."""
        return list(self.store.webhooks.messages(self.webhook, limit=100))

    def next_try(self) -> float:
        """Let the time pass until the next message is due; returns how long that was."""
        (due,) = {one.next_at for one in self.log() if one.state == "waiting" and one.next_at}
        passed = (due - self.clock.now).total_seconds()
        self.clock.now = due
        return passed

    def sender_to(self, *allowed: str) -> WebhookSender:
        read, stop = (lambda: INSTALLATION), threading.Event()
        return WebhookSender(self.store.webhooks, read, allowed, lambda: True, stop, now=self.clock)


@pytest.fixture
def stage(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    clock = Clock()
    for module in (writes, webhooks):
        monkeypatch.setattr(module, "now", clock)
    set_library_clock(monkeypatch, clock)
    with receiver() as hook:
        added = store.webhooks.add("ann", hook.url, EVENTS, most=10)
        assert added is not None
        hook.secrets = [webhook_secret(INSTALLATION, added.id, 1)]
        found = Stage(store, clock, hook, added.id, None)  # type: ignore[arg-type]
        found.sender = found.sender_to("127.0.0.0/8", "localhost")
        yield found
    assert hook.wrong == []


def test_a_message_arrives_signed_under_its_id(stage: Stage) -> None:
    job = stage.job_ends("cancelled")
    assert stage.sender.turn() == 1
    assert stage.hook.states() == [(job, "job.cancelled")]
    (message,) = stage.log()
    assert (message.state, message.status, message.attempts, [message.id]) == ("delivered", 204, 1, stage.hook.ids)
    assert stage.sender.turn() == 0


def test_a_webhook_that_is_added_while_the_sender_runs_is_found(stage: Stage) -> None:
    """Also by another process; and without any the messages are not asked for."""
    assert stage.store.webhooks.remove("ann", stage.webhook)
    assert stage.sender.turn() == 0
    added = stage.store.webhooks.add("ann", stage.hook.url, EVENTS, most=10)
    assert added is not None
    stage.hook.secrets = [webhook_secret(INSTALLATION, added.id, 1)]
    stage.job_ends()
    assert stage.sender.turn() == 1


def test_messages_of_a_job_arrive_in_their_order(stage: Stage) -> None:
    jobs = [stage.job_ends("waiting", "preparing", "waiting", "cancelled") for _ in range(5)]
    stage.sender.turn()
    for job in jobs:
        told = [event for subject, event in stage.hook.states() if subject == job]
        assert told == ["job.waiting_for_you", "job.waiting_for_you", "job.cancelled"]


def test_what_waits_for_an_earlier_message_waits_and_then_arrives_in_order(stage: Stage) -> None:
    stage.hook.answers = [503, 204]
    job = stage.job_ends("waiting", "cancelled")
    assert stage.sender.turn() == 1
    assert stage.hook.states() == []
    stage.clock.pass_by(5)
    assert stage.sender.turn() == 2
    assert stage.hook.states() == [(job, "job.waiting_for_you"), (job, "job.cancelled")]


def test_a_receiver_that_is_ill_is_asked_for_about_a_day(stage: Stage) -> None:
    """It answers 500 ten times: eight tries, then it is given up; sent again by hand it arrives under the same id."""
    stage.hook.answers = [500] * 10 + [204]
    stage.job_ends()
    waits = [0.0]
    while stage.sender.turn() and stage.log()[0].state == "waiting":
        waits.append(stage.next_try())
    assert tuple(waits) == WAITS == (0, 5, 300, 1800, 7200, 18000, 36000, 36000)
    (message,) = stage.log()
    assert (message.state, message.trouble, message.status, message.attempts) == ("given_up", "status", 500, 8)
    assert stage.store.webhooks.send_again(stage.webhook, message.id)
    assert not stage.store.webhooks.send_again(stage.webhook, message.id)  # pressed twice
    while stage.sender.turn() and stage.log()[0].state == "waiting":
        stage.next_try()
    (sent,) = stage.log()
    assert (sent.state, sent.tries[:8]) == ("delivered", message.tries)
    assert [(one.status, one.trouble) for one in sent.tries] == [(500, "status")] * 10 + [(204, None)]
    assert [int((after.at - one.at).total_seconds()) for one, after in pairwise(message.tries)] == list(WAITS[1:])
    assert set(stage.hook.ids) == {message.id}
    assert len(stage.hook.ids) == 11


def test_a_receiver_that_is_down_gets_all_of_it_once_it_is_well(stage: Stage) -> None:
    host, port = stage.hook.server.host, stage.hook.server.port
    stage.hook.server.stop()
    jobs = [stage.job_ends("waiting", "cancelled") for _ in range(3)]
    stage.sender.turn()
    assert {one.trouble for one in stage.log()} == {"unreachable", None}
    stage.hook.server.port = port
    stage.hook.server.host = host
    stage.hook.server.start()
    stage.clock.pass_by(5)
    stage.sender.turn()
    assert {one.state for one in stage.log()} == {"delivered"}
    for job in jobs:
        assert [event for one, event in stage.hook.states() if one == job] == ["job.waiting_for_you", "job.cancelled"]


def test_a_redirect_is_not_followed(stage: Stage) -> None:
    stage.hook.answers = [302]
    stage.job_ends()
    stage.sender.turn()
    (message,) = stage.log()
    assert (message.state, message.trouble, message.status) == ("waiting", "redirect", 302)
    assert len(stage.hook.ids) == 1


def test_a_receiver_that_is_gone_ends_it(stage: Stage) -> None:
    stage.hook.answers = [410, 204]
    stage.job_ends("waiting", "cancelled")
    stage.sender.turn()
    assert [(one.state, one.trouble) for one in stage.log()] == [("given_up", "gone")] * 2
    stage.job_ends()
    stage.clock.pass_by(1_000_000)
    assert stage.sender.turn() == 0
    assert len(stage.log()) == 2


def test_both_secrets_sign_while_one_takes_the_place_of_the_other(stage: Stage) -> None:
    assert stage.store.webhooks.renew_secret("ann", stage.webhook)
    stage.hook.secrets = [webhook_secret(INSTALLATION, stage.webhook, number) for number in (1, 2)]
    stage.job_ends()
    stage.sender.turn()
    assert stage.hook.wrong == []
    stage.clock.pass_by(timedelta(days=8).total_seconds())
    stage.hook.secrets = stage.hook.secrets[1:]
    stage.job_ends()
    stage.sender.turn()
    assert len(stage.hook.bodies) == 2


@pytest.mark.parametrize("found", [["10.0.0.7"], ["127.0.0.1"], ["93.184.216.34", "192.168.1.1"], ["169.254.169.254"]])
def test_a_name_of_a_private_address_is_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    """Also where only one of its addresses is private; nothing is connected to."""
    resolved(monkeypatch, found)
    url = f"https://inside.example:{stage.hook.server.port}/hook"
    assert stage.store.webhooks.change("ann", stage.webhook, url=url, events=EVENTS)
    stage.job_ends()
    stage.sender_to().turn()
    (message,) = stage.log()
    assert (message.state, message.trouble) == ("waiting", "not_public")
    assert stage.hook.ids == []


def test_the_address_that_was_checked_is_connected_to(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere when it is asked for once more is asked for once."""
    asked = resolved(monkeypatch, ["127.0.0.1"], ["10.0.0.7"])
    port = stage.hook.server.port
    url = f"http://hooks.example:{port}/hook"
    assert stage.store.webhooks.change("ann", stage.webhook, url=url, events=EVENTS)
    stage.job_ends()
    stage.sender_to(f"hooks.example:{port}").turn()
    assert stage.log()[0].state == "delivered"
    assert asked == ["hooks.example"]
    assert stage.hook.server.log[0][0].headers["Host"] == f"hooks.example:{port}"


def test_a_name_that_nobody_knows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, [])
    assert stage.store.webhooks.change("ann", stage.webhook, url="https://nowhere.example/", events=EVENTS)
    stage.job_ends()
    stage.sender_to().turn()
    assert stage.log()[0].trouble == "unknown_name"


@contextmanager
def raw_server(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with each connection what it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 20", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_a_receiver_that_closes_in_the_middle_is_tried_again(stage: Stage, said: bytes) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(said)

    with raw_server(behave) as port:
        url = f"http://127.0.0.1:{port}/hook"
        assert stage.store.webhooks.change("ann", stage.webhook, url=url, events=EVENTS)
        job = stage.job_ends()
        stage.sender.turn()
    (message,) = stage.log()
    assert (message.state, message.trouble) == ("waiting", "broken")
    assert stage.store.webhooks.change("ann", stage.webhook, url=stage.hook.url, events=EVENTS)
    stage.next_try()
    stage.sender.turn()
    assert stage.hook.states() == [(job, "job.cancelled")]
    assert stage.hook.ids == [message.id]


def test_a_slow_receiver_is_waited_for_so_long_and_holds_up_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LONGEST_TRY", 1.0)
    arrived, let_go = threading.Event(), threading.Event()

    def behave(connection: socket.socket) -> None:
        connection.recv(65_536)
        arrived.set()
        let_go.wait(30)

    with raw_server(behave) as port:
        slow = stage.store.webhooks.add("ann", f"http://127.0.0.1:{port}/", EVENTS, most=10)
        assert slow is not None
        for _ in range(3):
            stage.job_ends()
        stage.sender.turn()
        assert arrived.is_set()
        let_go.set()
    assert {one.state for one in stage.log()} == {"delivered"}
    assert {one.trouble for one in stage.store.webhooks.messages(slow.id, limit=9)} == {"late"}


def test_a_process_without_the_lease_sends_nothing(stage: Stage) -> None:
    stage.job_ends()
    other = WebhookSender(
        stage.store.webhooks, lambda: INSTALLATION, (), lambda: False, threading.Event(), now=stage.clock
    )
    assert other.turn() == 0
    assert stage.log()[0].attempts == 0


def test_what_cannot_be_recorded_now_is_recorded_later_and_not_sent_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.job_ends()
    with monkeypatch.context() as broken:
        broken.setattr(Webhooks, "record", Mock(side_effect=StoreBusy(store="jobs.db")))
        with pytest.raises(StoreBusy):
            stage.sender.turn()
    stage.clock.pass_by(60)
    stage.sender.turn()
    assert [one.state for one in stage.log()] == ["delivered"]
    assert len(stage.hook.ids) == 1


def test_a_message_for_a_film(stage: Stage) -> None:
    with stage.store.database.write() as session:
        webhook_outbox.tell_of_film(session, "ann", "the-lamp", {"revision": 3, "job": "j"}, stage.clock())
    stage.sender.turn()
    (body,) = stage.hook.bodies
    assert body["type"] == "film.completed"
    assert body["data"] == {"object": "film", "id": "the-lamp", "revision": 3, "job": "j"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://93.184.216.34/", "address"),
        ("ftp://hooks.example/", "address"),
        ("https://me:secret@hooks.example/", "address"),
        ("https:///hook", "address"),
        ("https://hooks.example:99999/", "address"),
        ("https://hööks.example/", "address"),
        ("https://127.0.0.1/", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://[::ffff:10.0.0.1]/", "not_public"),
    ],
)
def test_what_cannot_be_posted_to_is_refused_before_anything_is_looked_up(
    monkeypatch: pytest.MonkeyPatch, url: str, why: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: pytest.fail("it was looked up"))
    with pytest.raises(NotPosted) as refused:
        post(url, b"", {}, seconds=1)
    assert refused.value.why == why
