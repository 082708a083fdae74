"""``workflow.py film make`` killed with SIGKILL between its draft and its join: the same command goes on from there."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest

from media.videos import probe
from tests.cli.shell import REPO, Shell
from tests.forked import Forked, run
from tests.jobs.crash.kill_switch import Switch
from tests.jobs.crash.scene import KILLED, Scene
from tests.providers.fake_services import Received, Reply
from tests.waiting import until

IDEA = "A keeper lights the lamp. His daughter sees the boat."
_SHOTS = [
    {"action": "An old keeper in a grey coat lights the lamp.", "cast": ["Keeper"]},
    {"action": "A girl in a red scarf looks out of the window.", "cast": ["Girl"]},
    {"action": "She turns and laughs.", "cast": ["Girl"], "join": "continue"},
]
PROPOSED = {
    "title": "The lamp",
    "cast": [{"name": "Keeper", "look": "an old man in a grey coat"}, {"name": "Girl", "look": "a girl, red scarf"}],
    "scenes": [{"place": "Lighthouse", "shots": _SHOTS}],
}
FRAMES = 17
# A shot that goes on from another has no prompt and no picture of its own.
PAID = {"text": 1 + 2 + 2 + 1, "image": 2, "vision": 3}
"""The draft, prompt and description of two shots, the description of the third."""

_SAVE = "jobs.store.steps:Steps.save"
POINTS = {
    "after the draft is answered": Switch("pathlib:Path.replace", ".answer-film", after=True),
    "before the document is written": Switch("core.files:atomic_write", "film.json"),
    "after the document is written": Switch("core.files:atomic_write", "film.json", after=True),
    "before its revision is recorded": Switch("jobs.store.films:Films.save"),
    "after a shot's job is named": Switch("jobs.store.films:Films.add_job", nth=2, after=True),
    "after a shot's job is created": Switch("jobs.store.jobs:Jobs.create", nth=2, after=True),
    "after a frame is recorded": Switch(_SAVE, "step='first_frame', version=1, state='done'", after=True),
    "before a shot is sent": Switch("jobs.store.queue:JobQueue.claim", nth=1),
    "after a shot is sent": Switch("sglang_client:SGLangClient.submit", nth=2, after=True),
    "before a take is completed": Switch("jobs.store.jobs:Jobs.move_to", "'completed') {", nth=1),
    "after the last frame of a shot is read": Switch(
        "jobs.service.videos:FinishedVideos.clean_last_frame", nth=1, after=True
    ),
    "while it is joined": Switch("jobs.service.videos:FinishedVideos.joined"),
    "before the film is renamed": Switch("pathlib:Path.replace", "film.mp4"),
    "after the film is renamed": Switch("pathlib:Path.replace", "film.mp4", after=True),
}
_ARMED = (
    "import json, runpy, sys, jobs.execution.runs; from tests.jobs.crash.kill_switch import Switch, arm; "
    # With two at once another shot's call may be cut off as well, and be asked again.
    "jobs.execution.runs.PREPARED_AT_ONCE = 1; "
    "arm(Switch(**json.loads(sys.argv.pop(1)))); runpy.run_path(sys.argv[0], run_name='__main__')"
)


def answering(answer: Callable[[Received], Reply]) -> Callable[[Received], Reply]:
    def reply(call: Received) -> Reply:
        is_draft = IDEA in "".join(call.texts) and "scenes" in "".join(call.texts)
        return json.dumps(PROPOSED) if is_draft else answer(call)

    return reply


@pytest.fixture
def shell(stage: Scene) -> Shell:
    stage.services.script(f"{stage.service}.text", answering(stage.answer_to("text")))
    variables = stage.services.environment(stage.service)
    servers = json.dumps(stage.settings()["sglang_servers"])
    return Shell(stage.folder, {**variables, "SGLANG_SERVERS": servers, "NUM_FRAMES": str(FRAMES)})


def make(shell: Shell) -> list[str]:
    return shell.command("film", "make", "--idea", IDEA, "--output", "film.mp4", "--json")


def killed(shell: Shell, switch: Switch) -> int:
    """Run the command with a switch; returns how it ended."""
    _, *words = make(shell)
    command = [sys.executable, "-c", f"import sys; sys.argv[0:1] = []; {_ARMED}", words[0], json.dumps(asdict(switch))]
    environment = shell.environment(PYTHONPATH=str(REPO))
    return run([*command, *words[1:]], cwd=shell.folder, env=environment).returncode


def _has_paid(stage: Scene, calls: int, process: Forked) -> bool:
    return sum(stage.paid().values()) >= calls or process.poll() is not None


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_of_a_film(stage: Scene, shell: Shell, point: str) -> None:
    assert killed(shell, POINTS[point]) == KILLED
    done = shell("film", "make", "--idea", IDEA, "--output", "film.mp4", "--json")
    assert done.returncode == 0, done.stderr
    assert stage.paid() == PAID
    assert len(stage.server.accepted) == len(_SHOTS)
    assert probe(Path(done.json["video"])).num_frames == 3 * FRAMES - 1
    folders = sorted((stage.folder / "outputs").glob("film-*"))
    assert len(folders) == len(_SHOTS)
    for folder in folders:
        assert len(list(folder.glob("*.mp4"))) == 1


def test_killed_again_and_again_with_shots_side_by_side(stage: Scene, shell: Shell) -> None:
    """Calls that a kill cuts off are asked again, but no step is made twice and no shot rendered twice."""
    for paid in (2, 5, 8):
        process = Forked(make(shell), cwd=shell.folder, env=shell.environment(), stderr=subprocess.DEVNULL)
        until(partial(_has_paid, stage, paid, process), 60)
        process.kill()
        process.wait(30)
    done = shell("film", "make", "--idea", IDEA, "--output", "film.mp4", "--json")
    assert done.returncode == 0, done.stderr
    assert len(stage.server.accepted) == len(_SHOTS)
    with sqlite3.connect(stage.folder / "outputs" / "jobs.db") as database:
        assert {one for (one,) in database.execute("SELECT version FROM step_results")} == {1}
