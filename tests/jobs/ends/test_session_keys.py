"""Keys of a session serve its jobs' steps and end with it; a job whose key is gone waits and asks nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from errors import ConfigError
from jobs.desk import Order
from jobs.people import Person
from jobs.session_keys import SessionKeys
from jobs.wish import Wish
from tests.jobs.ends.conftest import OpenHouse
from tests.jobs.ends.house import House
from tests.jobs.load.workers import SMALL
from tests.providers.fake_services import KEYS, FakeServices

ANN = Person(name="ann")
MINE = "AIza-typed-by-ann-4711"


@pytest.fixture
def services() -> Iterator[FakeServices]:
    with FakeServices() as fake:
        yield fake


@pytest.fixture
def home(open_house: OpenHouse, services: FakeServices) -> House:
    """The server has a key for the OpenAI-compatible service, and none for Gemini."""
    return open_house(**services.environment("openai"), GEMINI_API_URL=services.gemini_url)


def typed(home: House, key: str = MINE) -> SessionKeys:
    keys = SessionKeys()
    keys.put(home.worker.settings, "gemini_api_key", key)
    return keys


def begun(home: House, keys: SessionKeys | None, text: str = "A cat purrs.") -> str:
    desk = home.desk.of(ANN, keys)
    job = desk.create(Order(mode="full", wish=Wish(text=text), render=SMALL, line="mova-360p", ask=True))
    assert desk.start(job.id)
    home.becomes(job.id, "waiting")
    return job.id


def asked(services: FakeServices) -> list[tuple[str, str]]:
    """Services and keys, in the order in which they were asked for texts."""
    routes = ("gemini.text", "openai.text")
    return [(one.route, one.key) for route in routes for one in services.received(route)]


def makers(home: House, job: str) -> list[str]:
    return [str(one.provider) for one in home.desk.steps(job)]


def everything_kept(home: House) -> bytes:
    """Every byte of every file below OUTPUT_DIR, the database with its log among them."""
    folder: Path = home.worker.settings.output_dir
    return b"\0".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_session_key_serves_the_steps_of_its_jobs_only(home: House, services: FakeServices) -> None:
    keys = typed(home)
    mine, other = begun(home, keys), begun(home, None, "A dog barks.")
    assert (makers(home, mine), makers(home, other)) == (["gemini"], ["openai"])
    assert asked(services) == [("gemini.text", MINE), ("openai.text", KEYS["openai"])]
    assert MINE.encode() not in everything_kept(home)
    assert MINE not in repr((home.desk.get(mine), keys, vars(keys)))


def test_a_job_whose_key_is_gone_waits_and_asks_nobody_else(home: House, services: FakeServices) -> None:
    keys = typed(home)
    job = begun(home, keys)
    before = len(asked(services))
    del keys  # the session has ended
    assert home.desk.of(ANN).approve(job)
    waiting = home.becomes(job, "waiting")
    assert waiting.error
    assert "The key for Gemini that was typed into a session is gone" in waiting.error.rebuilt().message()
    assert waiting.stage == "first_frame"
    assert len(asked(services)) == before
    assert services.count("openai.image") == services.count("gemini.image") == 0


def test_it_goes_on_with_the_key_typed_again(home: House, services: FakeServices) -> None:
    keys = typed(home)
    job = begun(home, keys)
    keys.drop("gemini_api_key")
    home.desk.of(ANN).approve(job)
    home.becomes(job, "waiting")
    again = typed(home)
    assert home.desk.of(ANN, again).approve(job)
    home.becomes(job, "preparing", "waiting")
    assert home.becomes(job, "waiting").error is None
    assert makers(home, job) == ["gemini", "gemini"]


def test_it_goes_on_with_the_servers_services_once_its_person_was_told(home: House, services: FakeServices) -> None:
    keys = typed(home)
    job = begun(home, keys)
    del keys
    home.desk.of(ANN).approve(job)
    home.becomes(job, "waiting")
    assert home.desk.of(ANN).approve(job)
    home.becomes(job, "preparing", "waiting")
    assert home.becomes(job, "waiting").error is None
    assert makers(home, job) == ["gemini", "openai"]


def test_another_tab_without_the_key_does_not_take_it_from_the_job(home: House, services: FakeServices) -> None:
    keys = typed(home)
    job = begun(home, keys)
    assert home.desk.of(ANN).approve(job)
    home.becomes(job, "preparing", "waiting")
    home.becomes(job, "waiting")
    assert makers(home, job) == ["gemini", "gemini"]
    assert keys.names


def test_what_cannot_be_a_key_is_refused_without_being_shown(home: House) -> None:
    with pytest.raises(ConfigError) as refused:
        typed(home, "two words")
    assert "two words" not in str(refused.value)
