"""What is on record of steps follows the plan: out of date, counting again, chosen again."""

from __future__ import annotations

import pytest

from jobs.plan.marks import mark_steps
from jobs.plan.steps import PlannedStep, StepPlan
from jobs.store.store import Store
from tests.jobs.samples import done_step, new_job


@pytest.fixture
def job_id(store: Store) -> str:
    job = store.jobs.create(new_job())
    for version in (1, 2):
        store.steps.save(done_step(job.id, "image_prompt", f"prompt {version}", version=version))
    return job.id


def versions(store: Store, job_id: str) -> list[tuple[str, bool]]:
    return [(one.state, one.chosen) for one in store.steps.of(job_id)]


def marked(store: Store, job_id: str, step: PlannedStep) -> bool:
    return mark_steps(store.steps, job_id, StepPlan((step,)))


def test_what_counts_stays_as_it_is(store: Store, job_id: str) -> None:
    assert not marked(store, job_id, PlannedStep(step="image_prompt", action="keep", version=2))
    assert versions(store, job_id) == [("done", False), ("done", True)]


def test_out_of_date_and_back_again(store: Store, job_id: str) -> None:
    assert not marked(store, job_id, PlannedStep(step="image_prompt", action="make", is_stale=True))
    assert versions(store, job_id) == [("done", False), ("stale", True)]
    back = PlannedStep(step="image_prompt", action="keep", version=2, is_marked=True)
    assert not marked(store, job_id, back)
    assert versions(store, job_id) == [("done", False), ("done", True)]


def test_an_earlier_version_is_chosen_again(store: Store, job_id: str) -> None:
    reuse = PlannedStep(step="image_prompt", action="reuse", version=1, is_stale=True)
    assert marked(store, job_id, reuse)  # what follows is to be planned anew
    assert versions(store, job_id) == [("done", True), ("done", False)]
