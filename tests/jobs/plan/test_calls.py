"""How often each step asks a service: what the plan says, against the steps as they really are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config import Settings
from core.messages import Message
from core.steps import Maker, Step
from jobs.model.makers import InQuestion
from jobs.model.records import StepRecord
from jobs.model.request import JobRequest, QueueKey
from jobs.plan.plan import JobPlan, NextAct
from jobs.plan.render import RenderPlan
from jobs.plan.steps import Calls, PlannedStep, StepPlan, plan_steps
from pipeline import Materials, Tools, make
from providers.base import ReferencesTaken
from tests.jobs.load.workers import SMALL
from tests.pictures import picture
from tests.providers.test_references import reference
from tests.steps.fake_provider import FakeProvider
from tests.steps.test_prompt_rewriter_with_image import BAD, ELEMENTS, GOOD, USER

LONG, SHORT = "A grey cat. " * 100, "A grey cat on a sill."


CARDS = (
    *(reference("Mei", colour) for colour in ("red", "darkred")),
    reference("Otto", "blue"),
    reference("Harbour", "green", role="place"),
    reference("the shot before", "grey", role="shot"),
)


@pytest.mark.parametrize(("until", "takes"), [(None, 3), ("render", 3), ("first_frame", 0)])
def test_a_job_that_stops_before_its_render_has_no_takes_that_are_heard(until: Step | None, takes: int) -> None:
    listener = Maker(provider="gemini", model="m")
    render = RenderPlan(key=QueueKey("mova-360p"), takes=3, heard_by=listener)
    plan = JobPlan(steps=StepPlan(until=until), render=render, next=NextAct("wait"))
    assert (plan.takes, plan.calls) == (takes, Calls(0, takes))


@pytest.mark.parametrize(
    ("step", "limit", "image_prompt", "texts", "calls"),
    [
        ("image_prompt", None, "", [SHORT], 1),
        ("image_prompt", 800, "", [SHORT], 1),
        ("image_prompt", 800, "", [LONG, LONG, SHORT], 3),
        ("first_frame", None, SHORT, [], 1),
        ("first_frame", 800, SHORT, [], 1),
        ("first_frame", 800, LONG, [LONG, SHORT], 3),
        ("visual_elements", None, "", [ELEMENTS], 1),
        ("video_description", None, "", [GOOD], 1),
        ("video_description", None, "", [BAD, BAD], 2),
    ],
)
def test_a_step_asks_as_often_as_the_plan_says(
    step: Step, limit: int | None, image_prompt: str, texts: list[str], calls: int
) -> None:
    provider = FakeProvider(texts=list(texts), picture=picture(), prompt_limit=limit)
    materials = Materials(
        description=USER,
        orientation="landscape",
        render=SMALL,
        image_prompt=image_prompt,
        first_frame=picture(),
        visual_elements=ELEMENTS,
    )
    make(step, materials, Tools(Settings(), lambda _capability: provider))
    asked = len(provider.asked) + len(provider.looked) + len(provider.drawn)
    assert (asked, provider.texts) == (calls, [])
    maker = Maker(provider="fake", model="fake", shortens=limit is not None)
    planned = PlannedStep(step=step, action="make", maker=maker).calls
    assert planned.least <= asked <= planned.most
    assert asked in (planned.least, planned.most)


@pytest.mark.parametrize(("step", "calls"), [("image_prompt", 1), ("first_frame", 4)])
@pytest.mark.parametrize("said", ['{"verdict": "same", "reason": "Her face."}', "no JSON at all"])
def test_a_frame_after_pictures_asks_once_more_for_each_card(step: Step, calls: int, said: str) -> None:
    taken = ReferencesTaken(model="fake-brush", most=9)
    texts = [SHORT] if step == "image_prompt" else [said] * 3
    provider = FakeProvider(texts=list(texts), picture=picture(), references=taken, prompt_limit=800)
    materials = Materials(description=USER, orientation="landscape", render=SMALL, image_prompt=LONG, references=CARDS)
    make(step, materials, Tools(Settings(), lambda _capability: provider))
    asked = len(provider.asked) + len(provider.looked) + len(provider.drawn)
    request = JobRequest(mode="full", text=USER, render=SMALL, references=tuple(one.reference for one in CARDS))
    plan = plan_steps(request, [], lambda _step: Maker(provider="fake", model="fake"), lambda _frame: "")
    assert (asked, plan.of(step).calls) == (calls, Calls(calls, calls))


def test_a_frame_that_is_made_anew_is_compared_anew() -> None:
    """What the buttons buy where a result is asked about left these out."""
    request = JobRequest(mode="full", text=USER, render=SMALL, references=tuple(one.reference for one in CARDS))
    prompt = StepRecord(
        job_id="", step="image_prompt", state="done", provider="user", model="", output=SHORT, chosen=True
    )
    frame = replace(prompt, step="first_frame", edited=True)
    service = Maker(provider="fake", model="fake")
    plan = plan_steps(request, [prompt, frame], lambda _step: service, lambda _frame: "digest")
    asked = InQuestion(step="first_frame", version=1, reason=Message("It would be made by another service.", {}))
    (anew, *_others) = plan.with_questions((asked,), lambda _step: service).to_buy
    assert (anew.step, anew.pictures, anew.texts) == ("first_frame", Calls(1, 1), Calls(3, 3))
