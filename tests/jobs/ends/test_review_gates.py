"""A job that asks before each step: what it holds while it waits, what is bought, and what never twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from jobs import engine
from jobs.desk import Order
from jobs.wish import Wish
from step_result import Step
from tests.jobs.ends.conftest import OpenHouse
from tests.jobs.ends.house import House
from tests.jobs.load.workers import SMALL, until
from tests.providers.fake_services import FakeServices, Raw
from tests.providers.wire_formats import picture

Paid = dict[str, int]
STEPS: tuple[Step, ...] = ("image_prompt", "first_frame", "visual_elements", "video_description")


@pytest.fixture
def services() -> Iterator[FakeServices]:
    """No two answers are the same, so that each step's inputs follow from the one before."""
    with FakeServices() as fake:
        numbers = count()
        for route in ("openai.text", "openai.vision"):
            fake.script(route, lambda _: f"A cat on a chair, take {next(numbers)}.")
        fake.script("openai.image", lambda _: picture(colour=f"hsl({next(numbers) * 20}, 50%, 50%)"))
        yield fake


def full(house: House, owner: str = "ann", *, ask: bool = True, text: str = "A cat purrs.") -> str:
    """A started Full Workflow job."""
    order = Order(mode="full", wish=Wish(text=text), render=SMALL, line="mova-360p", owner=owner, ask=ask)
    job = house.desk.create(order).id
    assert house.desk.start(job)
    return job


def paid(services: FakeServices) -> Paid:
    return {kind: services.count(f"openai.{kind}") for kind in ("text", "image", "vision")}


def since(before: Paid, services: FakeServices) -> Paid:
    """What was bought in between, nothing left out but zeros."""
    return {kind: n - before[kind] for kind, n in paid(services).items() if n > before[kind]}


def chosen(house: House, job: str) -> dict[Step, tuple[int, str]]:
    return {one.step: (one.version, one.state) for one in house.desk.steps(job) if one.chosen}


def at_the_end(house: House, job: str) -> None:
    """Let a job that waits go to its last gate, step by step."""
    while house.becomes(job, "waiting").stage != "render":
        assert house.desk.approve(job)
        house.becomes(job, "preparing", "waiting")


def test_a_job_waits_before_each_step_and_holds_nothing(open_house: OpenHouse, services: FakeServices) -> None:
    home = open_house(**services.environment("openai"))
    job = full(home)
    for step, kind in zip(STEPS, ("text", "image", "vision", "text"), strict=True):
        assert home.becomes(job, "waiting").stage == [*STEPS, "render"][STEPS.index(step) + 1]
        assert chosen(home, job)[step] == (1, "done")
        before = paid(services)
        home.stays(job, "waiting")
        assert (since(before, services), before[kind] >= 1) == ({}, True)
        if step != STEPS[-1]:
            assert home.desk.approve(job)
            until(lambda: home.desk.get(job).stage != STEPS[STEPS.index(step) + 1], 10)  # noqa: B023
    until(lambda: not engine.unfinished(), 10)
    assert (home.becomes(job, "waiting").stage, home.occupied, home.server.posts()) == ("render", [], 0)
    assert home.desk.approve(job)
    home.becomes(job, "rendering")


def threads() -> int:
    """Those of the worker, without those of the services in this process."""
    return sum("process_request" not in one.name for one in threading.enumerate())


def test_waiting_jobs_hold_no_thread(open_house: OpenHouse, services: FakeServices) -> None:
    home = open_house(**services.environment("openai"))
    for n in range(5):
        home.becomes(full(home, text=f"Cat {n}."), "waiting")
    before = threads()
    for n in range(5, 25):
        home.becomes(full(home, text=f"Cat {n}."), "waiting")
    until(lambda: not engine.unfinished(), 10)
    assert threads() <= before + 3
    assert home.occupied == []


def test_run_to_the_end_asks_no_more(open_house: OpenHouse, services: FakeServices) -> None:
    home = open_house(**services.environment("openai"))
    job = full(home)
    home.becomes(job, "waiting")
    assert home.desk.approve(job, to_end=True)
    home.becomes(job, "rendering")
    assert paid(services)["image"] == paid(services)["vision"] == 1


def test_an_edited_step_makes_what_follows_stale_and_it_is_made_anew(
    open_house: OpenHouse, services: FakeServices
) -> None:
    home = open_house(**services.environment("openai"))
    job = full(home)
    at_the_end(home, job)
    before = paid(services)
    assert home.desk.edit_step(job, "visual_elements", "A dog.").version == 2
    assert chosen(home, job) == {
        "image_prompt": (1, "done"),
        "first_frame": (1, "done"),
        "visual_elements": (2, "done"),
        "video_description": (1, "stale"),
    }
    assert since(before, services) == {}
    assert home.desk.approve(job)
    home.becomes(job, "waiting")
    assert chosen(home, job)["video_description"] == (2, "done")
    assert since(before, services).keys() == {"text"}
    assert home.server.posts() == 0


def test_versions_are_made_and_leafed_through_without_buying_them_again(
    open_house: OpenHouse, services: FakeServices
) -> None:
    home = open_house(**services.environment("openai"))
    job = full(home)
    at_the_end(home, job)
    before = paid(services)
    assert home.desk.regenerate_step(job, "image_prompt")
    home.becomes(job, "waiting")
    assert since(before, services) == {"text": 1}
    assert chosen(home, job)["image_prompt"] == (2, "done")
    assert chosen(home, job)["first_frame"] == (1, "stale")
    at_the_end(home, job)
    assert {step: version for step, (version, _) in chosen(home, job).items()} == dict.fromkeys(STEPS, 2)
    texts = {(one.step, one.version): one.output for one in home.desk.steps(job)}
    assert len(texts) == 8
    before = paid(services)
    assert home.desk.choose_version(job, "image_prompt", 1)
    assert chosen(home, job)["first_frame"] == (2, "stale")
    assert home.desk.approve(job)
    until(lambda: home.desk.get(job).stage != "render", 10)
    at_the_end(home, job)
    assert chosen(home, job) == dict.fromkeys(STEPS, (1, "done"))
    assert since(before, services) == {}
    assert {(one.step, one.version): one.output for one in home.desk.steps(job)} == texts


def test_a_step_that_is_asked_for_again_is_bought_again(open_house: OpenHouse, services: FakeServices) -> None:
    home = open_house(**services.environment("openai"))
    job = full(home)
    at_the_end(home, job)
    before = paid(services)
    assert home.desk.regenerate_step(job, "first_frame")
    home.becomes(job, "waiting")
    assert since(before, services) == {"image": 1}
    assert chosen(home, job)["first_frame"] == (2, "done")


def test_the_same_wish_of_the_same_owner_buys_nothing_again(open_house: OpenHouse, services: FakeServices) -> None:
    home = open_house(**services.environment("openai"))
    first = full(home, ask=False)
    home.becomes(first, "rendering")
    before = paid(services)
    second = full(home, ask=False)
    home.server.finish()
    home.becomes(second, "rendering")
    assert since(before, services) == {}
    assert [one.output for one in home.desk.steps(second) if one.step != "first_frame"] == [
        one.output for one in home.desk.steps(first) if one.step not in ("first_frame", "render")
    ]
    other = full(home, "bob", ask=False)
    home.server.finish()
    home.becomes(other, "rendering")
    assert since(before, services)["image"] == since(before, services)["vision"] == 1


def test_a_duplicate_buys_nothing_again(open_house: OpenHouse, services: FakeServices) -> None:
    home = open_house(**services.environment("openai"))
    first = full(home, ask=False)
    home.becomes(first, "rendering")
    before = paid(services)
    copy = home.desk.duplicate(first, seed=8)
    assert home.desk.start(copy.id)
    home.server.finish()
    home.becomes(copy.id, "rendering")
    assert since(before, services) == {}
    assert [sent.fields["seed"] for sent in home.server.accepted] == ["7", "8"]


def test_a_step_that_failed_is_the_only_one_that_is_made_again(open_house: OpenHouse, services: FakeServices) -> None:
    home = open_house(**services.environment("openai"), PROVIDER_ATTEMPTS="1")
    services.script("openai.vision", Raw(401, {"error": {"message": "no"}}), "A cat on a chair.")
    job = full(home, ask=False)
    failed = home.becomes(job, "failed")
    assert failed.error is not None
    assert failed.error.kind == "KeyRefused"
    before = paid(services)
    assert before == {"text": 1, "image": 1, "vision": 1}
    assert home.desk.retry_from(job, "visual_elements")
    home.becomes(job, "rendering")
    assert since(before, services).keys() == {"text", "vision"}
    assert since(before, services)["vision"] == 1
