"""An upgrade as the operator guide has it: the volumes of version 0.1.0, PostgreSQL's too, under the image of now."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.browser.running_app import REPO
from tests.browser.visit import Visit
from tests.containers import engine
from tests.containers.deployment import Deployment, anew, checkout

COMMIT = "1f7c91f"
_OLD, _NEW = "localhost/mova-workflow-0.1.0", "localhost/mova-workflow-of-now"
_SETTINGS = {"POSTGRES_PASSWORD": "abc123", "NUM_FRAMES": "17", "SGLANG_360P_URL": ""}
_WISH = 'A keeper lifts a lamp and says "Still here." Waves roll below.'


@pytest.fixture(scope="module")
def old_image(tmp_path_factory: pytest.TempPathFactory, image: str) -> Iterator[None]:
    """The image of version 0.1.0 under the name that compose.yaml knows; afterwards that of now again."""
    there = subprocess.run(["git", "cat-file", "-e", COMMIT], cwd=REPO, check=False, capture_output=True)  # noqa: S607
    if there.returncode != 0:
        pytest.skip(f"this clone has no commit {COMMIT}")
    folder = tmp_path_factory.mktemp("old") / "checkout"
    checkout(folder, COMMIT)
    engine.build(folder, _OLD)
    engine.podman("tag", image, _NEW)
    engine.podman("tag", _OLD, image)
    yield
    engine.podman("tag", _NEW, image)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, old_image: None) -> Iterator[dict[str, str]]:
    """The ids of a finished and of a waiting job in the volumes of 0.1.0, which is down."""
    with anew(Deployment(tmp_path_factory.mktemp("old") / "checkout", COMMIT, **_SETTINGS)) as old:
        command = ("python", "workflow.py", "full", "--json", "--description", _WISH)
        done = json.loads(old.within("app", *command).splitlines()[-1])
        waiting = json.loads(old.within("app", *command, "--until", "first_frame").splitlines()[-1])
        assert (done["state"], waiting["state"]) == ("completed", "waiting")
        old.down()
        yield {"done": done["id"], "waiting": waiting["id"]}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, made: dict[str, str]) -> Iterator[Deployment]:
    engine.podman("tag", _NEW, engine.IMAGE)
    with Deployment(tmp_path_factory.mktemp("new"), **_SETTINGS) as new:
        yield new


def test_what_0_1_0_made_plays_and_what_waited_goes_on(visit: Visit, app: Deployment, made: dict[str, str]) -> None:
    visit.open("job", id=made["done"]).watch()
    visit.open("job", id=made["waiting"]).press("Run to the end")
    visit.watch()
    assert "Traceback" not in engine.said(app.container("worker"))
