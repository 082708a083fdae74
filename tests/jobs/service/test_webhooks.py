"""A person's webhooks: added with a secret that is told once, changed, tried out, and never somebody else's."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadWebhook, TooManyWebhooks, UnknownWebhook
from core.kept_secret import WEBHOOKS
from jobs.model.people import Person
from jobs.model.webhooks import EVENTS
from jobs.service.service import JobService
from jobs.service.webhooks import WebhookService
from tests.jobs.conftest import RunService
from tests.jobs.load.workers import service_at, settings_of, white_order
from tests.jobs.receiver import receiver
from tests.waiting import until

URL = "https://receiver.example/hook"
ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")
ADMIN = Person(name="root@example.org", is_admin=True)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[JobService]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path), "WEBHOOK_ALLOW": "10.1.0.0/16, hooks.lan"})) as (one, _):
        yield one


def test_a_secret_is_told_once_and_is_kept_nowhere(service: JobService, tmp_path: Path) -> None:
    mine = service.of(ANN).webhooks
    added, secret = mine.add(URL)
    assert secret.startswith("whsec_")
    assert (added.url, added.events, added.secret) == (URL, EVENTS, 1)
    assert secret not in repr([*mine.all(), *mine.log(added.id)])
    kept = tmp_path / WEBHOOKS
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(secret.removeprefix("whsec_").encode() in file for file in files)
    assert mine.renew_secret(added.id) != secret


@pytest.mark.parametrize(
    "url",
    [
        *("", "receiver", "http://receiver.example", "https://127.0.0.1/", "https://a:b@receiver.example/"),
        *(
            "https://10.2.0.1",
            "javascript:alert(1)",
            "https://ｅxample.com/",
            "https://a:b@例子.测试/",
            f"https://receiver.example/{'x' * 2000}",
        ),
    ],
)
def test_an_address_that_may_not_be_posted_to_is_refused(service: JobService, url: str) -> None:
    with pytest.raises(BadWebhook):
        service.of(ANN).webhooks.add(url)
    assert service.of(ANN).webhooks.all() == ()


@pytest.mark.parametrize("url", ["http://10.1.2.3:9000/hook", "http://hooks.lan/", "https://hooks.lan/", f" {URL} "])
def test_what_webhook_allow_names_may_be_posted_to(service: JobService, url: str) -> None:
    added, _ = service.of(ANN).webhooks.add(url)
    assert added.url == url.strip()


def test_a_name_in_other_letters_is_kept_as_it_is_sent(service: JobService) -> None:
    added, _ = service.of(ANN).webhooks.add("https://例子.测试:8443/通知?k=值")
    assert added.url == "https://xn--fsqu00a.xn--0zwm56d:8443/%E9%80%9A%E7%9F%A5?k=%E5%80%BC"


@pytest.mark.parametrize("events", [[], ["job.started"], ["webhook.test"]])
def test_events_that_there_are_not(service: JobService, events: list[Any]) -> None:
    with pytest.raises(BadWebhook, match="event"):
        service.of(ANN).webhooks.add(URL, events)


def test_so_many_at_most(service: JobService) -> None:
    for _ in range(10):
        service.of(ANN).webhooks.add(URL)
    with pytest.raises(TooManyWebhooks, match="10"):
        service.of(ANN).webhooks.add(URL)
    service.of(BOB).webhooks.add(URL)


ACTS: dict[str, Callable[[WebhookService, str], object]] = {
    "get": lambda hooks, one: hooks.get(one),
    "change": lambda hooks, one: hooks.change(one, URL, EVENTS),
    "remove": lambda hooks, one: hooks.remove(one),
    "renew_secret": lambda hooks, one: hooks.renew_secret(one),
    "end_earlier_secret": lambda hooks, one: hooks.end_earlier_secret(one),
    "pause": lambda hooks, one: hooks.pause(one),
    "resume": lambda hooks, one: hooks.resume(one),
    "log": lambda hooks, one: hooks.log(one),
    "send_test": lambda hooks, one: hooks.send_test(one),
    "send_again": lambda hooks, one: hooks.send_again(one, "msg_1"),
    "has_message": lambda hooks, one: hooks.has_message(one, "msg_1"),
}


def test_every_act_is_tried() -> None:
    public = {name for name in vars(WebhookService) if not name.startswith("_")}
    assert public == {"all", "add", *ACTS}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("who", [BOB, ADMIN], ids=["somebody else", "an administrator"])
def test_a_webhook_of_somebody_else_is_not_there(service: JobService, name: str, who: Person) -> None:
    added, _ = service.of(ANN).webhooks.add(URL)
    with pytest.raises(UnknownWebhook):
        ACTS[name](service.of(who).webhooks, added.id)
    assert service.of(ANN).webhooks.get(added.id) == added


@pytest.mark.parametrize("odd", ["", "a b", "a\0b", "../x", "\ud800", "x" * 500])
@pytest.mark.parametrize("name", ACTS)
def test_what_can_be_no_id_is_not_there(service: JobService, name: str, odd: str) -> None:
    with pytest.raises(UnknownWebhook):
        ACTS[name](service.of(ANN).webhooks, odd)
    added, _ = service.of(ANN).webhooks.add(URL)
    assert not service.of(ANN).webhooks.send_again(added.id, odd)


def test_a_message_of_another_webhook_is_not_sent_again(service: JobService) -> None:
    anns, bobs = service.of(ANN).webhooks, service.of(BOB).webhooks
    message = anns.send_test(anns.add(URL)[0].id)
    other, _ = bobs.add(URL)
    assert not bobs.send_again(other.id, message)


def test_a_running_worker_delivers(run_service: RunService) -> None:
    """Of a job that is cancelled, and a test; to its owner's webhook alone."""
    running = run_service(WEBHOOK_ALLOW="127.0.0.1")
    with receiver() as hook:
        anns = running.service.of(ANN)
        added, secret = anns.webhooks.add(hook.url)
        hook.secrets = [secret]
        running.service.of(BOB).webhooks.add(f"{hook.url}/bobs")
        job = anns.create(white_order(None))
        assert anns.cancel(job.id)
        until(lambda: len(hook.bodies) == 1)
        anns.webhooks.send_test(added.id)
        until(lambda: len(hook.bodies) == 2)
        until(lambda: {one.state for one in anns.webhooks.log(added.id)} == {"delivered"})
    assert [event for _, event in hook.states()] == ["job.cancelled", "webhook.test"]
    assert hook.wrong == []
