"""What a person does to a job, from order to end: each act once, and only where its state allows it."""

from __future__ import annotations

import dataclasses

import pytest

from core.errors import PlanChanged, UnknownJob
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import SMALL, white_order
from tests.jobs.service.conftest import OpenService


def full_order(text: str = "A cat yawns.") -> Order:
    return Order(request=JobRequest(mode="full", text=text, white_frame=False, render=SMALL), owner="ann")


def test_a_job_is_begun_once(opened: OpenService) -> None:
    job = opened.service.create(white_order())
    assert [opened.service.start(job.id) for _ in range(2)] == [True, False]
    assert opened.service.get(job.id).state == "queued"


def test_a_step_that_is_not_the_one_that_was_shown_is_not_made(opened: OpenService) -> None:
    job = opened.service.create(full_order())
    with pytest.raises(PlanChanged):
        opened.service.approve(job.id, expected="first_frame")
    assert opened.service.get(job.id).state == "draft"
    assert opened.service.approve(job.id, expected="image_prompt")
    found = opened.service.get(job.id)
    assert (found.state, found.bookkeeping.approved) == ("preparing", "image_prompt")


def test_to_the_end_asks_no_more(opened: OpenService) -> None:
    order = full_order()
    request = order.request.changed(review_each_step=True, until="first_frame")
    job = opened.service.create(Order(request=request, owner="ann"))
    assert opened.service.approve(job.id, to_end=True)
    found = opened.service.get(job.id).request
    assert (found.review_each_step, found.until) == (False, None)


def test_a_job_is_taken_out_of_the_queue_and_put_back(opened: OpenService) -> None:
    job = opened.service.create(white_order())
    opened.service.start(job.id)
    assert opened.service.hold(job.id)
    assert (opened.service.get(job.id).state, opened.service.get(job.id).stage) == ("waiting", "render")
    assert opened.service.send(job.id)
    assert opened.service.get(job.id).state == "queued"


def test_what_was_cancelled_is_taken_up_again(opened: OpenService) -> None:
    job = opened.service.create(white_order())
    opened.service.start(job.id)
    assert [opened.service.cancel(job.id) for _ in range(2)] == [True, False]
    assert opened.service.files.record(job.id).state == "cancelled"
    assert opened.service.retry(job.id)
    assert opened.service.get(job.id).state == "queued"


def test_a_completed_job_is_only_copied_and_deleted(opened: OpenService) -> None:
    job = shot(opened.service, opened.store)
    for act in (opened.service.start, opened.service.cancel, opened.service.retry, opened.service.hold):
        assert not act(job.id)
    copy = opened.service.copies.duplicate(job.id, seed=9)
    assert (copy.state, copy.render.seed, copy.parent) == ("draft", 9, job.id)
    assert opened.service.delete(job.id)
    with pytest.raises(UnknownJob):
        opened.service.get(job.id)


def test_the_same_once_more_for_each_seed(opened: OpenService) -> None:
    job = shot(opened.service, opened.store)
    copies = opened.service.copies.again(job.id, (1, 2))
    assert [one.render.seed for one in copies] == [1, 2]
    assert [opened.service.get(one.id).state for one in copies] == ["queued", "queued"]
    assert opened.service.get(job.id).state == "completed"


def test_a_job_that_nothing_can_be_told_of_is_given_up_and_copied_once(opened: OpenService) -> None:
    job = opened.service.create(white_order())
    opened.service.start(job.id)
    assert opened.store.queue.claim("gpu", job.queue_key, 1) == job.id
    opened.store.jobs.move_to(job.id, "unclear")
    copies = {opened.service.send_again(job.id) for _ in range(2)}
    assert len(copies) == 1
    (copy,) = copies
    assert copy is not None
    assert (opened.service.get(job.id).state, opened.service.get(copy).state) == ("abandoned", "queued")


def test_a_draft_has_one_final_and_the_two_know_each_other(opened: OpenService) -> None:
    draft = shot(opened.service, opened.store)
    opened.store.jobs.update(draft.id, request={"draft": True})
    draft = opened.service.get(draft.id)
    assert opened.service.copies.final_of(draft.id) is None
    final, again = (opened.service.copies.render_final(draft.id) for _ in range(2))
    assert final.id == again.id
    final = opened.service.get(final.id)
    assert (final.state, final.parent, final.extends) == ("queued", draft.id, draft.extends)
    assert final.request == draft.request.changed(
        draft=False, render=dataclasses.replace(draft.render, num_inference_steps=50)
    )
    assert opened.service.copies.final_of(draft.id) == final
    assert opened.service.copies.draft_of(final.id) == opened.service.get(draft.id)
    assert opened.service.copies.draft_of(opened.service.copies.duplicate(draft.id).id) is None  # a copy is no final
    assert opened.service.files.record(draft.id).options["draft"]


def test_a_final_that_was_deleted_can_be_rendered_anew(opened: OpenService) -> None:
    draft = shot(opened.service, opened.store)
    final = opened.service.copies.render_final(draft.id)
    assert opened.service.cancel(final.id)
    assert opened.service.delete(final.id) is not None
    assert opened.service.copies.final_of(draft.id) is None
    assert opened.service.get(opened.service.copies.render_final(draft.id).id).state == "queued"
