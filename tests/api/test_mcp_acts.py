"""What the tools of the MCP server do, tried with somebody else's job and with estimates that do not hold any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp_types import ElicitRequestParams, ElicitResult

from api.access import Caller
from api.mcp_acts import Acts
from api.mcp_server import create_server
from core.errors import FilmChanged, InputError, PlanChanged, UnknownFilm, UnknownJob
from core.translations import translator
from jobs.model.api_keys import SCOPES
from jobs.model.people import Person
from tests.api.conftest import ANN, BOB, Api
from tests.jobs.film_takes import all_takes
from tests.ui.film.test_takes import SMALL
from tests.waiting import until

GO_ON: dict[str, str | int | float | bool | list[str] | None] = {"answer": "go_on"}
OF_A_JOB: dict[str, Callable[[Acts, str, str], object]] = {
    "job": lambda acts, job, _estimate: acts.job(job),
    "file": lambda acts, job, _estimate: acts.file(job, "video"),
    "make": lambda acts, _job, estimate: acts.make(estimate),
    "answer": lambda acts, job, estimate: acts.answer(job, "go_on", estimate, None, None),
    "retry": lambda acts, job, estimate: acts.retry(job, estimate),
    "cancel": lambda acts, job, _estimate: acts.cancel(job),
}
WITHOUT_A_JOB = {"models", "jobs", "estimate", "told", "films"}


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


# ---- questions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["legacy", "auto"])
def test_a_client_that_can_ask_asks_its_person(api: Api, protocol: Any) -> None:
    """By the protocol of until 2025 while the call waits, by that of 2026 as the answer of the call."""
    acts = acts_of(api, ANN)
    job, estimate = estimated(acts)
    acts.make(estimate)
    acts.caller.service.hold(job)
    asked, replies = list[str](), [ElicitResult(action="decline"), ElicitResult(action="accept", content=GO_ON)]

    async def ask(context: Any, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return replies.pop(0)

    async def whole() -> None:
        server = create_server(lambda _ctx: acts)
        async with Client(server, elicitation_callback=ask, mode=protocol) as client:
            await client.call_tool("answer_question", {"job": job, "answer": "go_on"})
            assert acts.job(job).state == "waiting", "the person has declined"
            answer = await client.call_tool("answer_question", {"job": job})
            assert not answer.is_error, answer.content

    asyncio.run(whole())
    assert (acts.job(job).state, len(asked)) == ("queued", 2)
    assert "Proposed: go_on." in asked[0]
    assert f"Estimate: {job}." in asked[1]


# ---- films -----------------------------------------------------------------------------------------------------------


def offered(acts: Acts, makes: str) -> str:
    """The id of the estimate of a part of the film."""
    return next(one.id for one in acts.films.status(SMALL.id).can_be_made if one.makes == makes)


def test_a_film_is_made_by_the_estimates_of_where_it_stands(api: Api) -> None:
    acts = acts_of(api, ANN)
    acts.caller.service.films.save(SMALL)
    (line,) = acts.films.page(10, None).films
    assert (line.id, line.shots, line.frames) == (SMALL.id, 3, 0)
    before = acts.films.status(SMALL.id)
    assert [(one.makes, one.shots, one.requests) for one in before.can_be_made][:1] == [("frames", 3, (0, 0))]
    frames = offered(acts, "frames")
    made = acts.films.make(frames)
    assert all(one.job for one in made.shots)
    with pytest.raises(FilmChanged):
        acts.films.make(frames)
    jobs = [one.job for one in acts.films.status(SMALL.id).shots]
    assert jobs == [one.job for one in made.shots]


def test_a_film_is_joined_and_its_address_given(api: Api) -> None:
    acts = acts_of(api, ANN)
    acts.caller.service.films.save(SMALL)
    all_takes(acts.caller.service, api.store, SMALL)
    acts.films.make(offered(acts, "joined"))
    until(lambda: acts.films.status(SMALL.id).joining is None, every=0.02)
    status = acts.films.status(SMALL.id)
    assert status.film is not None
    assert "joined" not in [one.makes for one in status.can_be_made]
    file = api.client(None).get(status.film.address)
    assert (file.status_code, file.content[4:8], len(file.content)) == (200, b"ftyp", status.film.bytes)
    forged = status.film.address.replace("/files/", "/files/x")
    refused = api.client(None).get(forged, headers={"Accept-Language": "zh-CN"})
    assert (refused.status_code, refused.text) == (403, "这个地址已失效。请索取新的地址。")


def test_somebody_else_s_film_is_not_there(api: Api) -> None:
    acts = acts_of(api, ANN)
    acts.caller.service.films.save(SMALL)
    estimate, bob = offered(acts, "frames"), acts_of(api, BOB)
    assert bob.films.page(10, None).films == []
    with pytest.raises(UnknownFilm):
        bob.films.status(SMALL.id)
    for unknown in (estimate, "x.y.z"):
        with pytest.raises(UnknownFilm):
            bob.films.make(unknown)
    assert not [one.job for one in acts.films.status(SMALL.id).shots if one.job]
