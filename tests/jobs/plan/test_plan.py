"""What a person can do next, in every state and with every step."""

from __future__ import annotations

import pytest

from core.messages import Message
from jobs.model.makers import InQuestion
from jobs.model.states import JOB_STATES, JobState, allowing
from jobs.plan.plan import Act, NextAct, next_act
from jobs.plan.steps import PlannedStep, StepPlan

READY = StepPlan((PlannedStep(step="image_prompt", action="keep", version=1),))
TO_MAKE = StepPlan(
    (PlannedStep(step="image_prompt", action="keep", version=1), PlannedStep(step="first_frame", action="make"))
)


@pytest.mark.parametrize("state", ["draft", "waiting"])
def test_what_waits_for_its_person_is_gone_on_with(state: JobState) -> None:
    assert next_act(state, TO_MAKE) == NextAct("make_step", "first_frame")
    assert next_act(state, READY) == NextAct("send", "render")


def test_a_question_comes_before_what_is_to_be_made() -> None:
    asked = InQuestion(step="image_prompt", version=1, reason=Message("Another one.", {}))
    assert next_act("waiting", StepPlan(TO_MAKE.steps, None, (asked,))) == NextAct("make_step", "image_prompt")


@pytest.mark.parametrize("state", sorted(allowing("retry")))
def test_what_ended_without_a_video_is_begun_again_where_it_ended(state: JobState) -> None:
    assert next_act(state, TO_MAKE) == NextAct("make_step", "first_frame")
    assert next_act(state, READY) == NextAct("send_again")
    assert next_act(state, READY, video_on_server=True) == NextAct("fetch_video")


@pytest.mark.parametrize(
    ("state", "act"), [("unclear", "look_again"), ("completed", "none"), ("rendering", "wait"), ("preparing", "wait")]
)
def test_in_other_states(state: JobState, act: Act) -> None:
    assert next_act(state, READY).act == act


def test_every_state_has_an_act() -> None:
    waits = {state for state in JOB_STATES if next_act(state, READY).act == "wait"}
    assert waits == {"preparing", "queued", "submitted", "rendering", "saving"}
