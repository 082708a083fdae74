"""A job's steps as its page shows them, and which one comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.preparing import YOURS
from jobs.records import JobRecord, StepRecord
from jobs.states import JobState, StepState
from pipeline import PREPARATION
from step_result import Step

MOVING: frozenset[JobState] = frozenset(("preparing", "queued", "submitted", "rendering", "saving"))
EDITABLE: frozenset[JobState] = frozenset(("draft", "waiting", "failed", "cancelled", "abandoned", "lost"))
_SHOWABLE: tuple[StepState, ...] = ("done", "stale")


@dataclass(frozen=True)
class StepView:
    """``shown`` is the version that counts, None where nothing was made; ``versions`` are all that can be leafed to."""

    step: Step
    state: StepState
    shown: StepRecord | None
    versions: tuple[int, ...]

    @property
    def has_to_be_made(self) -> bool:
        """Whether going on would make this step; what a person wrote or gave always counts."""
        mine = self.shown is not None and (self.shown.edited or self.shown.provider == YOURS)
        return self.state in ("pending", "running", "failed") or (self.state == "stale" and not mine)


def step_views(steps: Sequence[StepRecord]) -> tuple[StepView, ...]:
    """One view for each step of the preparation, in their order."""
    return tuple(_view(step, [one for one in steps if one.step == step]) for step in PREPARATION)


def next_step(job: JobRecord, views: Sequence[StepView]) -> Step:
    """The step that comes next when the person goes on."""
    if job.mode == "simple":
        return "render"
    return next((view.step for view in views if view.has_to_be_made), "render")


def _view(step: Step, records: Sequence[StepRecord]) -> StepView:
    shown = next((one for one in records if one.chosen and one.state in _SHOWABLE), None)
    versions = tuple(one.version for one in records if one.state in _SHOWABLE)
    return StepView(step, _state(records), shown, versions)


def _state(records: Sequence[StepRecord]) -> StepState:
    """A version that is being made, asked for or has failed stands before the one that was made earlier."""
    found = {one.state for one in records}
    begun: tuple[StepState, ...] = ("running", "pending", "failed")
    for state in begun:
        if state in found:
            return state
    return next((one.state for one in records if one.chosen), "pending")
