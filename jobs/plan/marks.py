"""Writes what the plan says of a job's steps into their records, for pages and documents that read those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.model.states import StepState

if TYPE_CHECKING:
    from jobs.plan.steps import StepPlan
    from jobs.store.steps import Steps

_STALE: frozenset[StepState] = frozenset(("stale",))


def mark_steps(steps: Steps, job_id: str, plan: StepPlan) -> bool:
    """Choose versions that can be reused, and update which chosen versions are marked as out of date.

    Returns:
        Whether another version is chosen now, so that the plan must be computed again.
    """
    reused = [one for one in plan.steps if one.action == "reuse"]
    for one in reused:
        steps.choose(job_id, one.step, one.version or 0)
        steps.set_state(job_id, one.step, one.version or 0, "done", only_from=_STALE)
    others = [one for one in plan.steps if one.action != "reuse" and one.is_stale != one.is_marked]
    if stale := [one.step for one in others if one.is_stale]:
        steps.outdate(job_id, stale)
    for one in others:
        if one.action == "keep" and not one.is_stale:
            steps.set_state(job_id, one.step, one.version or 0, "done", only_from=_STALE)
    return bool(reused)
