"""SIGKILL anywhere on a job's way: the next process ends it, with one submit, one video, and nothing bought twice."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.jobs.crash.kill_points import A_HARD_LIFE, kill_points
from tests.jobs.crash.kill_switch import Switch
from tests.jobs.crash.lives import Life
from tests.jobs.crash.scene import KILLED, NOISE, USUAL, Scene
from tests.providers.fake_services import Received, Reply

POINTS = kill_points()
CALLS = {"image_prompt": ("text", 1), "first_frame": ("image", 1), "visual_elements": ("vision", 1)}
CALLS |= {"video_description": ("text", 2)}
CREATION = {
    "after the picture is on disk": Switch("jobs.store.folders:Folders.put", after=True),
    "before the frame is renamed": POINTS["before the frame is renamed"],
    **{name: POINTS[name] for name in POINTS if "job is recorded" in name or "its first record" in name},
}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_of_ours(stage: Scene, point: str) -> None:
    if "progress" in point:
        stage.server.seconds = 3.0  # a shorter render may be over before it was first looked at
    assert stage.run(POINTS[point]) == KILLED, stage.log
    assert stage.run() == 0, stage.log
    stage.check_completed()
    assert stage.paid() == USUAL


@pytest.mark.parametrize("step", CALLS)
def test_killed_while_a_service_works(stage: Scene, step: str) -> None:
    """The one call that is paid for twice: nobody can know what became of it."""
    kind, nth = CALLS[step]
    life = _killed_by(stage, kind, nth)
    assert life.wait() == KILLED, stage.log
    assert stage.run() == 0, stage.log
    stage.check_completed()
    assert stage.paid() == USUAL | {kind: USUAL[kind] + 1}


def _killed_by(stage: Scene, kind: str, nth: int) -> Life:
    """A life that the service kills in its ``nth`` call of that kind, before it answers."""
    route, born = f"{stage.service}.{kind}", list[Life]()

    def killing(answer: Callable[[Received], Reply]) -> Callable[[Received], Reply]:
        def reply(call: Received) -> Reply:
            if stage.services.count(route) == nth:
                born[0].kill()
            return answer(call)

        return reply

    stage.services.script(route, killing(stage.answer_to(kind)))
    born.append(stage.start())
    return born[0]


@pytest.mark.parametrize("moment", ["upload", "broken upload", "accepted", "asked", "download"])
def test_killed_while_the_server_is_at_work(stage: Scene, moment: str) -> None:
    born = list[Life]()
    stage.server.moments[moment] = lambda: born[0].kill()
    born.append(stage.start())
    assert born[0].wait() == KILLED, stage.log
    assert moment not in stage.server.moments
    assert stage.run() == 0, stage.log
    stage.check_completed()
    assert stage.paid() == USUAL
    assert stage.server.broken_uploads == (moment == "broken upload")


def test_killed_in_every_life(stage: Scene) -> None:
    """One job, dead again and again, a little further on its way each time."""
    ends = [(name, stage.run(POINTS[name])) for name in A_HARD_LIFE]
    assert ends == [(name, KILLED) for name in A_HARD_LIFE], stage.log
    assert stage.run() == 0, stage.log
    stage.check_completed()
    assert stage.paid() == USUAL


@pytest.mark.parametrize("seconds", [0.2, 0.5, 0.8, 1.1, 1.4, 1.7])
def test_killed_at_no_special_moment(stage: Scene, seconds: float) -> None:
    life = stage.start()
    time.sleep(seconds)
    life.kill()
    assert stage.run() == 0, stage.log
    stage.check_completed()
    assert stage.bought_again() <= 1


@pytest.mark.parametrize("point", CREATION)
def test_killed_while_a_job_with_a_picture_is_created(stage: Scene, point: str) -> None:
    """It is there with its picture, or not at all: no service ever draws one in its place."""
    stage.picture = stage.folder / "mine.png"
    stage.picture.write_bytes(NOISE)
    assert stage.run(CREATION[point]) == KILLED, stage.log
    assert stage.run() == 0, stage.log
    stage.check_completed()
    assert stage.paid() == {"text": 1, "image": 0, "vision": 1}
    assert (stage.job_folder / "first_frame_original_v1.png").read_bytes() == NOISE
