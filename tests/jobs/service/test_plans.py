"""The plans of jobs and of orders: what is shown before anything is written, and which renders count for a time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import jobs.service.plans
from config import Server
from core.errors import DiskQuota, KeyGone, ServerDead, ServerStalled, TooManyUnfinished, UnknownJob
from jobs.model.people import Person
from jobs.model.request import PREVIEW, QueueKey
from jobs.model.session_keys import SessionKeys
from jobs.plan.plan import JobPlan, NextAct
from jobs.plan.progress import Stall
from jobs.servers.status import ServerStatus
from jobs.service.service import JobService
from jobs.store.orders import Order
from tests.jobs.load.workers import service_at, settings_of, white_order
from tests.jobs.samples import a_request
from tests.jobs.service.conftest import OpenService
from tests.pictures import picture

ANN = Person(name="ann")
SERVERS = tuple(Server(name=name, base_url="http://localhost:1", model="mova-360p") for name in ("one", "two"))


def seeing(opened: OpenService, status: ServerStatus) -> JobService:
    """The service where the servers were seen like this."""
    return JobService(dataclasses.replace(opened.service._context, servers=lambda: status))


def rendered(opened: OpenService, *, server: str, seconds: float) -> None:
    opened.store.times.record(f"{server} {seconds}", white_order().request, server=server, seconds=seconds)


def median(plan: JobPlan) -> float | None:
    return plan.render.estimate.median if plan.render.estimate else None


def test_a_quota_is_told_before_anything_is_written(tmp_path: Path) -> None:
    quotas = {"OUTPUT_DIR": str(tmp_path), "QUOTA_JOBS_WAITING": "1", "QUOTA_DISK_MB": "1"}
    with service_at(settings_of(quotas)) as (service, store):
        mine = service.of(ANN)
        assert mine.plans.of_order(white_order()).refusal is None
        large = white_order(files={"first_frame_original_v1.png": picture() + bytes(2_000_000)}, picture=picture())
        assert isinstance(mine.plans.of_order(large).refusal, DiskQuota)
        assert mine.start(mine.create(white_order()).id)
        assert isinstance(mine.plans.of_order(white_order()).refusal, TooManyUnfinished)
        assert service.plans.of_order(white_order()).refusal is None  # the program itself has no limit
        assert (store.pages.count(), len(list(tmp_path.glob("2*")))) == (1, 1)


def test_the_quota_is_told_of_a_draft_and_of_a_job_that_is_sent_again(tmp_path: Path) -> None:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path), "QUOTA_JOBS_WAITING": "1"})) as (service, _store):
        mine = service.of(ANN)
        draft, other = mine.create(white_order()).id, mine.create(white_order()).id
        assert mine.plans.of(draft).refusal is None
        assert mine.start(other)
        assert isinstance(mine.plans.of(draft).refusal, TooManyUnfinished)
        assert mine.plans.of(other).refusal is None  # it has its place
        with pytest.raises(TooManyUnfinished):
            mine.start(draft)


def test_a_key_that_is_gone_is_told_before_a_press(opened: OpenService) -> None:
    """The page named the steps and their price; pressed, the job waited for a key."""
    keys = SessionKeys()
    keys.put(opened.service._context.settings, "gemini_api_key", "a-key-of-the-session")
    mine = opened.service.of(ANN, keys)
    job = mine.create(Order(request=a_request(mode="full", white_frame=False, review_each_step=True)))
    assert not mine.plans.of(job.id).cautions
    opened.store.jobs.update(job.id, bookkeeping={"session_keys": ("gemini_api_key",)})
    later = opened.service.of(ANN).plans.of(job.id)
    assert [one.template for one in later.cautions] == [KeyGone.what]
    assert (later.calls.most, mine.plans.of(job.id).cautions) == (0, ())


def test_what_keeps_the_engine_from_sending_is_in_the_plan(
    opened: OpenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that stands still on every server promised a time at which the next one begins."""
    well = seeing(opened, ServerStatus(SERVERS, {"one": None, "two": None}, preview=False))
    rendered(opened, server="one", seconds=60)
    job = well.create(white_order())
    assert well.plans.of(job.id).render.error is None
    assert well.plans.of(job.id).render.starts_in == 0
    monkeypatch.setattr(jobs.service.plans, "stall_on", lambda _store, _server: Stall("denoising", 600, 10))
    for render in (well.plans.of(job.id).render, well.plans.of_order(white_order()).render):
        assert isinstance(render.error, ServerStalled)
        assert render.starts_in is None
    assert isinstance(well.plans.holds_up(job), ServerStalled)


def test_an_order_writes_nothing(opened: OpenService) -> None:
    opened.service.plans.of_order(white_order(picture=picture()))
    assert opened.store.pages.count() == 0
    assert not list((opened.service._context.settings.output_dir).glob("2*"))


def test_the_plan_of_an_order_is_that_of_its_job(opened: OpenService) -> None:
    order = white_order()
    shown = opened.service.plans.of_order(order)
    assert shown.next == NextAct("send")
    plan = opened.service.plans.of(opened.service.create(order).id)
    assert (plan.steps, plan.render, plan.next) == (shown.steps, shown.render, shown.next)


def test_previews_never_count_for_mova(opened: OpenService) -> None:
    well = seeing(opened, ServerStatus(SERVERS, {"one": None, "two": None}, preview=False))
    rendered(opened, server=f"{PREVIEW}-worker-1", seconds=1)
    assert well.plans.of_order(white_order()).render.estimate is None
    rendered(opened, server="one", seconds=600)
    assert median(well.plans.of_order(white_order())) == 600
    for previewing in (
        seeing(opened, ServerStatus(SERVERS, {"one": None, "two": None}, preview=True)).plans.of_order(white_order()),
        well.plans.of_order(white_order(server=PREVIEW)),
    ):
        assert (previewing.render.is_preview, median(previewing)) == (True, 1)


def test_what_waits_before_a_job_is_shared_by_all_slots(opened: OpenService) -> None:
    rendered(opened, server="one", seconds=600)
    service = seeing(opened, ServerStatus(SERVERS, {"one": None, "two": None}, preview=False))
    jobs = [service.create(white_order()).id for _ in range(3)]
    assert all(service.start(job) for job in jobs)
    assert [service.plans.of(job).render.starts_in for job in jobs] == [0, 0, 600]
    assert [service.plans.of(job).render.ahead for job in jobs] == [0, 1, 2]
    assert service.plans.of_order(white_order()).render.starts_in == 600
    service.queue.pause(QueueKey("mova-360p"))
    assert service.plans.of(jobs[0]).render.starts_in is None


def test_another_server_is_offered_where_the_own_one_is_not_well(opened: OpenService) -> None:
    dead = ServerDead(server="one")
    service = seeing(opened, ServerStatus(SERVERS, {"one": dead, "two": None}, preview=False))
    job = service.create(white_order(server="one"))
    assert service.plans.holds_up(job) is dead
    assert service.plans.other_server(job) == "two"
    assert service.plans.other_server(service.create(white_order(server="two"))) is None


def test_nobody_plans_somebody_elses_job(opened: OpenService) -> None:
    job = opened.service.create(white_order("bob"))
    plans = opened.service.of(ANN).plans
    for look in (plans.steps_of, plans.render_of, plans.holds_up, plans.is_preview, plans.other_server):
        with pytest.raises(UnknownJob):
            look(job)


def test_a_picture_of_ones_own_needs_no_image_prompt(opened: OpenService) -> None:
    order = white_order(picture=picture())
    full = dataclasses.replace(order, request=a_request(render=order.request.render, text="A cat."))
    steps = opened.service.plans.of_order(full).steps
    assert [one.action for one in steps.steps] == ["keep", "keep", "make", "make"]
