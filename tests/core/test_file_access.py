"""Modes of what the app and the command line make; each in a process of its own, since the umask is the process's."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import config
from tests.cli.shell import Shell

pytestmark = pytest.mark.long

REPO = Path(config.__file__).parent
# Forks once for each pair of a folder and who may get at it: what is imported takes most of the time.
_OPEN_OFFICES = """
import os, sys; os.umask(0o022)
import config
from ui import app_context
for folder, access in zip(sys.argv[1::2], sys.argv[2::2]):
    if os.fork() == 0:
        os.environ.update(OUTPUT_DIR=folder, FILE_ACCESS=access)
        config.load.cache_clear()
        app_context.open_app_context()
        app_context.close_app_context()
        sys.exit()
    assert os.wait()[1] == 0
"""
_MODES = {"": (0o700, 0o600), "owner": (0o700, 0o600), "group": (0o770, 0o660)}
_RENDER = ("simple", "--prompt", "a cat", "--white-frame", "--num-frames", "5", "--num-inference-steps", "2")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path, {})


def run(code: str, *words: str, **variables: str) -> None:
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=REPO, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in [folder, *folder.rglob("*")]}


def check_modes(outputs: Path, access: str) -> None:
    folder_mode, file_mode = _MODES[access]
    found = modes(outputs)
    assert {"jobs.db"} < found.keys()
    strange = {
        name: oct(mode)
        for name, mode in found.items()
        if mode != (folder_mode if (outputs / name).is_dir() else file_mode)
    }
    assert not strange


def test_what_the_app_makes_is_for_its_owner_alone_or_for_one_group(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    there.chmod(0o755)
    new = {access: tmp_path / "new" / f"outputs{access}" for access in _MODES}
    pairs = [(str(folder), access) for access, folder in new.items()]
    run(_OPEN_OFFICES, *(word for pair in [*pairs, (str(there), "")] for word in pair))
    for access, folder in new.items():
        check_modes(folder, access)
    # A folder that is there keeps its mode.
    found = modes(there)
    assert found["."] == 0o755
    assert found["jobs.db"] == found[".address-secret"] == 0o600


@pytest.mark.parametrize("access", _MODES)
def test_what_the_command_line_makes_is_for_its_owner_alone_or_for_one_group(shell: Shell, access: str) -> None:
    outputs = shell.folder / "new" / "outputs"
    done = shell(*_RENDER, "--server", "preview", OUTPUT_DIR=str(outputs), FILE_ACCESS=access)
    assert done.returncode == 0, done.stderr
    check_modes(outputs, access)


_BACK_UP = """
import os, sys; os.umask(0o022)
sys.argv = ["backup", sys.argv[1]]
from cli.backup import main
main()
"""


def test_what_is_made_beside_is_no_less_private(shell: Shell) -> None:
    """A back-up, and a step by itself."""
    made = shell.folder / "made"
    for name in ("backed", "step"):
        (made / name).mkdir(parents=True)
        (made / name).chmod(0o755)
    outputs = str(shell.folder / "outputs")
    stopped = shell("full", "--description", "a cat", "--until", "first_frame", OUTPUT_DIR=outputs)
    assert stopped.returncode == 0, stopped.stderr
    run(_BACK_UP, str(made / "backed" / "back-up"), OUTPUT_DIR=outputs)
    words = ("full", "--user-input", "a cat", "--output", str(made / "step" / "frame.png"))
    done = shell(*words, script="generate_first_frame.py", OUTPUT_DIR=outputs)
    assert done.returncode == 0, done.stderr
    for name in ("backed", "step"):
        found = modes(made / name)
        assert len(found) > 1
        assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {".": "0o755"}
