"""Keys of a session serve its jobs' steps and end with it; a job whose key is gone waits and asks nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigError
from jobs.model.people import Person
from jobs.model.request import JobRequest
from jobs.model.session_keys import SessionKeys
from jobs.store.orders import Order
from tests.jobs.conftest import RunService
from tests.jobs.load.workers import SMALL
from tests.jobs.running_service import RunningService
from tests.providers.fake_services import KEYS, FakeServices

ANN = Person(name="ann")
MINE = "AIza-typed-by-ann-4711"


@pytest.fixture
def running(run_service: RunService, services: FakeServices) -> RunningService:
    """The server has a key for the OpenAI-compatible service, and none for Gemini."""
    return run_service(**services.environment("openai"), GEMINI_API_URL=services.gemini_url)


def typed(running: RunningService, key: str = MINE) -> SessionKeys:
    keys = SessionKeys()
    keys.put(running.worker.settings, "gemini_api_key", key)
    return keys


def begun(running: RunningService, keys: SessionKeys | None, text: str = "A cat purrs.") -> str:
    service = running.service.of(ANN, keys)
    job = service.create(Order(request=JobRequest(mode="full", text=text, render=SMALL, review_each_step=True)))
    assert service.start(job.id)
    running.becomes(job.id, "waiting")
    return job.id


def asked(services: FakeServices) -> list[tuple[str, str]]:
    """Services and keys, in the order in which they were asked for texts."""
    routes = ("gemini.text", "openai.text")
    return [(one.route, one.key) for route in routes for one in services.received(route)]


def makers(running: RunningService, job: str) -> list[str]:
    return [str(one.provider) for one in running.service.steps.of(job)]


def everything_kept(running: RunningService) -> bytes:
    """Every byte of every file below OUTPUT_DIR, the database with its log among them."""
    folder: Path = running.worker.settings.output_dir
    return b"\0".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_session_key_serves_the_steps_of_its_jobs_only(running: RunningService, services: FakeServices) -> None:
    keys = typed(running)
    mine, other = begun(running, keys), begun(running, None, "A dog barks.")
    assert (makers(running, mine), makers(running, other)) == (["gemini"], ["openai"])
    assert asked(services) == [("gemini.text", MINE), ("openai.text", KEYS["openai"])]
    assert MINE.encode() not in everything_kept(running)
    assert MINE not in repr((running.service.get(mine), keys, vars(keys)))


def test_a_job_whose_key_is_gone_waits_and_asks_nobody_else(running: RunningService, services: FakeServices) -> None:
    keys = typed(running)
    job = begun(running, keys)
    before = len(asked(services))
    del keys  # the session has ended
    assert running.service.of(ANN).approve(job)
    waiting = running.becomes(job, "waiting")
    assert waiting.error
    assert (
        "The key for Gemini that this job was to use was entered in another session, or it is gone"
        in waiting.error.rebuilt().message()
    )
    assert waiting.stage == "first_frame"
    assert len(asked(services)) == before
    assert services.count("openai.image") == services.count("gemini.image") == 0


def test_it_goes_on_with_the_key_typed_again(running: RunningService, services: FakeServices) -> None:
    keys = typed(running)
    job = begun(running, keys)
    keys.drop("gemini_api_key")
    running.service.of(ANN).approve(job)
    running.becomes(job, "waiting")
    again = typed(running)
    assert running.service.of(ANN, again).approve(job)
    running.becomes(job, "preparing", "waiting")
    assert running.becomes(job, "waiting").error is None
    assert makers(running, job) == ["gemini", "gemini"]


def test_it_goes_on_with_the_servers_services_once_its_person_was_told(
    running: RunningService, services: FakeServices
) -> None:
    keys = typed(running)
    job = begun(running, keys)
    del keys
    running.service.of(ANN).approve(job)
    running.becomes(job, "waiting")
    assert running.service.of(ANN).approve(job)
    running.becomes(job, "preparing", "waiting")
    assert running.becomes(job, "waiting").error is None
    assert makers(running, job) == ["gemini", "openai"]


def test_the_act_of_another_session_spends_no_key_of_this_one(running: RunningService, services: FakeServices) -> None:
    keys = typed(running)
    job = begun(running, keys)
    other = running.service.of(ANN)
    assert {one.maker for one in other.plans.of(job).steps.to_make} == {None}
    assert other.approve(job)
    waiting = running.becomes(job, "waiting")
    assert (waiting.error and waiting.error.kind, services.count("gemini.image")) == ("KeyGone", 0)
    assert running.service.of(ANN, keys).approve(job)
    running.becomes(job, "preparing", "waiting")
    assert running.becomes(job, "waiting").error is None
    assert (makers(running, job), services.count("gemini.image")) == (["gemini", "gemini"], 1)


def test_jobs_that_another_sessions_key_still_pays_for_are_counted(running: RunningService) -> None:
    keys = typed(running)
    job = begun(running, keys)
    assert not running.service.of(ANN).steps.with_keys_of_others()
    assert running.worker.store.jobs.move_to(job, "preparing")
    assert running.service.of(ANN).steps.with_keys_of_others() == {"gemini_api_key": 1}
    assert not running.service.of(ANN, keys).steps.with_keys_of_others()


def test_what_cannot_be_a_key_is_refused_without_being_shown(running: RunningService) -> None:
    with pytest.raises(ConfigError) as refused:
        typed(running, "two words")
    assert "two words" not in str(refused.value)
