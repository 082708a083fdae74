"""Several workers on one database: when the busy one dies the others end its jobs, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from tests.jobs.crash.kill_switch import Switch
from tests.jobs.crash.lives import Nursery
from tests.jobs.crash.scene import KILLED, Scene, scene
from tests.postgres import Postgres
from tests.waiting import until

TEXTS = tuple(f"An orange cat looks up at a girl in a red coat. Rain patters on {n} umbrellas." for n in range(2, 6))


@pytest.fixture(params=["sqlite", "postgres"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> Iterator[Scene]:
    """Four jobs on an empty database."""
    database = None
    if request.param == "postgres":
        postgres: Postgres = request.getfixturevalue("postgres")
        name = f"crash_{token_hex(4)}"
        postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        database = postgres.url_of(name)
    with scene(tmp_path, nursery, database=database, texts=TEXTS) as opened:
        yield opened


def order(stage: Scene) -> None:
    """Put the jobs into the line of work, as a page does that has no worker in its process."""
    with stage.job_service() as service:
        for text in stage.texts:
            service.start(service.create(stage.order(text)).id)


def test_the_survivor_ends_what_the_busy_one_had(stage: Scene) -> None:
    order(stage)
    busy = stage.start()
    until(lambda: stage.services.count() > 0)
    survivor = stage.start()
    stage.server.moments["accepted"] = busy.kill
    assert busy.wait() == KILLED
    assert survivor.wait() == 0, stage.log
    stage.check_completed(jobs=4)
    # A job asks one service at a time, so no more than one answer of each was on its way.
    assert stage.bought_again() <= len(stage.texts)


def test_each_dies_of_its_first_submit_but_the_last(stage: Scene) -> None:
    """A worker that dies between the server's acceptance and its record, beside others that are at work."""
    order(stage)
    dying = [stage.start(Switch("sglang_client:SGLangClient.submit", after=True)) for _ in range(2)]
    until(lambda: any(worker.ended.done() for worker in dying))
    last = stage.start()
    assert KILLED in [worker.wait() for worker in dying], stage.log
    assert last.wait() == 0, stage.log
    stage.check_completed(jobs=4)
