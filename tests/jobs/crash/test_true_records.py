"""What lies beside the files says how a job ended, whoever was killed or wrote at the same moment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import Settings
from jobs.model.records import JobRecord
from jobs.store.folders import Folders
from jobs.worker import working
from tests.jobs.crash.kill_switch import Switch
from tests.jobs.crash.scene import KILLED, Scene
from tests.providers.fake_services import Raw
from tests.waiting import until


def record_of(stage: Scene) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((stage.folder / "outputs" / stage.job().id / "job.json").read_text())
    return found


def test_killed_between_a_failure_and_its_record(stage: Scene) -> None:
    stage.services.script("openai.vision", Raw(400, b"{}"))
    assert stage.run(Switch("jobs.store.folders:Folders.settle")) == KILLED
    assert stage.job().state == "failed"
    assert record_of(stage)["state"] != "failed"
    with working(Settings(**stage.settings())):
        until(lambda: record_of(stage)["state"] == "failed", 30)
    assert record_of(stage)["error"]


def test_what_a_slow_writer_left_of_a_finished_job_is_put_right(stage: Scene) -> None:
    assert stage.run() == 0
    path = stage.folder / "outputs" / stage.job().id / "job.json"
    whole = path.read_text()
    path.write_text(whole.replace('"state": "completed"', '"state": "saving"', 1))
    with stage.job_service() as service:
        service._folders.settle(stage.job().id)
    assert path.read_text() == whole


def test_a_slow_writer_does_not_have_the_last_word(stage: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker writes that a job renders while its person stops waiting for it."""
    with stage.job_service() as service:
        job = service.create(stage.order(stage.texts[0]))
        slow, folders, write = [job], service._folders, Folders._write_record

        def late(self: Folders, job: JobRecord, *rest: Any) -> Any:
            if slow:
                slow.clear()
                assert service.cancel(job.id)  # all of it, while the slow one is about to write what it saw before
            return write(self, job, *rest)

        monkeypatch.setattr(Folders, "_write_record", late)
        folders.write_record(job)
        assert record_of(stage)["state"] == "cancelled"
