"""The image by itself over a volume that version 0.1.0 (1f7c91f) has left, as the head of Dockerfile starts it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.running_app import RunningApp
from tests.browser.visit import Visit
from tests.compatibility.test_older_outputs import FULL, MADE, WAITING
from tests.containers import engine
from tests.containers.deployment import anew, answers
from tests.waiting import until

_NAME = "mova-tests-alone"
_OWNER = 1000  # Dockerfile's user


class OneContainer(RunningApp):
    """``docker run -p … -v mova:/data mova-workflow``."""

    def start(self) -> None:
        engine.podman("volume", "create", _NAME)
        at = Path(engine.podman("volume", "inspect", "--format", "{{.Mountpoint}}", _NAME).strip())
        with zipfile.ZipFile(MADE) as archive:
            archive.extractall(at / "outputs")
        for path in (at, *at.rglob("*")):
            os.chown(path, _OWNER, _OWNER)
        where = ("--name", _NAME, "--publish", f"127.0.0.1:{self.port}:8500", "--volume", f"{_NAME}:/data")
        engine.podman("run", "--detach", "--env", "NUM_FRAMES=17", *where, engine.IMAGE)
        until(lambda: answers(self))

    def stop(self) -> None:
        engine.podman("rm", "--force", "--ignore", "--time", "20", _NAME)
        if _NAME in engine.podman("volume", "ls", "--quiet").split():
            engine.podman("volume", "rm", _NAME)

    @property
    def words(self) -> str:
        return engine.said(_NAME)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, image: str) -> Iterator[OneContainer]:
    with anew(OneContainer(tmp_path_factory.mktemp("alone"))) as running:
        yield running


def test_a_volume_of_0_1_0_is_taken_up(visit: Visit) -> None:
    visit.open("job", id=FULL).watch()
    visit.open("job", id=WAITING).press("Run to the end")
    visit.watch()
    owner = engine.podman("exec", _NAME, "stat", "-c", "%U", f"/data/outputs/{WAITING}/video.mp4")
    assert owner.strip() == "mova"
