"""Which steps of a job are kept, which are made next and by whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.steps import STEPS, Maker, Step
from jobs.model.makers import YOURS, InQuestion, MakerOf, in_question, is_anothers
from jobs.model.records import StepRecord
from jobs.model.request import JobRequest
from jobs.model.states import StepState
from pipeline import PREPARATION, StepInputs
from providers.offline import NAME as OFFLINE

# Prefix of the hash of a result restored from a file: it counts in its own job only and is never reused elsewhere.
RESTORED = "file:"
# The SHA-256 of the first frame that a version stands for, in the job's crop and size.
FrameDigest = Callable[[StepRecord], str]
Action = Literal["keep", "reuse", "make"]

_MADE: tuple[StepState, ...] = ("done", "stale", "skipped")
_BOUGHT: tuple[StepState, ...] = ("done", "stale")
_SHORTENINGS = 2


@dataclass(frozen=True)
class Calls:
    """How often a service is asked, at least and at most."""

    least: int = 0
    most: int = 0

    def __add__(self, other: Calls) -> Calls:
        return Calls(self.least + other.least, self.most + other.most)


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """What will be done about one step.

    ``keep``: the chosen version counts. ``reuse``: ``version``, made in this job from exactly the same inputs, counts
    again. ``make``: ``maker`` is asked. ``input_hash`` is of what the step is made from now, None as long as a step
    before this one is to be made. ``is_stale``: the chosen version was made from other inputs than there are now;
    ``is_marked``: the record says so. ``comparisons``: how many cards a frame is compared with when it is made.
    """

    step: Step
    action: Action
    version: int | None = None
    maker: Maker | None = None
    input_hash: str | None = None
    is_stale: bool = False
    is_marked: bool = False
    comparisons: int = 0

    @property
    def calls(self) -> Calls:
        """All that is asked for it: texts and pictures."""
        return self.texts + self.pictures

    @property
    def texts(self) -> Calls:
        """How often a text is asked for: its own, shorter ones, its correction, what a picture shows."""
        if not self._is_bought or self.maker is None:
            return Calls()
        own = 0 if self.step == "first_frame" else 1
        shortenings = _SHORTENINGS if self.maker.shortens else 0
        corrections = 1 if self.step == "video_description" else 0
        least = own + self.comparisons
        return Calls(least, least + shortenings + corrections)

    @property
    def pictures(self) -> Calls:
        return Calls(1, 1) if self._is_bought and self.step == "first_frame" else Calls()

    @property
    def _is_bought(self) -> bool:
        return self.action == "make" and self.maker is not None and self.maker.provider != OFFLINE


@dataclass(frozen=True)
class StepPlan:
    """``steps`` are those of the preparation, none in Simple Mode; ``questions`` are asked before the job continues.

    ``anew`` are the steps to make where the person has what is asked about made again: from the first of it on.
    """

    steps: tuple[PlannedStep, ...] = ()
    until: Step | None = None
    questions: tuple[InQuestion, ...] = ()
    anew: tuple[PlannedStep, ...] = ()

    @property
    def next_step(self) -> Step:
        """The first step that is to be made; the render where all are there."""
        return next((one.step for one in self.steps if one.action == "make"), "render")

    @property
    def to_make(self) -> tuple[PlannedStep, ...]:
        """The steps to make before the render, or before the step at which the job is to stop."""
        return tuple(one for one in self.steps if one.action == "make" and not is_past(one.step, self.until))

    @property
    def to_buy(self) -> tuple[PlannedStep, ...]:
        """What the buttons of a page make, which have made again what is asked about."""
        return self.anew if self.questions else self.to_make

    @property
    def calls(self) -> Calls:
        return sum((one.calls for one in self.to_make), Calls())

    def with_questions(self, questions: tuple[InQuestion, ...], maker_of: MakerOf | None) -> StepPlan:
        """The plan with these questions, in the order of their steps."""
        if not questions:
            return replace(self, questions=())
        begins = PREPARATION.index(questions[0].step)
        anew = [
            replace(one, action="make", maker=maker_of(one.step) if maker_of else None)
            for one in self.steps
            if (one.action == "make" or PREPARATION.index(one.step) >= begins) and not is_past(one.step, self.until)
        ]
        return replace(self, questions=questions, anew=tuple(anew))

    def of(self, step: Step) -> PlannedStep:
        return next(one for one in self.steps if one.step == step)


def first_inputs(request: JobRequest) -> StepInputs:
    """The inputs of a job's first step."""
    return StepInputs(
        description=request.text,
        orientation=request.orientation,
        seconds=request.render.seconds,
        captions=request.captions,
        subtitle_marker=request.subtitle_marker,
        references=request.references,
    )


def plan_steps(
    request: JobRequest, records: Sequence[StepRecord], maker_of: MakerOf | None, frame_digest: FrameDigest
) -> StepPlan:
    """The plan of a job's preparation.

    Args:
        records: all versions of all its steps.
        maker_of: who makes each step; None where that cannot be told, because a session's key is gone.
        frame_digest: asked only for a frame that something is made from.
    """
    if request.mode == "simple":
        return StepPlan(until=request.until)
    inputs, planned, kept = first_inputs(request), [], []
    for step in PREPARATION:
        versions = [one for one in records if one.step == step]
        one = _planned(step, versions, inputs.hash_of(step), maker_of)
        if step == "first_frame":  # also of one that is there: what is asked about may be made anew
            one = replace(one, comparisons=_comparisons(request, maker_of))
        planned.append(one)
        counts = next((record for record in versions if record.version == one.version), None)
        if counts is None:
            inputs = inputs.with_output(step, None)
            continue
        kept.append(counts)
        output = counts.output or ""
        inputs = inputs.with_output(step, frame_digest(counts) if step == "first_frame" else output)
    # Also about results after a step to make: an answer that comes only then would stop a job that was told to go on.
    questions = in_question(kept, maker_of) if maker_of else ()
    return StepPlan(tuple(planned), request.until, questions)


def _comparisons(request: JobRequest, maker_of: MakerOf | None) -> int:
    """How many cards a frame is compared with: those with pictures, if a service can look at them."""
    if maker_of is None or not request.references or maker_of("visual_elements").provider == OFFLINE:
        return 0
    return len({(one.role, one.name) for one in request.references if one.role != "shot"})


def is_past(step: Step, until: Step | None) -> bool:
    """Whether a step comes after the last one that is to be made."""
    return until is not None and STEPS.index(step) > STEPS.index(until)


def is_own(record: StepRecord) -> bool:
    """Whether a person wrote, gave or kept it: then it counts, whatever it was made from."""
    return record.state == "skipped" or record.edited or record.provider == YOURS


def _planned(step: Step, versions: Sequence[StepRecord], wanted: str | None, maker_of: MakerOf | None) -> PlannedStep:
    chosen = next((one for one in versions if one.chosen and one.state in _MADE), None)
    is_begun = any(one.state not in _MADE for one in versions)
    is_stale = chosen is not None and not _is_from(chosen, wanted)
    known = PlannedStep(
        step=step,
        action="make",
        input_hash=wanted,
        is_stale=is_stale,
        is_marked=chosen is not None and chosen.state == "stale",
    )
    if chosen is not None and not is_begun and (is_own(chosen) or not is_stale):
        return replace(known, action="keep", version=chosen.version)
    maker = maker_of(step) if maker_of else None
    earlier = None if is_begun or wanted is None else _earlier(versions, wanted, maker)
    if earlier is not None:
        return replace(known, action="reuse", version=earlier.version)
    return replace(known, maker=maker)


def _is_from(record: StepRecord, wanted: str | None) -> bool:
    """Whether a result was made from these inputs; for old hand-written results without that record, as marked."""
    if record.state == "skipped" or record.provider == YOURS:
        return True
    if record.input_hash is None:
        return record.state == "done" and is_own(record)
    return wanted is not None and record.input_hash in (wanted, RESTORED + wanted)


def _earlier(versions: Sequence[StepRecord], wanted: str, maker: Maker | None) -> StepRecord | None:
    """The newest version made from exactly these inputs, if possible by the same maker."""
    made = [one for one in versions if one.input_hash == wanted and one.state in _BOUGHT and not one.edited]
    return max(made, key=lambda one: (maker is None or not is_anothers(one, maker), one.version), default=None)
