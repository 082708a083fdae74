"""Estimates for programs that act for somebody: what would happen to a job, and an id without which nothing is spent.

The id names the job and stands for all that was told: it opens nothing once the job, a service or the place of its
render has changed, and whoever holds it sees the new one first.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from api.mcp_answers import Estimate, StepToMake
from core.errors import PlanChanged, UnknownJob
from core.limits import is_plain_id

if TYPE_CHECKING:
    from api.access import Caller
    from jobs.model.records import JobRecord
    from jobs.plan.plan import JobPlan


def estimate_of(caller: Caller, job: JobRecord) -> Estimate:
    """What will happen to a job if it goes on now."""
    plan = caller.service.plans.of(job.id)
    words, render, steps = caller.translate, plan.render, plan.steps
    makes = [
        StepToMake(
            step=one.step,
            service=one.maker.provider if one.maker else "",
            model=one.maker.model if one.maker else "",
            requests=(one.calls.least, one.calls.most),
        )
        for one in steps.to_make
    ]
    asks = job.request.review_each_step and job.mode == "full"
    later = [one.step for one in steps.to_make[1:]] + ["render"]
    learned = render.estimate
    return Estimate(
        id=estimate_id(job, plan),
        job=job.id,
        steps=makes[:1] if asks else makes,
        requests=(plan.calls.least, plan.calls.most),
        stops_before=(later[0] if makes and asks else job.request.until),
        rendered_by=None if render.is_preview else render.server,
        preview=render.is_preview,
        ahead=render.ahead,
        starts_in_seconds=render.starts_in,
        seconds_to_render=(learned.median, learned.low, learned.high) if learned else None,
        takes=render.takes,
        gpu_seconds=render.gpu_seconds,
        held_up_by=render.error.message(words) if render.error else None,
        cautions=[one.text(words) for one in plan.cautions],
        refused=plan.refusal.message(words) if plan.refusal else None,
    )


def estimate_id(job: JobRecord, plan: JobPlan) -> str:
    """The job's id and a digest of everything that a person would go by."""
    makers = [(one.step, one.maker.as_json() if one.maker else None) for one in plan.steps.to_make]
    told = [job.revision, job.state, plan.next.act, plan.next.step, makers, plan.render.is_preview]
    return f"{job.id}.{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"


def job_of(caller: Caller, estimate: str) -> JobRecord:
    """The job of an estimate that still holds.

    Raises:
        UnknownJob: there is no such job of this person.
        PlanChanged: it would be another one by now.
    """
    job_id, _, _digest = estimate.rpartition(".")
    job = caller.service.known(job_id) if is_plain_id(job_id) else None
    if job is None:
        raise UnknownJob(job=estimate[:80])
    plan = caller.service.plans.of(job.id)
    if estimate_id(job, plan) != estimate:
        raise PlanChanged(job=job.id, step=plan.next.step.replace("_", " "))
    return job
