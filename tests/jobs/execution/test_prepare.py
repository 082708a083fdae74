"""A job that asks before each step: what it holds while it waits, what is bought, and what never twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from core.steps import Step
from jobs.execution import engine
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from tests.jobs.conftest import RunService
from tests.jobs.load.workers import SMALL
from tests.jobs.running_service import RunningService
from tests.pictures import picture
from tests.providers.fake_services import FakeServices, Raw
from tests.waiting import until

Paid = dict[str, int]
STEPS: tuple[Step, ...] = ("image_prompt", "first_frame", "visual_elements", "video_description")


@pytest.fixture
def services() -> Iterator[FakeServices]:
    """No two answers are the same, so that each step's inputs follow from the one before."""
    with FakeServices() as fake:
        numbers = count()
        for route in ("openai.text", "openai.vision"):
            fake.script(route, lambda _: f"A cat on a chair, take {next(numbers)}.")
        fake.script("openai.image", lambda _: picture(1280, 720, f"hsl({next(numbers) * 20}, 50%, 50%)"))
        yield fake


def full(running_service: RunningService, owner: str = "ann", *, ask: bool = True, text: str = "A cat purrs.") -> str:
    """A started Full Workflow job."""
    order = Order(request=JobRequest(mode="full", text=text, render=SMALL, review_each_step=ask), owner=owner)
    job = running_service.service.create(order).id
    assert running_service.service.start(job)
    return job


def paid(services: FakeServices) -> Paid:
    return {kind: services.count(f"openai.{kind}") for kind in ("text", "image", "vision")}


def since(before: Paid, services: FakeServices) -> Paid:
    """What was bought in between, nothing left out but zeros."""
    return {kind: n - before[kind] for kind, n in paid(services).items() if n > before[kind]}


def chosen(running_service: RunningService, job: str) -> dict[Step, tuple[int, str]]:
    return {one.step: (one.version, one.state) for one in running_service.service.steps.of(job) if one.chosen}


def at_the_end(running_service: RunningService, job: str) -> None:
    """Let a job that waits go to its last gate, step by step."""
    while running_service.becomes(job, "waiting").stage != "render":
        assert running_service.service.approve(job)
        running_service.becomes(job, "preparing", "waiting")


def test_a_job_waits_before_each_step_and_holds_nothing(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("openai"))
    job = full(running)
    for step, kind in zip(STEPS, ("text", "image", "vision", "text"), strict=True):
        assert running.becomes(job, "waiting").stage == [*STEPS, "render"][STEPS.index(step) + 1]
        assert chosen(running, job)[step] == (1, "done")
        before = paid(services)
        running.stays(job, "waiting")
        assert (since(before, services), before[kind] >= 1) == ({}, True)
        if step != STEPS[-1]:
            assert running.service.approve(job)
            until(lambda: running.service.get(job).stage != STEPS[STEPS.index(step) + 1])  # noqa: B023
    until(lambda: not engine.unfinished())
    assert (running.becomes(job, "waiting").stage, running.occupied, running.server.posts()) == ("render", [], 0)
    assert running.service.approve(job)
    running.becomes(job, "rendering")


def threads() -> int:
    """Those of the worker, without those of the services in this process."""
    return sum("process_request" not in one.name for one in threading.enumerate())


def test_waiting_jobs_hold_no_thread(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("openai"))
    for n in range(5):
        running.becomes(full(running, text=f"Cat {n}."), "waiting")
    before = threads()
    for n in range(5, 15):
        running.becomes(full(running, text=f"Cat {n}."), "waiting")
    until(lambda: not engine.unfinished())
    assert threads() <= before + 3
    assert running.occupied == []


def test_run_to_the_end_asks_no_more(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("openai"))
    job = full(running)
    running.becomes(job, "waiting")
    assert running.service.approve(job, to_end=True)
    running.becomes(job, "rendering")
    assert paid(services)["image"] == paid(services)["vision"] == 1


def test_an_edited_step_makes_what_follows_stale_and_it_is_made_anew(
    run_service: RunService, services: FakeServices
) -> None:
    running = run_service(**services.environment("openai"))
    job = full(running)
    at_the_end(running, job)
    before = paid(services)
    assert running.service.steps.edit(job, "visual_elements", "A dog.").version == 2
    assert chosen(running, job) == {
        "image_prompt": (1, "done"),
        "first_frame": (1, "done"),
        "visual_elements": (2, "done"),
        "video_description": (1, "stale"),
    }
    assert since(before, services) == {}
    assert running.service.approve(job)
    running.becomes(job, "waiting")
    assert chosen(running, job)["video_description"] == (2, "done")
    assert since(before, services).keys() == {"text"}
    assert running.server.posts() == 0


def test_versions_are_made_and_leafed_through_without_buying_them_again(
    run_service: RunService, services: FakeServices
) -> None:
    running = run_service(**services.environment("openai"))
    job = full(running)
    at_the_end(running, job)
    before = paid(services)
    assert running.service.regenerate_step(job, "image_prompt")
    running.becomes(job, "waiting")
    assert since(before, services) == {"text": 1}
    assert chosen(running, job)["image_prompt"] == (2, "done")
    assert chosen(running, job)["first_frame"] == (1, "stale")
    at_the_end(running, job)
    assert {step: version for step, (version, _) in chosen(running, job).items()} == dict.fromkeys(STEPS, 2)
    texts = {(one.step, one.version): one.output for one in running.service.steps.of(job)}
    assert len(texts) == 8
    before = paid(services)
    assert running.service.steps.choose(job, "image_prompt", 1)
    assert chosen(running, job) == dict.fromkeys(STEPS, (1, "done"))  # what was made from it counts again
    assert running.service.plans.of(job).next.act == "send"
    assert running.service.approve(job, expected="render")
    running.becomes(job, "rendering")
    assert since(before, services) == {}
    assert {(one.step, one.version): one.output for one in running.service.steps.of(job)} == texts


def test_a_step_that_is_asked_for_again_is_bought_again(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("openai"))
    job = full(running)
    at_the_end(running, job)
    before = paid(services)
    assert running.service.regenerate_step(job, "first_frame")
    running.becomes(job, "waiting")
    assert since(before, services) == {"image": 1}
    assert chosen(running, job)["first_frame"] == (2, "done")


def test_the_same_wish_once_more_is_a_new_job_with_texts_of_its_own(
    run_service: RunService, services: FakeServices
) -> None:
    running = run_service(**services.environment("openai"))
    first = full(running, ask=False)
    running.becomes(first, "rendering")
    before = paid(services)
    second = full(running, ask=False)
    running.server.finish()
    running.becomes(second, "rendering")
    assert since(before, services)["image"] == since(before, services)["vision"] == 1
    ours, theirs = (
        {one.output for one in running.service.steps.of(job) if one.provider == "openai"} for job in (first, second)
    )
    assert ours & theirs == {"first_frame_original_v1.png"}


def test_a_duplicate_buys_nothing_again(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("openai"))
    first = full(running, ask=False)
    running.becomes(first, "rendering")
    before = paid(services)
    copy = running.service.copies.duplicate(first, seed=8)
    assert running.service.start(copy.id)
    running.server.finish()
    running.becomes(copy.id, "rendering")
    assert since(before, services) == {}
    assert [sent.fields["seed"] for sent in running.server.accepted] == ["7", "8"]


def test_a_step_that_failed_is_the_only_one_that_is_made_again(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("openai"), PROVIDER_ATTEMPTS="1")
    services.script("openai.vision", Raw(401, {"error": {"message": "no"}}), "A cat on a chair.")
    job = full(running, ask=False)
    failed = running.becomes(job, "failed")
    assert failed.error is not None
    assert failed.error.kind == "KeyRefused"
    before = paid(services)
    assert before == {"text": 1, "image": 1, "vision": 1}
    assert running.service.retry_from(job, "visual_elements")
    running.becomes(job, "rendering")
    assert since(before, services).keys() == {"text", "vision"}
    assert since(before, services)["vision"] == 1


@pytest.mark.parametrize("does", ["approves", "edits", "makes it anew"])
def test_a_description_that_holds_a_tag_goes_nowhere_without_a_person(
    run_service: RunService, services: FakeServices, does: str
) -> None:
    """Also where the job was not to ask: the text would be rendered as it is."""
    running = run_service(**services.environment("openai"))
    services.script("openai.text", "A cat.", "A cat <|scene|> sits.", "A <|scene|> cat.", "A cat sits.")
    job = full(running, ask=False)
    held = running.becomes(job, "waiting")
    assert (held.stage, held.error.kind if held.error else "") == ("render", "DescriptionTagged")
    assert "<|scene|>" in str(held.error)
    assert running.server.posts() == 0
    if does == "approves":
        assert running.service.approve(job)
    elif does == "edits":
        running.service.steps.edit(job, "video_description", "A cat <|scene|> of mine sits.")
        assert running.service.approve(job)
    else:
        assert running.service.regenerate_step(job, "video_description")
    done = running.becomes(job, "rendering", "completed")
    assert (done.error, running.server.posts()) == (None, 1)


@pytest.mark.long
def test_a_big_batch_is_prepared_a_dozen_at_a_time_and_holds_up_nobody_else(
    run_service: RunService, services: FakeServices
) -> None:
    """A thread and a service's call for each of a thousand rows would be too much for both."""
    go_on = threading.Semaphore(0)

    def slowly(_: object) -> str:
        go_on.acquire(timeout=30)
        return "A cat on a chair."

    services.script("openai.text", slowly)
    running = run_service(**services.environment("openai"))
    rows = [full(running, "ann", text=f"A cat, take {n}.") for n in range(20)]
    urgent = full(running, "bob")
    until(lambda: services.count("openai.text") == 12)
    go_on.release()
    until(lambda: services.count("openai.text") == 13)
    for _ in range(12):
        go_on.release()
    running.becomes(urgent, "waiting")
    assert any(running.service.get(row).state == "preparing" for row in rows)
    go_on.release(20)
    for row in rows:
        running.becomes(row, "waiting")
