"""A run out of a file as the beginning of a new job: its results in the places where a service's would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jobs.desk import Order
from jobs.preparing import RESTORED, counts
from jobs.records import FIRST_VERSION, StepRecord
from jobs.wish import Wish
from pipeline import PREPARATION, Materials

if TYPE_CHECKING:
    from record.restore import Restored, RestoredStep
    from render_settings import RenderSettings
    from step_result import Step

FRAME = f"first_frame_original_v{FIRST_VERSION}.png"


def order_again(run: Restored, *, line: str, seed: int | None, parent: str | None) -> Order:
    """The same render once more; nothing of it is asked of anybody.

    Raises:
        RunIncomplete: something that it needs is not in the file.
    """
    run.check_complete()
    wish = Wish(
        text=run.description if run.mode == "full" else run.prompt,
        orientation=run.orientation,
        white_frame=run.white_frame,
        captions=run.captions,
        subtitle_marker=run.subtitle_marker,
        trim_negative_prompt=run.trim_negative_prompt,
        source_picture=None if run.white_frame else run.render.size,
    )
    render = run.render if seed is None else replace(run.render, seed=seed)
    order = Order(mode=run.mode, wish=wish, render=render, line=line, parent=parent)
    if run.mode == "simple":
        return order if run.white_frame else replace(order, picture=run.frame)
    return replace(order, steps=steps_of(run, "video_description"), files={FRAME: run.frame})


def steps_of(run: Restored, until: Step) -> tuple[StepRecord, ...]:
    """The results up to and with a step, as a new job's own; they count as long as what they were made from stays."""
    materials, steps = _materials(run, run.render), []
    for kept in run.kept(until):
        steps.append(_record(kept, f"{RESTORED}{materials.input_hash(kept.step)}"))
        if kept.step != "first_frame":
            materials = materials.with_text(kept.step, kept.output)
    return tuple(steps)


def first_to_make(steps: Sequence[StepRecord], materials: Materials, frame: bytes) -> Step:
    """The first step that would be made anew from these results with this wish and frame; the render where none."""
    made = {step.step: step for step in steps}
    for step in PREPARATION:
        record = made.get(step)
        if record is None or not counts(record, materials):
            return step
        if step == "first_frame":
            materials = replace(materials, first_frame=frame)
        else:
            materials = materials.with_text(step, record.output or "")
    return "render"


def _materials(run: Restored, render: RenderSettings) -> Materials:
    return Materials(
        description=run.description,
        orientation=run.orientation,
        render=render,
        captions=run.captions,
        subtitle_marker=run.subtitle_marker,
        first_frame=run.frame,
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
    )
