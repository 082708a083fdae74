"""SIGTERM to ``python -m jobs.worker``: it goes in order and soon, ends nothing early, and the next one goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import REPO
from tests.jobs.crash.scene import USUAL, Scene
from tests.providers.fake_services import Received, Reply
from tests.waiting import PATIENCE, until


@contextmanager
def worker(stage: Scene) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as it is started on a machine."""
    given = {name.upper(): value for name, value in stage.settings().items()}
    environment = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    environment |= {"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull, "PYTHONPATH": str(REPO)}
    with (stage.folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jobs.worker"], cwd=REPO, env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def stop(process: subprocess.Popen[bytes], stage: Scene) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0, stage.log


def start_job(stage: Scene) -> None:
    with stage.job_service() as service:
        service.start(service.create(stage.order(stage.texts[0])).id)


def test_stopped_during_a_render_it_goes_on(stage: Scene) -> None:
    stage.server.seconds = None
    start_job(stage)
    with worker(stage) as process:
        until(lambda: stage.job().state == "rendering")
        stop(process, stage)
    assert stage.job().state == "rendering"
    stage.server.finish()
    with worker(stage) as process:
        until(lambda: stage.job().final)
        stop(process, stage)
    stage.check_completed()
    assert stage.paid() == USUAL
    assert "Traceback" not in stage.log


@pytest.mark.parametrize("moment", ["accepted", "download"])
def test_stopped_while_the_server_answers_slowly(stage: Scene, moment: str) -> None:
    """A request that lasts does not hold up the end of the process."""
    come, go = threading.Event(), threading.Event()

    def hold() -> None:
        come.set()
        go.wait(PATIENCE)

    stage.server.moments[moment] = hold
    start_job(stage)
    with worker(stage) as process:
        assert come.wait(PATIENCE)
        stop(process, stage)
        assert not go.is_set()
    go.set()
    assert not stage.job().final
    with worker(stage):
        until(lambda: stage.job().final)
    stage.check_completed()
    assert stage.paid() == USUAL


def test_a_service_that_answers_soon_is_waited_for(stage: Scene) -> None:
    come = _hold(stage, "vision", lambda: threading.Event().wait(1))
    start_job(stage)
    with worker(stage) as process:
        assert come.wait(PATIENCE)
        stop(process, stage)
    assert stage.job().state == "preparing"
    with worker(stage):
        until(lambda: stage.job().final)
    stage.check_completed()
    assert stage.paid() == USUAL


def test_a_service_that_does_not_is_asked_again(stage: Scene) -> None:
    go = threading.Event()
    come = _hold(stage, "image", lambda: go.wait(PATIENCE))
    start_job(stage)
    with worker(stage) as process:
        assert come.wait(PATIENCE)
        stop(process, stage)
        assert not go.is_set()
    go.set()
    with worker(stage):
        until(lambda: stage.job().final)
    stage.check_completed()
    assert stage.paid() == USUAL | {"image": 2}


def _hold(stage: Scene, kind: str, wait: Callable[[], object]) -> threading.Event:
    """Let the first call of that kind wait; the event says that it has come."""
    come, answer = threading.Event(), stage.answer_to(kind)

    def reply(call: Received) -> Reply:
        if not come.is_set():
            come.set()
            wait()
        return answer(call)

    stage.services.script(f"{stage.service}.{kind}", reply)
    return come


def test_a_waiting_job_needs_no_worker(stage: Scene, tmp_path: Path) -> None:
    """At a gate nothing of it is left in a process: it waits in the database alone."""
    stage.ask = True
    assert stage.go_on() == "waiting"
    assert stage.paid() == {"text": 1, "image": 0, "vision": 0}
    for steps in range(2, 5):
        with stage.job_service() as service:
            assert service.approve(stage.job().id)
        assert stage.go_on() == "waiting"
        assert sum(stage.paid().values()) == steps
    with stage.job_service() as service:
        assert service.approve(stage.job().id)
    assert stage.go_on() == "completed"
    stage.check_completed()
