"""Which jobs get a run in this process."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jobs.execution import engine
from jobs.execution.runs import Runs
from jobs.model.states import LISTENING
from jobs.store.store import Store
from tests.jobs.samples import new_job


@pytest.mark.parametrize(("runs_in", "begun"), [("here", 0), ("elsewhere", 1)])
def test_a_job_that_found_no_room_has_the_next_one_unless_another_process_took_it_up(
    store: Store, monkeypatch: pytest.MonkeyPatch, runs_in: str, begun: int
) -> None:
    back, safe = (store.jobs.create(new_job(state="saving")) for _ in range(2))
    store.jobs.update(safe.id, stage=LISTENING)
    started: list[str] = []
    monkeypatch.setattr(engine, "unfinished", lambda: {back.id: runs_in})
    monkeypatch.setattr(engine, "start", lambda _kind, job_id: started.append(job_id))
    names: Any = SimpleNamespace(mine="here")
    runs = Runs(store, names, None, lambda _job: None, lambda: 1, lambda job_id: job_id == back.id)
    runs.pick_up()
    assert started == [safe.id][:begun]
