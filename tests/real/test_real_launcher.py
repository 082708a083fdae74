"""The launcher with SGLang's own MOVA pipeline: states as they are, and every way that it ends while it renders."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
import requests

from tests.real.conftest import Shells
from tests.real_sglang.launched import MODEL, LaunchedServer
from tests.waiting import PATIENCE, until

LONG = ("--num-frames", "9", "--num-inference-steps", "100")


def test_from_loading_to_ready(mova: LaunchedServer) -> None:
    order = ["loading the weights", "warming up", "ready after"]
    assert [mova.said.index(words) for words in order] == sorted(mova.said.index(words) for words in order)
    assert "! this SGLang does not know" not in mova.said
    info = requests.get(f"{mova.address}/server_info", timeout=10).json()
    assert info["served_model_name"] == MODEL


class Render:
    """The command line at work on a long render."""

    def __init__(self, shells: Shells, mova: LaunchedServer) -> None:
        shell = shells("home")
        words = ("simple", "--prompt", "A cat purrs.", "--white-frame", "--server", mova.address, *LONG)
        self._log = shell.folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                shell.command(*words), cwd=shell.folder, env=shell.environment(), stdout=log, stderr=log
            )
        mova.waits_until_rendering()
        until(lambda: "denoising" in self.said)  # it has the server's answer, however busy this machine is

    @property
    def said(self) -> str:
        return self._log.read_text()


@pytest.fixture
def render(shells: Shells, mova: LaunchedServer) -> Iterator[Render]:
    at_work = Render(shells, mova)
    yield at_work
    at_work.process.kill()
    at_work.process.wait()
    assert "Traceback" not in at_work.said


def test_ctrl_c_in_mid_render(mova: LaunchedServer, render: Render) -> None:
    mova.interrupt()
    assert mova.ends() == 0
    assert f"{MODEL}: stopped" in mova.said
    assert mova.left == []
    until(lambda: "cannot be reached" in render.said)
    assert render.process.poll() is None  # it waits for the server to come back


def test_a_server_that_cannot_render_is_not_called_ready(launched: LaunchedServer) -> None:
    launched.stop()
    launched.launch("--warmup-resolutions", "1x10000", "--warmup-num-frames", "5")
    assert launched.ends() != 0
    assert f"{MODEL}: the warm-up failed, so it cannot render, and it is stopped: " in launched.said
    assert "ready after" not in launched.said
    assert launched.left == []


def test_a_worker_that_dies_in_mid_render(mova: LaunchedServer, render: Render) -> None:
    mova.lose_worker()
    assert mova.ends() != 0
    assert f"{MODEL}: its worker has died; the server is stopped" in mova.said
    assert len(mova.said[mova.said.index("Its last lines:") :].splitlines()) > 2
    assert mova.left == []
    mova.start()
    assert render.process.wait(PATIENCE) == 1
    # It has asked before the launcher ended the server, or it asks the one that was started again.
    assert re.search("died during job|is unknown to the server", render.said)
    assert "--retry" in render.said


def test_a_server_that_dies_in_mid_render(mova: LaunchedServer, render: Render) -> None:
    mova.lose_server()
    assert mova.ends() == 128 + signal.SIGKILL
    assert re.search(rf"{MODEL}: SGLang ended with status 137 after \d+ s", mova.said)
    assert mova.left == []
    until(lambda: "cannot be reached" in render.said)
