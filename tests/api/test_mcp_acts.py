"""What the tools of the MCP server do, tried with somebody else's job and with estimates that do not hold any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from api.access import Caller
from api.mcp_acts import Acts
from core.errors import InputError, PlanChanged, UnknownJob
from core.translations import translator
from jobs.model.api_keys import SCOPES
from jobs.model.people import Person
from tests.api.conftest import ANN, BOB, Api

OF_A_JOB: dict[str, Callable[[Acts, str, str], object]] = {
    "job": lambda acts, job, _estimate: acts.job(job),
    "file": lambda acts, job, _estimate: acts.file(job, "video"),
    "make": lambda acts, _job, estimate: acts.make(estimate),
    "answer": lambda acts, job, estimate: acts.answer(job, "go_on", estimate, None, None),
    "retry": lambda acts, job, estimate: acts.retry(job, estimate),
    "cancel": lambda acts, job, _estimate: acts.cancel(job),
}
WITHOUT_A_JOB = {"models", "jobs", "estimate", "told"}


def acts_of(api: Api, person: Person) -> Acts:
    caller = Caller(person, SCOPES, api.service.of(person), api.context.settings, translator("en"))
    return Acts(caller, "http://127.0.0.1:8600")


def estimated(acts: Acts, text: str = "A cat purrs.") -> tuple[str, str]:
    """A draft and its estimate."""
    found = acts.estimate(text, "simple", picture_base64=None, ask_before_each_step=False, model=None)
    return found.job, found.id


def test_every_act_is_tried() -> None:
    assert {name for name in vars(Acts) if not name.startswith("_")} - {"caller", "base"} == {*OF_A_JOB, *WITHOUT_A_JOB}


@pytest.mark.parametrize("name", OF_A_JOB)
def test_somebody_else_s_job_is_not_there(api: Api, name: str) -> None:
    job, estimate = estimated(acts_of(api, ANN))
    before = api.service.get(job)
    with pytest.raises(UnknownJob):
        OF_A_JOB[name](acts_of(api, BOB), job, estimate)
    assert api.service.get(job) == before
    assert acts_of(api, BOB).jobs("", [], 10, None).jobs == []


def test_an_estimate_holds_only_as_long_as_nothing_has_changed(api: Api) -> None:
    acts = acts_of(api, ANN)
    job, estimate = estimated(acts)
    acts.caller.service.steps.reword(job, "A dog barks.")
    with pytest.raises(PlanChanged):
        acts.make(estimate)
    assert api.service.get(job).state == "draft"


def test_an_estimate_of_another_job_opens_nothing(api: Api) -> None:
    acts = acts_of(api, ANN)
    job, _ = estimated(acts)
    _, other = estimated(acts, "A dog barks.")
    with pytest.raises(InputError):
        acts.answer(job, "go_on", other, None, None)
    with pytest.raises(UnknownJob):
        acts.answer(job, "go_on", None, None, None)
    assert api.service.get(job).state == "draft"


def test_the_same_estimate_makes_one_video(api: Api) -> None:
    acts = acts_of(api, ANN)
    job, estimate = estimated(acts)
    assert [acts.make(estimate).state for _ in range(3)] == ["queued"] * 3
    assert [one.id for one in acts.jobs("", [], 10, None).jobs] == [job]
