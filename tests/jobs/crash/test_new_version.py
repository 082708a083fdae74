"""A newer version of the program, with a step more: what an older one left waiting or broken off goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from core.steps import STEPS
from tests.conftest import REPO
from tests.jobs.crash.kill_points import kill_points
from tests.jobs.crash.scene import KILLED, USUAL, Scene

POINTS = kill_points()
NEWER = [*STEPS[:3], "mood", *STEPS[3:]]


def go_on_newer(stage: Scene) -> str:
    """One life of the newer version; the state in which it left the job."""
    with (stage.folder / "log.txt").open("ab") as log:
        done = subprocess.run(
            [sys.executable, "-m", "tests.jobs.crash.newer_version"],
            cwd=REPO,
            env={"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull},
            input=json.dumps(stage.life()).encode(),
            stdout=log,
            stderr=log,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, stage.log
    (state,) = stage.states().values()
    return state


def steps_of(stage: Scene) -> list[str]:
    record = json.loads((stage.job_folder / "job.json").read_text())
    return [step["step"] for step in record["steps"]]


@pytest.mark.parametrize("gate", range(1, 5))
def test_a_job_that_waits_for_a_person_goes_on(stage: Scene, gate: int) -> None:
    """It waited after any of the steps, under the older version, for as long as the person liked."""
    stage.ask = True
    assert stage.go_on() == "waiting"
    for _ in range(gate - 1):
        with stage.job_service() as service:
            assert service.approve(stage.job().id)
        assert stage.go_on() == "waiting"
    assert stage.job().stage == STEPS[gate]
    stage.approve = True
    assert go_on_newer(stage) == "completed"
    stage.check_completed(steps=NEWER)
    assert stage.paid() == USUAL


@pytest.mark.parametrize(
    "point",
    ["after visual_elements begins", "after visual_elements is recorded", "between step 4 and the next"],
)
def test_a_job_killed_while_it_was_prepared_goes_on(stage: Scene, point: str) -> None:
    assert stage.run(POINTS[point]) == KILLED
    assert go_on_newer(stage) == "completed"
    stage.check_completed(steps=NEWER)
    assert stage.paid() == USUAL


@pytest.mark.parametrize("point", ["after it enters the line", "after the POST", "after the video is renamed"])
def test_a_job_that_was_past_its_preparation_goes_on(stage: Scene, point: str) -> None:
    assert stage.run(POINTS[point]) == KILLED
    assert go_on_newer(stage) == "completed"
    stage.check_completed()
    assert stage.paid() == USUAL
