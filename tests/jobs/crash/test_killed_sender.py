"""A process that is killed between the record of a state and its delivery: the next one delivers, once it can."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from config import Settings
from jobs.worker import Worker
from tests.jobs.crash.kill_switch import Switch
from tests.jobs.crash.scene import KILLED, Scene
from tests.jobs.receiver import Receiver, receiver, set_library_clock

COMPLETED = Switch("jobs.store.jobs:Jobs.move_to", "'completed') {", after=True)
TAKEN = Switch("jobs.store.webhooks:Webhooks.take", after=True)
POSTED = Switch("jobs.execution.webhooks:post", after=True)


@pytest.fixture
def hook(stage: Scene) -> Iterator[Receiver]:
    """Told of every event of the only owner, and in the scene's settings allowed."""
    stage.more = {"webhook_allow": ("127.0.0.1",)}
    with receiver() as opened, stage.job_service() as service:
        _, secret = service.webhooks.add(opened.url)
        opened.secrets = [secret]
        yield opened
    assert opened.wrong == []


def taken_over(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> int:
    """Another process's sender, two hours later: how often it tried."""
    later = datetime.now(UTC) + timedelta(hours=2)
    set_library_clock(monkeypatch, lambda: later)
    worker = Worker(Settings(**stage.settings()))
    try:
        worker.webhooks._now = lambda: later
        return worker.webhooks.turn()
    finally:
        worker._sends.release()
        worker.store.close()


def test_killed_right_after_the_state_was_recorded(
    stage: Scene, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stage.run(COMPLETED) == KILLED
    job = stage.job()
    assert job.state == "completed"
    assert hook.bodies == []
    assert taken_over(stage, monkeypatch) == 1
    assert hook.states() == [(job.id, "job.completed")]


@pytest.mark.parametrize(("point", "arrived"), [(TAKEN, 0), (POSTED, 1)], ids=["before the request", "after it"])
def test_killed_around_the_request(
    stage: Scene, hook: Receiver, monkeypatch: pytest.MonkeyPatch, point: Switch, arrived: int
) -> None:
    """What had arrived arrives once more under the same id, so that its receiver knows it."""
    assert stage.run(point) == KILLED
    assert len(hook.bodies) == arrived
    job = stage.job()
    assert taken_over(stage, monkeypatch) == 1
    assert set(hook.states()) == {(job.id, "job.completed")}
    assert (len(hook.ids), len(set(hook.ids))) == (arrived + 1, 1)


def test_a_receiver_that_was_away_meanwhile_gets_it_in_order(
    stage: Scene, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.ask = stage.approve = True
    hook.answers = [503]
    assert stage.run() == 0  # it waits for its person
    assert stage.run(COMPLETED) == KILLED
    assert hook.bodies == []
    hook.answers = [204]
    assert taken_over(stage, monkeypatch) == 2
    assert [event for _, event in hook.states()] == ["job.waiting_for_you", "job.completed"]
