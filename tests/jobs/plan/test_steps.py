"""What is done about each step: kept, taken up again or made; and what that costs."""

from __future__ import annotations

from typing import Any

import pytest

from core.steps import STEPS, Maker, Step
from jobs.model.makers import YOURS
from jobs.model.records import StepRecord
from jobs.model.states import StepState
from jobs.plan.steps import RESTORED, Calls, StepPlan, first_inputs, plan_steps
from pipeline import PREPARATION
from tests.jobs.samples import a_request

REQUEST = a_request()
GEMINI, OFFLINE = Maker(provider="gemini", model="flash"), Maker(provider="offline", model="")


def hash_of(step: Step) -> str:
    """Of what a step is made from where each one before it has come out as its own name."""
    inputs = first_inputs(REQUEST)
    for before in PREPARATION[: PREPARATION.index(step)]:
        inputs = inputs.with_output(before, before)
    return str(inputs.hash_of(step))


def made(step: Step, version: int = 1, **changes: Any) -> StepRecord:
    plain = {"state": "done", "provider": "gemini", "model": "flash", "input_hash": hash_of(step), "chosen": True}
    return StepRecord(
        **{"job_id": "j", "step": step, "version": version, "output": step, "maker": GEMINI, **plain, **changes}
    )


def planned(*records: StepRecord, maker: Maker | None = GEMINI, **changes: Any) -> StepPlan:
    request = REQUEST.changed(**changes)
    maker_of = None if maker is None else lambda _step: maker
    return plan_steps(request, records, maker_of, lambda _frame: "first_frame")


ALL = tuple(made(step) for step in PREPARATION)


def actions(plan: StepPlan) -> list[str]:
    return [one.action for one in plan.steps]


def test_of_a_new_job_all_is_made() -> None:
    plan = planned()
    assert actions(plan) == ["make"] * 4
    assert plan.next_step == "image_prompt"
    assert [one.input_hash is not None for one in plan.steps] == [True, False, False, False]
    assert {one.maker for one in plan.steps} == {GEMINI}


def test_simple_mode_prepares_nothing() -> None:
    plan = planned(mode="simple")
    assert (plan.steps, plan.next_step, plan.calls) == ((), "render", Calls())


def test_what_was_made_from_the_same_is_kept() -> None:
    plan = planned(*ALL)
    assert (actions(plan), plan.next_step, plan.to_make) == (["keep"] * 4, "render", ())
    assert not any(one.is_stale for one in plan.steps)


@pytest.mark.parametrize("step", PREPARATION)
def test_what_was_made_from_something_else_is_made_anew(step: Step) -> None:
    plan = planned(*(made(one, input_hash="other" if one == step else hash_of(one)) for one in PREPARATION))
    assert (plan.next_step, plan.of(step).action, plan.of(step).is_stale) == (step, "make", True)


def test_of_two_versions_the_one_from_the_same_inputs_counts_again() -> None:
    plan = planned(made("image_prompt", 1, chosen=False), made("image_prompt", 2, input_hash="other"))
    found = plan.of("image_prompt")
    assert (found.action, found.version, plan.next_step) == ("reuse", 1, "first_frame")


def test_rather_a_version_of_the_same_maker_counts_again() -> None:
    other = {"provider": "dashscope", "maker": Maker(provider="dashscope", model="qwen"), "chosen": False}
    versions = (
        made("image_prompt", 1, chosen=False),
        made("image_prompt", 2, **other),
        made("image_prompt", 3, input_hash="x"),
    )
    assert planned(*versions).of("image_prompt").version == 1


@pytest.mark.parametrize("own", [{"edited": True}, {"provider": YOURS}, {"state": "skipped"}])
def test_what_a_person_gave_counts_whatever_it_was_made_from(own: dict[str, Any]) -> None:
    found = planned(made("image_prompt", **{"input_hash": "other", **own})).of("image_prompt")
    assert (found.action, found.version) == ("keep", 1)


def test_what_a_file_says_about_a_result_counts_in_its_own_job() -> None:
    assert (
        planned(made("image_prompt", input_hash=RESTORED + hash_of("image_prompt"))).of("image_prompt").action == "keep"
    )


@pytest.mark.parametrize("state", ["pending", "running", "failed"])
def test_a_version_that_was_asked_for_is_made(state: StepState) -> None:
    begun = made("image_prompt", 2, state=state, output=None, chosen=False)
    assert planned(made("image_prompt"), begun).of("image_prompt").action == "make"


def test_where_the_key_is_gone_nobody_is_named() -> None:
    plan = planned(made("image_prompt"), maker=None)
    assert [one.maker for one in plan.steps] == [None] * 4
    assert (plan.questions, plan.calls) == ((), Calls())


def test_what_another_maker_made_is_asked_about_as_far_as_it_is_rested_on() -> None:
    other = Maker(provider="dashscope", model="qwen")
    stale = made("first_frame", input_hash="other")
    asked = planned(made("image_prompt"), stale, made("visual_elements"), maker=other).questions
    assert [one.step for one in asked] == ["image_prompt"]
    assert planned(*ALL, maker=OFFLINE).questions == ()  # drafts replace nothing


@pytest.mark.parametrize(("until", "count"), [(None, 4), *((step, STEPS.index(step) + 1) for step in PREPARATION)])
def test_nothing_is_made_past_the_last_step_that_is_wanted(until: Step | None, count: int) -> None:
    assert [one.step for one in planned(until=until).to_make] == list(PREPARATION[:count])


def test_what_it_costs() -> None:
    assert planned().calls == Calls(4, 5)  # a correction of the description at most
    assert planned(maker=OFFLINE).calls == Calls()
    assert planned(*ALL[:2]).calls == Calls(2, 3)
    shortens = Maker(provider="dashscope", model="z", shortens=True)
    assert planned(until="image_prompt", maker=shortens).calls == Calls(1, 3)
