"""The whole plan of a job, or of an order not placed yet: the source for receipt, buttons, dry run and estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.steps import Step
from jobs.model.states import JobState, allowing
from jobs.plan.render import RenderPlan
from jobs.plan.steps import Calls, StepPlan

if TYPE_CHECKING:
    from core.errors import MovaError
    from core.messages import Message
    from jobs.model.records import JobRecord

# What a person can do next: make a step, send the job (again), fetch its video, search for it on
# its server; or only wait, or nothing is left to do.
Act = Literal["make_step", "send", "send_again", "fetch_video", "look_again", "wait", "none"]


@dataclass(frozen=True)
class NextAct:
    """What a person can do next; ``step`` is what it makes first."""

    act: Act
    step: Step = "render"


@dataclass(frozen=True, kw_only=True)
class JobPlan:
    """Everything planned; ``refusal`` is why the job would not be accepted, such as a quota that is reached.

    ``cautions`` are what a person should know before it is sent.
    """

    steps: StepPlan
    render: RenderPlan
    next: NextAct
    refusal: MovaError | None = None
    cautions: tuple[Message, ...] = ()

    @property
    def takes(self) -> int:
        """How many renders there are at most; none where the job stops before its render."""
        return self.render.takes if self.steps.until in (None, "render") else 0

    @property
    def hearings(self) -> Calls:
        """How often a service hears what was rendered."""
        return self.render.hearings if self.takes else Calls()

    @property
    def calls(self) -> Calls:
        """How often services are asked until the video is there."""
        return self.steps.calls + self.hearings


def next_act(state: JobState, steps: StepPlan, *, video_on_server: bool = False) -> NextAct:
    """What a person can do next with a job in this state; a new one is a draft."""
    step = steps.questions[0].step if steps.questions else steps.next_step
    if state in allowing("approve"):
        return NextAct("send" if step == "render" else "make_step", step)
    if state in allowing("retry"):
        if step != "render":
            return NextAct("make_step", step)
        return NextAct("fetch_video" if video_on_server else "send_again")
    if state == "unclear":
        return NextAct("look_again")
    return NextAct("none" if state == "completed" else "wait", step)


def next_act_of(job: JobRecord, steps: StepPlan) -> NextAct:
    return next_act(job.state, steps, video_on_server=job.video_on_server)
