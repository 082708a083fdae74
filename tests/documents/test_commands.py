"""Every command of the documents is run as it stands there, in a folder of its own, against a preview engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from jobs.servers.preview_process import preview_engine
from tests.browser.running_app import free_port
from tests.conftest import REPO
from tests.documents.blocks import Block, blocks, documents
from tests.documents.fresh_machine import lines_of, typed_from
from tests.forked import NAMES
from tests.forked import run as run_forked
from tests.pictures import picture

pytestmark = pytest.mark.long

_SECONDS = 120
# Started, looked at and stopped, or typed one after the other, by tests of their own.
_TYPED = {line for page in ("README.md", "README.zh-CN.md") for line in lines_of(page)}
_ELSEWHERE = {"./launch_streamlit.sh", "./run_tests.sh tests/steps tests/media", *_TYPED}
_SHELL_S = set("$&|;<>*?`~#()\\")  # what a shell makes something of

# The same commands on another page, or in the other language, do the same: they are run once.
RUN = list({block.commands: block for block in reversed(blocks()) if not block.needs}.values())
_HERE = [block for block in RUN if not set(block.commands) <= _ELSEWHERE]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with preview_engine("mova-360p") as address:
        yield address


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A clone as a person has it, with a picture of a cat."""
    for name in _tracked():
        top = tmp_path / name.split("/")[0]
        if not top.exists():
            top.symlink_to(REPO / top.name)
    (tmp_path / "cat.png").write_bytes(picture())
    (tmp_path / "manifest.jsonl").write_text('{"prompt": "A cat.", "white_frame": true}\n')
    return tmp_path


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=REPO, capture_output=True, text=True, check=True)  # noqa: S607
    return listed.stdout.split()


def environment(home: Path, server: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {"MOVA_ENV_FILE": os.devnull, "SGLANG_360P_URL": server, "HOME": str(home), "PATH": path}
    return {**own, "NUM_FRAMES": "5", "NUM_INFERENCE_STEPS": "2", "LISTEN": "off"}


def typed(command: str, home: Path, server: str) -> str:
    """The command with a job of this folder in the place of JOB, one of the server in that of JOB_ID."""
    if "JOB_ID" in command:
        newest = requests.get(f"{server}/v1/videos", timeout=10).json()["data"][0]["id"]
        command = command.replace("JOB_ID", newest)
    if re.search(r"\bJOB\b", command):
        done = run("python workflow.py jobs --json", home, server)
        command = re.sub(r"\bJOB\b", json.loads(done.stdout.splitlines()[-1])[0]["id"], command)
    return command


def run(command: str, home: Path, server: str) -> subprocess.CompletedProcess[str]:
    """A script of ours with plain arguments in a forked copy, anything else in a shell."""
    words = shlex.split(command)
    if words[0] == "python" and words[1].removesuffix(".py") in NAMES and not _SHELL_S & set(command):
        script = [sys.executable, str(REPO / words[1]), *words[2:]]
        return run_forked(script, cwd=home, env=environment(home, server))
    return subprocess.run(
        ["bash", "-c", command],  # noqa: S607
        cwd=home,
        env=environment(home, server),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, server: str) -> Path:
    """What a first run leaves behind."""
    folder = tmp_path_factory.mktemp("first")
    first = run('python workflow.py simple --prompt "A cat." --white-frame', folder, server)
    assert first.returncode == 0, first.stderr
    return folder / "outputs"


@pytest.mark.parametrize("block", _HERE, ids=lambda block: f"{block.page}:{block.commands[0][:40]}")
def test_the_commands_of_a_block(block: Block, home: Path, server: str, outputs: Path) -> None:
    if "workflow.py" in " ".join(block.commands) or "outputs" in " ".join(block.commands):
        shutil.copytree(outputs, home / "outputs")
        shutil.copy(next(home.glob("outputs/*/video.mp4")), home / "found.mp4")
    for command in block.commands:
        if command not in _ELSEWHERE:
            done = run(typed(command, home, server), home, server)
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_what_is_run_elsewhere_is_told_of() -> None:
    assert {command for block in RUN for command in block.commands} >= _ELSEWHERE


def test_no_page_tells_people_to_put_packages_into_the_system_s_python() -> None:
    """Debian and Ubuntu refuse that: externally-managed-environment."""
    assert not [page.name for page in documents() if re.search(r"(?m)^\s*(python3? -m )?pip install", page.read_text())]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_alone_leads_to_a_video(page: str, home: Path) -> None:
    """With nothing but what the machine and the launch script have; here its .venv is made up, for it takes minutes."""
    commands = home / ".venv" / "bin"
    commands.mkdir(parents=True)
    (commands / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (commands / "python").chmod(0o755)
    (commands / "activate").write_text(f'PATH="{commands}:$PATH"\n')
    shutil.copy(REPO / "requirements.lock", home / ".venv" / "installed.lock")
    assert typed_from(page, home, PYTHON=sys.executable) is not None


def test_the_first_command_starts_the_app(tmp_path: Path) -> None:
    port = free_port()
    own = {"PORT": str(port), "OUTPUT_DIR": str(tmp_path / "outputs"), "MOVA_ENV_FILE": os.devnull}
    process = subprocess.Popen(
        ["./launch_streamlit.sh"],
        cwd=REPO,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline().startswith(f"MOVA: open http://127.0.0.1:{port} in a browser")
        for _turn in range(_SECONDS * 2):
            try:
                if requests.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).ok:
                    break
            except requests.RequestException:
                time.sleep(0.5)
        else:
            raise AssertionError("the app did not start")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
