"""A run restored from a file as the start of a new job, with its results in place of those of a service."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from jobs.model.records import FIRST_VERSION, StepRecord
from jobs.model.request import JobRequest
from jobs.plan.steps import RESTORED
from jobs.store.orders import Order
from pipeline import StepInputs

if TYPE_CHECKING:
    from core.steps import Step
    from jobs.model.request import QueueKey
    from record.restore import Restored, RestoredStep

FRAME = f"first_frame_original_v{FIRST_VERSION}.png"


def order_again(run: Restored, *, key: QueueKey, seed: int | None, parent: str | None) -> Order:
    """An order for the same render once more; no service is asked for anything.

    Raises:
        RunIncomplete: something that it needs is not in the file.
    """
    run.check_complete()
    request = JobRequest(
        mode=run.mode,
        render=run.render if seed is None else replace(run.render, seed=seed),
        model=key.model,
        wanted_server=key.wanted_server,
        text=run.description if run.mode == "full" else run.prompt,
        orientation=run.orientation,
        white_frame=run.white_frame,
        source_picture=None if run.white_frame else run.render.size,
    ).changed(**run.options.options)
    order = Order(request=request, parent=parent)
    if run.mode == "simple":
        return order if run.white_frame else replace(order, picture=run.frame)
    return replace(order, steps=steps_of(run, "video_description"), files={FRAME: run.frame})


def steps_of(run: Restored, until: Step) -> tuple[StepRecord, ...]:
    """The results up to and including a step, for a new job; they count as long as their inputs do not change."""
    inputs, steps = _inputs(run), []
    for kept in run.kept(until):
        steps.append(_record(kept, f"{RESTORED}{inputs.hash_of(kept.step)}"))
        is_frame = kept.step == "first_frame"
        inputs = inputs.with_output(kept.step, sha256(run.frame).hexdigest() if is_frame else kept.output)
    return tuple(steps)


def _inputs(run: Restored) -> StepInputs:
    return StepInputs(
        description=run.description,
        orientation=run.orientation,
        seconds=run.render.seconds,
        captions=run.options.captions,
        subtitle_marker=run.options.subtitle_marker,
        image_prompt="",
        first_frame=sha256(run.frame).hexdigest(),
        visual_elements="",
    )


def _record(kept: RestoredStep, input_hash: str) -> StepRecord:
    return StepRecord(
        job_id="",
        step=kept.step,
        version=FIRST_VERSION,
        state="skipped" if kept.state == "skipped" else "done",
        provider=kept.provider,
        model=kept.model,
        input_hash=input_hash,
        output=FRAME if kept.step == "first_frame" else kept.output,
        edited=kept.edited,
        kept=True,
    )
